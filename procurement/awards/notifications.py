"""Who is told what from the panel's draw to the result."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup, Role
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import persons, staff
from procurement.awards.models import Award, LowPriceRequest, Panel
from procurement.bids.enums import BidState
from procurement.calls.notifications import call_facts
from procurement.projects.notifications import buyer_staff, thread_of


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
