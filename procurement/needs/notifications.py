"""Who is told what of needs."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup, Role
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import staff
from procurement.needs.models import Need


def _need(pk: int) -> Need:
    return Need.objects.select_related("station", "addressed_to").get(pk=pk)


def about(need: Need) -> dict[str, str]:
    return {"title": need.title, "number": need.number, "station": need.station.name}


@event(
    "need.submitted",
    EventGroup.NEEDS,
    _("A new need: %(title)s"),
    _("%(station)s has handed in need %(number)s. Take it up, or decline it with a published reason."),
)
def _submitted(need_id: int) -> Told:
    need = _need(need_id)
    people = staff([need.addressed_to_id], Role.DRAFTER)
    return Told(need, people, reverse("deed", args=["need.screen", need.pk]), about(need))


@event(
    "need.declined",
    EventGroup.NEEDS,
    _("A need was declined: %(title)s"),
    _("Need %(number)s was declined. The reason is published on the needs board."),
)
def _declined(need_id: int) -> Told:
    need = _need(need_id)
    return Told(need, staff([need.station_id], Role.STATION), "/needs/", about(need))


@event(
    "need.screened",
    EventGroup.NEEDS,
    _("A need was taken up: %(title)s"),
    _("Need %(number)s was taken up. A project may grow from it; you are told when one is approved."),
)
def _screened(need_id: int) -> Told:
    need = _need(need_id)
    return Told(need, staff([need.station_id], Role.STATION), "/needs/", about(need))


@event(
    "need.answered",
    EventGroup.NEEDS,
    _("Was this need met? %(title)s"),
    _("The project for need %(number)s is closed. Ask those who raised it, and say whether it was met."),
)
def _answered(need_id: int) -> Told:
    need = _need(need_id)
    path = reverse("deed", args=["need.confirm", need.pk])
    return Told(need, staff([need.station_id], Role.STATION), path, about(need))


def _heard(need: Need) -> Told:
    """The station's word reaches those the need was addressed to."""
    return Told(need, staff([need.addressed_to_id], Role.DRAFTER, Role.APPROVER), "/needs/", about(need))


@event(
    "need.confirmed",
    EventGroup.NEEDS,
    _("A need was met: %(title)s"),
    _("%(station)s confirms that need %(number)s was met."),
)
def _confirmed(need_id: int) -> Told:
    return _heard(_need(need_id))


@event(
    "need.disputed",
    EventGroup.NEEDS,
    _("A need was not met: %(title)s"),
    _("%(station)s says that need %(number)s was not met. The reason stands in the log of the need."),
)
def _disputed(need_id: int) -> Told:
    return _heard(_need(need_id))
