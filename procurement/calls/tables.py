"""A buyer's calls as a table. How many have bid is nowhere to be seen before the opening."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import BUYER_KINDS
from procurement.accounts.workspace.tables import MINUTE, MONEY, TAG, Column, Filter, table
from procurement.calls.desk import ours
from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call
from procurement.projects.tables import BUYER_STAFF, progress, thread_of


def _address(call: Call) -> str:
    if call.state == CallState.DRAFT:
        return reverse("calls:draft", args=[call.pk, "timetable"])
    return thread_of(call.project)


table(
    "calls",
    _("Our calls"),
    BUYER_STAFF,
    rows=ours,
    columns=[
        Column("title", _("Call"), lambda call: call.project.title, order="project__title"),
        Column("number", _("Number"), lambda call: call.number, under=True, order="number"),
        progress(lambda call: call.project, "project"),
        Column("state", _("State"), lambda call: call.get_state_display(), TAG, order="state"),
        Column("method", _("Method"), lambda call: call.get_method_display(), order="method"),
        Column("ceiling", _("Ceiling (yuan)"), lambda call: call.ceiling, MONEY, order="ceiling"),
        Column("published", _("Published"), lambda call: call.published_at, MINUTE, order="published_at"),
        Column("deadline", _("Deadline"), lambda call: call.deadline, MINUTE, order="deadline"),
    ],
    search=["project__title", "number"],
    filters=[
        Filter("state", _("State"), CallState.choices, "state"),
        Filter("method", _("Method"), Method.choices, "method"),
    ],
    order=["-deadline", "-pk"],
    address=_address,
    place=30,
    kinds=BUYER_KINDS,
    empty=_("A call appears here as soon as its draft is begun."),
)
