"""Who is told what of bids and openings. Each bidder hears of its own bid only; before the opening nobody else does."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup, MandateAct, Role
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import Seat, staff
from procurement.bids.enums import EVER_OPENED, STILL_IN, BidState
from procurement.bids.models import Bid
from procurement.calls.models import Call, Correction, Lot
from procurement.calls.notifications import call_facts, holders
from procurement.calls.wording import lot_name
from procurement.projects.models import Project
from procurement.projects.notifications import about, buyer_staff, thread_of

RUNNING = (Role.DRAFTER, Role.APPROVER, Role.OFFICER)  # who of the buyer has to do with an opening


def bid(pk: int) -> Bid:
    return Bid.objects.select_related("lot__call__project__buyer", "supplier").get(pk=pk)


def bidders(call: Call, states: Iterable[str] = EVER_OPENED) -> list[Seat]:
    """The people of the bidders in these states. Who they are is told to none of them."""
    return staff(Bid.objects.filter(lot__call=call, state__in=states).values("supplier"), Role.SUPPLIER)


@event(
    "bid.submitted",
    EventGroup.BIDS,
    _("Your bid has arrived: %(title)s"),
    _("Bid %(bid)s is sealed. Its receipt is at the page of the bid; it can be withdrawn until %(deadline)s."),
)
def _submitted(bid_id: int) -> Told:
    row = bid(bid_id)
    facts = {**call_facts(row.call), "bid": row.number}
    sealed = row.envelopes.order_by("-pk").values_list("pk", flat=True).first()
    people = staff([row.supplier_id], Role.SUPPLIER)
    path = reverse("bids:room", args=[row.lot_id])
    return Told(row, people, path, facts, project=row.project, key=str(sealed or ""))


@event(
    "call.corrected.bidders",
    EventGroup.BIDS,
    _("Look at your bid again: %(title)s"),
    _("Call %(call)s was corrected. Confirm your bid or replace it until %(deadline)s."),
    on="call.corrected",
)
def _corrected(correction_id: int) -> Told:
    row = Correction.objects.select_related("call__project__buyer").get(pk=correction_id)
    people = bidders(row.call, [BidState.SUBMITTED])
    return Told(
        row, people, thread_of(row.call.project), call_facts(row.call), project=row.call.project, at=row.published_at
    )


@event(
    "call.opened",
    EventGroup.BIDS,
    _("Opened: %(title)s"),
    _("The bids of call %(call)s were opened. The opening record is among the documents of the project."),
)
def _opened(call_id: int) -> Told:
    call = Call.objects.select_related("project__buyer").get(pk=call_id)
    people = [*bidders(call), *buyer_staff(call.project, *RUNNING, covered=MandateAct.OPENING)]
    return Told(call, people, thread_of(call.project), call_facts(call), project=call.project)


@event(
    "bid.rejected",
    EventGroup.BIDS,
    _("Your bid was rejected: %(title)s"),
    _("Bid %(bid)s does not go on. The reason stands at the offer."),
)
def _rejected(bid_id: int) -> Told:
    row = bid(bid_id)
    facts = {**call_facts(row.call), "bid": row.number}
    path = reverse("bids:offer", args=[row.pk])
    return Told(row, staff([row.supplier_id], Role.SUPPLIER), path, facts, project=row.project)


@event(
    "bid.qualified",
    EventGroup.BIDS,
    _("Your bid goes on: %(title)s"),
    _("Bid %(bid)s meets the conditions of call %(call)s. What comes next is told to you here."),
)
def _qualified(bid_id: int) -> Told:
    """Told as soon as it is decided, of this one bid alone: how many others go on stays with panel and buyer.

    A bidder that does not go on is told with the reason (令87 art 69 asks for it with the result at the latest; in
    talks 磋商办法 art 16 asks for it at once).
    """
    row = bid(bid_id)
    facts = {**call_facts(row.call), "bid": row.number}
    path = reverse("bids:offer", args=[row.pk])
    return Told(row, staff([row.supplier_id], Role.SUPPLIER), path, facts, project=row.project)


@event(
    "call.final_offers_opened",
    EventGroup.BIDS,
    _("Final offers opened: %(title)s"),
    _("The final offers for call %(call)s were opened; there is no second one. The panel scores them now."),
)
def _final_opened(call_id: int) -> Told:
    call = Call.objects.select_related("project__buyer").get(pk=call_id)
    people = [*bidders(call, STILL_IN), *buyer_staff(call.project, Role.DRAFTER, Role.APPROVER, Role.OFFICER)]
    return Told(call, people, thread_of(call.project), call_facts(call), project=call.project)


def _postponed(call_id: int, correction_id: int, states: Iterable[str], organisers: Iterable[Seat]) -> Told:
    row = Correction.objects.select_related("call__project__buyer").get(pk=correction_id)
    call = row.call
    times = {change["name"]: change["is"] for change in row.changes}
    facts = {**call_facts(call), "until": times.get("opens_from") or times.get("final_opens_from") or "…"}
    people = [*bidders(call, states), *organisers]
    return Told(row, people, thread_of(call.project), facts, project=call.project, at=row.published_at)


@event(
    "call.postponed",
    EventGroup.BIDS,
    _("The opening is postponed: %(title)s"),
    _("The bids of call %(call)s are opened at %(until)s. They stay sealed until then; the deadline has not moved."),
)
def _opening_postponed(call_id: int, correction_id: int, final: bool) -> Told | None:
    """The bidders, the officers who hold the opening, and whoever took the documents and may come to watch."""
    if final:
        return None
    call = Call.objects.select_related("project__buyer").get(pk=call_id)
    organisers = [*buyer_staff(call.project, Role.OFFICER, Role.APPROVER), *holders(call)]
    return _postponed(call_id, correction_id, [BidState.SUBMITTED], organisers)


@event(
    "call.final_postponed",
    EventGroup.BIDS,
    _("The opening of the final offers is postponed: %(title)s"),
    _("The final offers for call %(call)s are opened at %(until)s. They stay sealed until then."),
    on="call.postponed",
)
def _final_postponed(call_id: int, correction_id: int, final: bool) -> Told | None:
    if not final:
        return None
    call = Call.objects.select_related("project__buyer").get(pk=call_id)
    organisers = buyer_staff(call.project, Role.OFFICER, Role.APPROVER)
    return _postponed(call_id, correction_id, [BidState.QUALIFIED, BidState.FINAL_OFFERED], organisers)


@event(
    "lot.failed",
    EventGroup.BIDS,
    _("One lot has ended: %(title)s"),
    _("The lot “%(lot)s” of call %(call)s has ended without an award. The reason is published on the thread."),
)
def _lot_failed(lot_id: int) -> Told:
    """Those who bid for that lot, and the buyer's people; the other lots go on."""
    lot = Lot.objects.select_related("call__project__buyer").get(pk=lot_id)
    call = lot.call
    theirs = lot.bids.filter(state__in=[BidState.SUBMITTED, *EVER_OPENED]).values("supplier")
    people = [*staff(theirs, Role.SUPPLIER), *buyer_staff(call.project, Role.DRAFTER, Role.APPROVER)]
    facts = {**call_facts(call), "lot": lot_name(lot)}
    return Told(call, people, thread_of(call.project), facts, project=call.project, key=f"lot{lot.pk}")


@event(
    "call.final_offers_invited",
    EventGroup.BIDS,
    _("Seal your final offer: %(title)s"),
    _("Final offers for call %(call)s are taken until %(until)s."),
)
def _final(call_id: int) -> Told:
    call = Call.objects.select_related("project__buyer").get(pk=call_id)
    until = timezone.localtime(call.final_offers_until) if call.final_offers_until else None
    facts = {**call_facts(call), "until": f"{until:%Y-%m-%d %H:%M}" if until else "…"}
    people = bidders(call, [BidState.QUALIFIED, BidState.FINAL_OFFERED])
    return Told(call, people, reverse("workspace"), facts, project=call.project)


@event(
    "project.ended.bidders",
    EventGroup.BIDS,
    _("Stopped: %(title)s"),
    _("The call you bid for has ended without an award. The reason is published on the thread of the project."),
    on="project.changed",
)
def _ended(project_id: int) -> Told | None:
    project = Project.objects.select_related("buyer").get(pk=project_id)
    call = project.calls.exclude(state="draft").order_by("-pk").first()
    if project.state not in ("failed", "terminated") or project.ended_early_at is None or call is None:
        return None
    people = bidders(call, [BidState.SUBMITTED, *EVER_OPENED])
    key = f"{project.ended_early_at:%Y%m%d%H%M%S}"
    return Told(project, people, thread_of(project), about(project), project=project, key=key)
