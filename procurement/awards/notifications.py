"""Who is told what from the panel's draw to the result, and of what is owed by a day."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup, Role
from procurement.accounts.models import Organisation
from procurement.accounts.notifications.events import Told, Words, event
from procurement.accounts.notifications.people import persons, staff
from procurement.awards import duties
from procurement.awards.models import Award, DutyReminder, LowPriceRequest, Panel
from procurement.bids.enums import BidState
from procurement.calls.notifications import call_facts
from procurement.projects.notifications import about, buyer_staff, thread_of
from workflows.clock import database_now


def _panel(pk: int) -> Panel:
    return Panel.objects.select_related("call__project__buyer").get(pk=pk)


def award(pk: int) -> Award:
    return Award.objects.select_related("lot__call__project__buyer", "bid__supplier").get(pk=pk)


@event(
    "panel.drawn",
    EventGroup.AWARDS,
    _("You were drawn for a panel: %(title)s"),
    _("Declare whether you have a conflict of interest with the bidders of call %(call)s."),
)
def _drawn(panel_id: int) -> Told:
    panel = _panel(panel_id)
    people = persons(panel.seats.filter(declared_at__isnull=True).values_list("user_id", flat=True))
    path = reverse("awards:declare", args=[panel.pk])
    return Told(panel, people, path, call_facts(panel.call), project=panel.project)


@event(
    "panel.scoring",
    EventGroup.AWARDS,
    _("Scoring has begun: %(title)s"),
    _("The bids of call %(call)s can be scored now."),
)
def _scoring(panel_id: int) -> Told:
    panel = _panel(panel_id)
    people = persons(panel.seats.values_list("user_id", flat=True))
    return Told(panel, people, reverse("awards:score", args=[panel.pk]), call_facts(panel.call), project=panel.project)


@event(
    "bid.low_price_asked",
    EventGroup.AWARDS,
    _("Explain your price: %(title)s"),
    _("The panel of call %(call)s asks for an explanation until %(until)s."),
)
def _low_price(bid_id: int) -> Told | None:
    row = LowPriceRequest.objects.select_related("bid__lot__call__project__buyer").filter(bid=bid_id).first()
    if row is None:
        return None
    facts = {**call_facts(row.bid.call), "until": f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}"}
    people = staff([row.bid.supplier_id], Role.SUPPLIER)
    path = reverse("awards:low_price", args=[bid_id])
    return Told(row, people, path, facts, project=row.project, at=row.asked_at)


@event(
    "award.proposed",
    EventGroup.AWARDS,
    _("To be confirmed: %(title)s"),
    _("The panel of call %(call)s has signed its report. The award waits for your confirmation."),
)
def _proposed(award_id: int) -> Told:
    row = award(award_id)
    path = reverse("deed", args=["award.confirm", row.pk])
    people = buyer_staff(row.project, Role.APPROVER)
    return Told(row, people, path, call_facts(row.lot.call), project=row.project)


@event(
    "award.won",
    EventGroup.AWARDS,
    _("You have won: %(title)s"),
    _("The result of call %(call)s is published. The award letter is among the documents of the project."),
    on="award.noticed",
)
def _won(award_id: int) -> Told:
    row = award(award_id)
    people = staff([row.bid.supplier_id], Role.SUPPLIER, Role.SIGNATORY)
    return Told(row, people, thread_of(row.project), call_facts(row.lot.call), project=row.project)


@event(
    "award.lost",
    EventGroup.AWARDS,
    _("The result is out: %(title)s"),
    _("Another bid won call %(call)s. The result can be challenged until %(until)s."),
    on="award.noticed",
)
def _lost(award_id: int) -> Told:
    row = award(award_id)
    others = row.lot.bids.filter(state__in=[BidState.LOST, BidState.REJECTED]).values("supplier")
    facts = {**call_facts(row.lot.call), "until": str(row.challenge_until)}
    return Told(row, staff(others, Role.SUPPLIER), thread_of(row.project), facts, project=row.project)


WHAT_IS_OWED = {
    "T1": _("The signed scoring report goes to the buyer."),
    "T2": _("The buyer confirms the award."),
    "T3": _("The result is published and the award letter sent."),
    "T4": _("A query is answered."),
    "T5": _("A challenge is replied to."),
    "T6": _("A complaint is decided."),
    "T7": _("The contract is signed."),
    "T8": _("The contract is published."),
    "T8.supplement": _("The supplement is published."),
    "T8.filed": _("A copy of the contract is filed."),
    "T9": _("An invoice is paid."),
    "T11": _("The time for keeping the files ends."),
}


def _due(parameters: dict[str, str]) -> Words:
    said = WHAT_IS_OWED.get(parameters["owed"], _("Something is owed."))
    return format_lazy("{what} {day}", what=said, day=_("Due on %(day)s (%(rule)s · %(article)s)."))


def _reminder(reminder_id: int, *, overdue: bool) -> Told | None:
    """Those who owe it. Nobody, where it has been done meanwhile or the reminder is of the other kind."""
    row = DutyReminder.objects.select_related("project__buyer").get(pk=reminder_id)
    open_now = {duty.key: duty for duty in duties.of_thread(row.project, database_now())}
    duty = open_now.get(row.key)
    if row.overdue != overdue or duty is None or duty.due != row.due_on:
        return None
    if row.organisation_id is None:
        offices = Organisation.objects.exclude(pk=row.project.buyer_id)  # a supervisor is never the buyer itself
        people = staff(offices, Role.REGULATOR)
    else:
        people = staff([row.organisation_id], *row.roles)
    facts = {
        **about(row.project),
        "rule": row.rule,
        "owed": duty.name,
        "article": duty.article,
        "day": row.due_on.isoformat(),
    }
    return Told(row, people, duty.address or thread_of(row.project), facts, project=row.project, at=row.told_at)


@event("duty.due", EventGroup.AWARDS, _("Due soon: %(title)s"), _due)
def _duty_due(reminder_id: int) -> Told | None:
    return _reminder(reminder_id, overdue=False)


@event("duty.overdue", EventGroup.AWARDS, _("Overdue: %(title)s"), _due, on="duty.due")
def _duty_overdue(reminder_id: int) -> Told | None:
    return _reminder(reminder_id, overdue=True)
