"""Who is told what of milestones: handed in, returned, scored, accepted, invoiced, paid."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup, Role
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import Seat, persons, staff
from procurement.contracts.notifications import contract_facts
from procurement.delivery.models import Milestone
from procurement.projects.notifications import thread_of

CHAIN = "contract__award__lot__call__project__buyer"


def _milestone(pk: int) -> Milestone:
    return Milestone.objects.select_related(CHAIN, "contract__award__bid__supplier").get(pk=pk)


def _told(row: Milestone, people: Iterable[Seat], deed: str = "", step: int | str = "") -> Told:
    path = reverse("deed", args=[deed, row.pk]) if deed else thread_of(row.project)
    facts = {**contract_facts(row.contract), "milestone": row.name}
    return Told(row, people, path, facts, project=row.project, key=str(step))


def _buyer(row: Milestone, *roles: Role) -> list[Seat]:
    return staff([row.contract.buyer.pk], *roles)


def _supplier(row: Milestone) -> list[Seat]:
    return staff([row.contract.supplier.pk], Role.SUPPLIER)


@event(
    "milestone.delivered",
    EventGroup.CONTRACTS,
    _("Handed in: %(milestone)s of %(title)s"),
    _("The supplier has handed in “%(milestone)s” of contract %(contract)s. Name who scores it."),
)
def _delivered(milestone_id: int, step: int) -> Told:
    row = _milestone(milestone_id)
    return _told(row, _buyer(row, Role.DRAFTER), "milestone.ask_evaluators", step)


@event(
    "milestone.returned",
    EventGroup.CONTRACTS,
    _("Returned: %(milestone)s of %(title)s"),
    _("The buyer asks for more on “%(milestone)s” of contract %(contract)s. See what is missing and hand it in again."),
)
def _returned(milestone_id: int, step: int) -> Told:
    row = _milestone(milestone_id)
    return _told(row, _supplier(row), "milestone.deliver", step)


@event(
    "milestone.evaluators_asked",
    EventGroup.CONTRACTS,
    _("You are asked to score: %(milestone)s of %(title)s"),
    _("Score “%(milestone)s” of contract %(contract)s from 0 to 100."),
)
def _asked(milestone_id: int) -> Told:
    row = _milestone(milestone_id)
    waiting = row.scores.filter(score__isnull=True).values_list("evaluator_id", flat=True)
    return _told(row, persons(waiting), "milestone.score", row.delivered_at.isoformat() if row.delivered_at else "")


@event(
    "milestone.scored",
    EventGroup.CONTRACTS,
    _("To be accepted: %(milestone)s of %(title)s"),
    _("Every evaluator has scored “%(milestone)s” of contract %(contract)s."),
)
def _scored(milestone_id: int, step: int) -> Told:
    row = _milestone(milestone_id)
    return _told(row, _buyer(row, Role.APPROVER), "milestone.accept", step)


@event(
    "milestone.accepted",
    EventGroup.CONTRACTS,
    _("Accepted: %(milestone)s of %(title)s"),
    _("“%(milestone)s” of contract %(contract)s was accepted. Send the invoice."),
)
def _accepted(milestone_id: int) -> Told:
    row = _milestone(milestone_id)
    return _told(row, _supplier(row), "milestone.invoice")


@event(
    "milestone.invoiced",
    EventGroup.CONTRACTS,
    _("To be paid: %(milestone)s of %(title)s"),
    _("The invoice for “%(milestone)s” of contract %(contract)s has come."),
)
def _invoiced(milestone_id: int) -> Told:
    row = _milestone(milestone_id)
    return _told(row, _buyer(row, Role.FINANCE), "milestone.pay")


@event(
    "milestone.paid",
    EventGroup.CONTRACTS,
    _("Paid: %(milestone)s of %(title)s"),
    _("The payment for “%(milestone)s” of contract %(contract)s is recorded."),
)
def _paid(milestone_id: int) -> Told:
    row = _milestone(milestone_id)
    return _told(row, _supplier(row))
