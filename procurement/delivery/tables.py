"""Milestones with their payments to both parties, and who was asked to score them to the buyer."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import BUYER_KINDS, Role
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.tables import DAY, MINUTE, MONEY, TAG, Column, Filter, table
from procurement.delivery.enums import MilestoneState
from procurement.delivery.models import Milestone, MilestoneScore
from procurement.projects.tables import BUYER_STAFF, progress, thread_of

AWARD = "contract__award"
PROJECT = f"{AWARD}__lot__call__project"
ASKED_PROJECT = f"milestone__{PROJECT}"


def ours(actor: Actor) -> QuerySet[Milestone]:
    """Milestones of the contracts of which the actor's organisation is a party."""
    party = Q(**{f"{PROJECT}__buyer": actor.organisation}) | Q(**{f"{AWARD}__bid__supplier": actor.organisation})
    found = Milestone.objects.filter(party) if actor.organisation else Milestone.objects.none()
    return found.select_related(f"{PROJECT}__buyer", f"{AWARD}__bid__supplier")


def asked_by(actor: Actor) -> QuerySet[MilestoneScore]:
    if actor.organisation is None:
        return MilestoneScore.objects.none()
    found = MilestoneScore.objects.filter(**{f"{ASKED_PROJECT}__buyer": actor.organisation})
    return found.select_related("evaluator", ASKED_PROJECT)


table(
    "milestones",
    _("Milestones and payments"),
    (*BUYER_STAFF, Role.SUPPLIER),
    rows=ours,
    columns=[
        Column("name", _("Milestone"), lambda row: row.name, order="name"),
        Column("title", _("Project"), lambda row: row.project.title, under=True, order=f"{PROJECT}__title"),
        Column("contract", _("Contract number"), lambda row: row.contract.number, order="contract__number"),
        Column(
            "supplier", _("Supplier"), lambda row: row.contract.supplier.name, order=f"{AWARD}__bid__supplier__name"
        ),
        progress(lambda row: row.project, PROJECT),
        Column("state", _("State"), lambda row: row.get_state_display(), TAG, order="state"),
        Column("amount", _("Amount (yuan)"), lambda row: row.amount, MONEY, order="amount"),
        Column("due", _("Due"), lambda row: row.due, DAY, order="due"),
        Column("accepted", _("Accepted"), lambda row: row.accepted_at, DAY, order="accepted_at"),
        Column("paid", _("Paid"), lambda row: row.paid_at, DAY, order="paid_at"),
    ],
    search=["name", "contract__number", f"{PROJECT}__title", f"{AWARD}__bid__supplier__name"],
    filters=[
        Filter("state", _("State"), MilestoneState.choices, "state"),
        Filter("paid", _("Payment"), [("False", _("paid")), ("True", _("not paid yet"))], "paid_at__isnull"),
    ],
    order=["due", "pk"],
    address=lambda row, actor: thread_of(row.project),
    place=65,
    empty=_("Milestones appear here once a contract is signed by both sides."),
)
table(
    "asked",
    _("Evaluators asked"),
    [Role.DRAFTER, Role.APPROVER, Role.OFFICER],
    rows=asked_by,
    columns=[
        Column("who", _("Who was asked"), lambda row: str(row.evaluator), order="evaluator__display_name"),
        Column("milestone", _("Milestone"), lambda row: row.milestone.name, order="milestone__name"),
        Column("title", _("Project"), lambda row: row.milestone.project.title, order=f"{ASKED_PROJECT}__title"),
        progress(lambda row: row.milestone.project, ASKED_PROJECT),
        Column("due", _("Due"), lambda row: row.milestone.due, DAY, order="milestone__due"),
        Column("scored", _("Scored"), lambda row: row.scored_at, MINUTE, order="scored_at"),
    ],
    search=["evaluator__display_name", "milestone__name", f"{ASKED_PROJECT}__title"],
    filters=[
        Filter("answer", _("Answer"), [("False", _("scored")), ("True", _("still waited for"))], "scored_at__isnull")
    ],
    order=["-pk"],
    address=lambda row, actor: thread_of(row.milestone.project),
    place=66,
    kinds=BUYER_KINDS,
    empty=_("Evaluators appear here once they are asked to score a milestone."),
)
