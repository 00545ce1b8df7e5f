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
