"""A buyer's calls as a table. How many have bid is nowhere to be seen before the opening."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import BUYER_KINDS, MandateAct, OrganisationKind, Role
from procurement.accounts.workspace.desk import Actor, threads_of
from procurement.accounts.workspace.tables import MINUTE, MONEY, NUMBER, TAG, Column, Filter, table
from procurement.calls import splitting
from procurement.calls.desk import ours
from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call
from procurement.projects.tables import BUYER_STAFF, progress, thread_of


def _address(call: Call, actor: Actor) -> str:
    """A draft leads its drafters to its steps and, handed in, its approvers to the decision; others nowhere yet."""
    if call.state != CallState.DRAFT:
        return thread_of(call.project)
    if Role.DRAFTER in actor.roles:
        return reverse("calls:draft", args=[call.pk, "timetable"])
    if Role.APPROVER in actor.roles and call.handed_in_at is not None:
        return reverse("deed", args=["call.publish", call.pk])
    return ""


def _run_by_mandate(actor: Actor) -> QuerySet[Call]:
    """What an agency works on: drafts only where it drafts, published calls whatever its mandate is for."""
    drafts = Q(state=CallState.DRAFT) & threads_of(actor, MandateAct.DRAFTING)
    return ours(actor, *MandateAct).filter(~Q(state=CallState.DRAFT) | drafts)


COLUMNS = [
    Column("title", _("Call"), lambda call: call.project.title, order="project__title"),
    Column("number", _("Number"), lambda call: call.number, under=True, order="number"),
    progress(lambda call: call.project, "project"),
    Column("state", _("State"), lambda call: call.get_state_display(), TAG, order="state"),
    Column("method", _("Method"), lambda call: call.get_method_display(), order="method"),
    Column("ceiling", _("Ceiling (yuan)"), lambda call: call.ceiling, MONEY, order="ceiling"),
    Column("published", _("Published"), lambda call: call.published_at, MINUTE, order="published_at"),
    Column("deadline", _("Deadline"), lambda call: call.deadline, MINUTE, order="deadline"),
]
BUYER = Column("buyer", _("Buyer"), lambda call: call.project.buyer.name, order="project__buyer__name")
FILTERS = [
    Filter("state", _("State"), CallState.choices, "state"),
    Filter("method", _("Method"), Method.choices, "method"),
]


table(
    "calls",
    _("Our calls"),
    BUYER_STAFF,
    rows=ours,
    columns=COLUMNS,
    search=["project__title", "number"],
    filters=FILTERS,
    order=["-deadline", "-pk"],
    address=_address,
    place=30,
    kinds=BUYER_KINDS,
    empty=_("A call appears here as soon as its draft is begun."),
)
table(
    "mandated_calls",
    _("Calls we run by mandate"),
    [Role.DRAFTER, Role.OFFICER],
    rows=_run_by_mandate,
    columns=[*COLUMNS[:2], BUYER, *COLUMNS[2:]],
    search=["project__title", "number", "project__buyer__name"],
    filters=FILTERS,
    order=["-deadline", "-pk"],
    address=_address,
    place=31,
    kinds=[OrganisationKind.AGENCY],
    empty=_("Calls appear here as soon as a buyer's mandate covers them."),
)


def _pieces(actor: Actor) -> list[splitting.Piece]:
    """The supervisors see every buyer's, a buyer its own."""
    return splitting.pieces(Q() if Role.REGULATOR in actor.roles else threads_of(actor))


table(
    "splitting",
    _("Bought in pieces"),
    [Role.DRAFTER, Role.APPROVER, Role.REGULATOR],
    rows=_pieces,
    columns=[
        Column("title", _("Project"), lambda piece: piece.project.title, order="title"),
        Column("number", _("Number"), lambda piece: piece.call.number, under=True, order="number"),
        Column("buyer", _("Buyer"), lambda piece: piece.project.buyer.name, order="buyer"),
        Column("year", _("Year"), lambda piece: piece.year, order="year"),
        Column("item", _("Catalogue item"), lambda piece: piece.project.catalogue_item.name, order="item"),
        Column("line", _("Budget line"), lambda piece: piece.project.budget_line.name, order="line"),
        Column("method", _("Method"), lambda piece: str(piece.call.get_method_display()), order="method"),
        Column("budget", _("Budget (yuan)"), lambda piece: piece.project.budget, MONEY, order="budget"),
        Column("times", _("Times"), lambda piece: piece.times, NUMBER, order="times"),
        Column("together", _("Together (yuan)"), lambda piece: piece.together, MONEY, order="together"),
        Column("threshold", _("Tender from (yuan)"), lambda piece: piece.threshold, MONEY, order="threshold"),
    ],
    search=["project.title", "call.number", "project.buyer.name", "project.catalogue_item.name"],
    filters=[Filter("method", _("Method"), Method.choices, "call.method")],
    address=lambda piece, actor: thread_of(piece.project),
    place=104,
    kinds=[kind for kind in OrganisationKind if kind != OrganisationKind.AGENCY],
    empty=_("Nothing is listed: no service was bought in pieces that together pass the tender threshold (W9)."),
)
