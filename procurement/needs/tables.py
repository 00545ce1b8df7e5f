"""Needs as a table: a station's own, and those handed in to a buyer."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.tables import DAY, NUMBER, TAG, Column, Filter, table
from procurement.needs.enums import NeedState
from procurement.needs.models import Need


def ours(actor: Actor) -> QuerySet[Need]:
    """What the actor's organisation raised, in any state, and what was handed in to it."""
    received = Q(addressed_to=actor.organisation) & ~Q(state=NeedState.DRAFT)
    found = Need.objects.filter(Q(station=actor.organisation) | received) if actor.organisation else Need.objects.none()
    return found.select_related("station", "addressed_to")


table(
    "needs",
    _("Needs"),
    [Role.STATION, Role.DRAFTER, Role.APPROVER],
    rows=ours,
    columns=[
        Column("title", _("Need"), lambda need: need.title, order="title"),
        Column("number", _("Number"), lambda need: need.number, under=True, order="number"),
        Column("station", _("Station"), lambda need: need.station.name, order="station__name"),
        Column("addressed", _("Addressed to"), lambda need: need.addressed_to.name, order="addressed_to__name"),
        Column("raised", _("Raised on"), lambda need: need.raised_on, DAY, order="raised_on"),
        Column("supporters", _("Residents"), lambda need: need.supporters, NUMBER, order="supporters"),
        Column("state", _("State"), lambda need: need.get_state_display(), TAG, order="state"),
    ],
    search=["title", "number", "station__name"],
    filters=[Filter("state", _("State"), NeedState.choices, "state")],
    order=["-raised_on", "-pk"],
    place=10,
    empty=_("A need appears here as soon as a station hands it in."),
)
