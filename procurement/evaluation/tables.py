"""Evaluations as a table, to both parties; a grade only once it is computed."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.tables import DAY, NUMBER, TAG, Column, Filter, table
from procurement.evaluation.enums import EvaluationState
from procurement.evaluation.models import Evaluation
from procurement.projects.tables import progress, thread_of

AWARD = "contract__award"
PROJECT = f"{AWARD}__lot__call__project"
SEEN_BY_SUPPLIER = ("reported", "published")  # E7: the report comes to the supplier first, the numbers not before


def ours(actor: Actor) -> QuerySet[Evaluation]:
    """The buyer's in any state, the supplier's from the report on."""
    if actor.organisation is None:
        return Evaluation.objects.none()
    as_supplier = Q(**{f"{AWARD}__bid__supplier": actor.organisation}, state__in=SEEN_BY_SUPPLIER)
    found = Evaluation.objects.filter(Q(**{f"{PROJECT}__buyer": actor.organisation}) | as_supplier)
    return found.select_related(f"{PROJECT}__buyer", f"{AWARD}__bid__supplier")


table(
    "evaluations",
    _("Evaluations"),
    [Role.DRAFTER, Role.APPROVER, Role.SUPPLIER],
    rows=ours,
    columns=[
        Column("title", _("Project"), lambda row: row.project.title, order=f"{PROJECT}__title"),
        Column("contract", _("Contract number"), lambda row: row.contract.number, under=True, order="contract__number"),
        Column(
            "supplier", _("Supplier"), lambda row: row.contract.supplier.name, order=f"{AWARD}__bid__supplier__name"
        ),
        progress(lambda row: row.project, PROJECT),
        Column("state", _("State"), lambda row: row.get_state_display(), TAG, order="state"),
        Column("total", _("Total"), lambda row: row.total, NUMBER, order="total"),
        Column("grade", _("Grade"), lambda row: row.grade, TAG, order="grade"),
        Column("published", _("Published"), lambda row: row.published_at, DAY, order="published_at"),
    ],
    search=[f"{PROJECT}__title", "contract__number", f"{AWARD}__bid__supplier__name"],
    filters=[Filter("state", _("State"), EvaluationState.choices, "state")],
    order=["-pk"],
    address=lambda row, actor: thread_of(row.project),
    place=70,
    empty=_("An evaluation appears here once it is opened."),
)
