"""Who is told of queries, challenges and complaints (令94 art 13, 21). Who filed one is told to nobody else."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup, Role
from procurement.accounts.models import Organisation
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import Seat, staff
from procurement.awards.enums import ChallengeAbout, ChallengeKind, ChallengeState
from procurement.awards.models import Challenge
from procurement.bids.enums import EVER_OPENED
from procurement.bids.models import Bid
from procurement.bids.notifications import bidders
from procurement.calls.notifications import call_facts, holders
from procurement.projects.notifications import buyer_staff, thread_of


def _challenge(pk: int) -> Challenge:
    return Challenge.objects.select_related("call__project__buyer", "award__lot").get(pk=pk)


def _facts(row: Challenge) -> dict[str, str]:
    return {**call_facts(row.call), "challenge": row.number, "due": row.due_on.isoformat()}


def _supervisors(row: Challenge) -> list[Seat]:
    return staff(Organisation.objects.exclude(pk=row.project.buyer_id), Role.REGULATOR)


def _who_replies(row: Challenge) -> list[Seat]:
    """The buyer's officers and approvers; of a complaint the supervisors, and the buyer it is about as well."""
    ours = buyer_staff(row.project, Role.OFFICER, Role.APPROVER)
    return [*_supervisors(row), *ours] if row.kind == ChallengeKind.COMPLAINT else ours


@event(
    "challenge.filed",
    EventGroup.AWARDS,
    _("To be replied to: %(title)s"),
    _("%(challenge)s was filed about call %(call)s. The reply is due on %(due)s."),
)
def _filed(challenge_id: int) -> Told | None:
    row = _challenge(challenge_id)
    if row.state != ChallengeState.FILED:
        return None
    path = reverse("awards:challenge", args=[row.pk])
    return Told(row, _who_replies(row), path, _facts(row), project=row.project)


@event(
    "challenge.decided",
    EventGroup.AWARDS,
    _("Your filing has a reply: %(title)s"),
    _("%(challenge)s about call %(call)s was decided. Read the reply, and what you may still do."),
)
def _decided(challenge_id: int) -> Told | None:
    row = _challenge(challenge_id)
    if row.state in (ChallengeState.FILED, ChallengeState.WITHDRAWN):
        return None
    people = staff([row.supplier_id], Role.SUPPLIER, Role.SIGNATORY)
    path = reverse("awards:challenge", args=[row.pk])
    return Told(row, people, path, _facts(row), project=row.project)


def _concerned(row: Challenge) -> list[Seat]:
    """The other suppliers it touches: of the lot, of the call, or those who took the documents."""
    if row.about == ChallengeAbout.DOCUMENTS:
        found = holders(row.call)
    elif row.award is not None:
        theirs = Bid.objects.filter(lot=row.award.lot, state__in=EVER_OPENED).values("supplier")
        found = staff(theirs, Role.SUPPLIER, Role.SIGNATORY)
    else:
        found = bidders(row.call)
    return [seat for seat in found if seat[1] != row.supplier_id]


@event(
    "challenge.decided.others",
    EventGroup.AWARDS,
    _("A challenge was decided: %(title)s"),
    _("%(challenge)s about call %(call)s was decided. What is published of it stands on the thread."),
    on="challenge.decided",
)
def _decided_others(challenge_id: int) -> Told | None:
    """A query's answer is for whoever asked; a decision is for every supplier concerned and, made above, the buyer."""
    row = _challenge(challenge_id)
    if row.kind == ChallengeKind.QUERY or row.state not in (ChallengeState.UPHELD, ChallengeState.DISMISSED):
        return None
    people = _concerned(row)
    if row.kind == ChallengeKind.COMPLAINT:
        people += buyer_staff(row.project, Role.OFFICER, Role.APPROVER)
    return Told(row, people, thread_of(row.project), _facts(row), project=row.project)


@event(
    "challenge.withdrawn",
    EventGroup.AWARDS,
    _("Withdrawn: %(title)s"),
    _("%(challenge)s about call %(call)s was withdrawn. Nothing is owed on it any more."),
    on="challenge.decided",
)
def _withdrawn(challenge_id: int) -> Told | None:
    row = _challenge(challenge_id)
    if row.state != ChallengeState.WITHDRAWN:
        return None
    path = reverse("awards:challenge", args=[row.pk])
    return Told(row, _who_replies(row), path, _facts(row), project=row.project)
