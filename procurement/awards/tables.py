"""The panels a person sits on, and the people a buyer has asked to sit on its own."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import RUNNING_KINDS, MandateAct, Role
from procurement.accounts.workspace.desk import Actor, threads_of
from procurement.accounts.workspace.tables import MINUTE, TAG, Column, Filter, table
from procurement.awards.enums import PanelState, SeatRole
from procurement.awards.models import Seat
from procurement.projects.tables import progress

PROJECT = "panel__call__project"


def own_seats(actor: Actor) -> QuerySet[Seat]:
    return Seat.objects.filter(user=actor.user).select_related(f"{PROJECT}__buyer")


def seats_of(actor: Actor) -> QuerySet[Seat]:
    found = Seat.objects.filter(threads_of(actor, MandateAct.PANEL, way=PROJECT))
    return found.select_related(f"{PROJECT}__buyer", "user")


def _to_the_draw(seat: Seat, actor: Actor) -> str:
    """The draw is the officers' page; others follow the thread."""
    if Role.OFFICER in actor.roles:
        return reverse("awards:draw", args=[seat.panel.call_id])
    return reverse("thread", args=[seat.panel.call.project.number])


STATE = Filter("state", _("State"), PanelState.choices, "panel__state")
DATES = [
    Column("declared", _("Declared"), lambda seat: seat.declared_at, MINUTE, order="declared_at"),
    Column("scored", _("Sheet signed"), lambda seat: seat.sheet_signed_at, MINUTE, order="sheet_signed_at"),
    Column("signed", _("Report signed"), lambda seat: seat.signed_at, MINUTE, order="signed_at"),
]

table(
    "panels",
    _("My panels"),
    [Role.EVALUATOR],
    rows=own_seats,
    columns=[
        Column("title", _("Project"), lambda seat: seat.panel.call.project.title, order=f"{PROJECT}__title"),
        Column("number", _("Number"), lambda seat: seat.panel.call.number, under=True, order="panel__call__number"),
        Column("buyer", _("Buyer"), lambda seat: seat.panel.call.project.buyer.name, order=f"{PROJECT}__buyer__name"),
        progress(lambda seat: seat.panel.call.project, PROJECT),
        Column("state", _("State"), lambda seat: seat.panel.get_state_display(), TAG, order="panel__state"),
        *DATES,
    ],
    search=[f"{PROJECT}__title", "panel__call__number"],
    filters=[STATE],
    order=["-panel__drawn_at", "-pk"],
    address=lambda seat, actor: reverse("thread", args=[seat.panel.call.project.number]),
    place=50,
    empty=_("A panel appears here as soon as you are drawn for one."),
)
table(
    "seats",
    _("Panel members"),
    [Role.OFFICER, Role.APPROVER],
    rows=seats_of,
    columns=[
        Column("who", _("Who was asked"), lambda seat: str(seat.user), order="user__display_name"),
        Column("role", _("As what"), lambda seat: seat.get_role_display(), under=True, order="role"),
        Column("title", _("Project"), lambda seat: seat.panel.call.project.title, order=f"{PROJECT}__title"),
        Column("number", _("Number"), lambda seat: seat.panel.call.number, order="panel__call__number"),
        progress(lambda seat: seat.panel.call.project, PROJECT),
        *DATES,
    ],
    search=["user__display_name", f"{PROJECT}__title", "panel__call__number"],
    filters=[STATE, Filter("role", _("As what"), SeatRole.choices, "role")],
    order=["-panel__drawn_at", "panel", "position"],
    address=_to_the_draw,
    place=51,
    kinds=RUNNING_KINDS,
    empty=_("Members appear here once a panel is drawn."),
)
