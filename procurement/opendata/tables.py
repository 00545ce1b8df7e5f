"""Tables of the supervisors: every thread, call, filing, duty and irregularity. They read; they change nothing."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.tables import DAY, MINUTE, MONEY, STRIP, TAG, Column, Filter, table
from procurement.awards import duties
from procurement.awards.enums import ChallengeKind, ChallengeState
from procurement.awards.models import Challenge
from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call
from procurement.opendata import supervision
from procurement.projects.enums import Domain, FundSource, ProjectState
from procurement.projects.models import Project
from procurement.projects.tables import progress, thread_of

SUPERVISORS = [Role.REGULATOR]
RULES = [f"T{number}" for number in range(1, 10)]  # the duties with a day (RULES §5)


def _thread(project: Project) -> str:
    """A thread has a page of its own from its approval on."""
    return thread_of(project) if project.approved_at is not None else ""


table(
    "all_threads",
    _("All projects"),
    SUPERVISORS,
    rows=lambda actor: Project.objects.filter(rehearsal=False).select_related("buyer", "catalogue_item", "budget_line"),
    columns=[
        Column("title", _("Project"), lambda project: project.title, order="title"),
        Column("number", _("Number"), lambda project: project.number, under=True, order="number"),
        Column("buyer", _("Buyer"), lambda project: project.buyer.name, order="buyer__name"),
        Column("progress", _("Progress"), lambda project: project.state, STRIP, order="state"),
        Column("state", _("State"), lambda project: project.get_state_display(), TAG, order="state"),
        Column("funds", _("Source of funds"), lambda project: project.get_fund_source_display(), order="fund_source"),
        Column("item", _("Catalogue item"), lambda project: project.catalogue_item.name, order="catalogue_item__name"),
        Column("budget", _("Budget (yuan)"), lambda project: project.budget, MONEY, order="budget"),
        Column("formed", _("Formed"), lambda project: project.formed_at, MINUTE, order="formed_at"),
    ],
    search=["title", "number", "buyer__name"],
    filters=[
        Filter("state", _("State"), ProjectState.choices, "state"),
        Filter("domain", _("For whom"), Domain.choices, "domain"),
        Filter("funds", _("Source of funds"), FundSource.choices, "fund_source"),
        Filter("imported", _("Brought in"), [("False", _("no")), ("True", _("yes"))], "imported"),
    ],
    order=["-formed_at", "-pk"],
    address=lambda project, actor: _thread(project),
    place=100,
)
table(
    "all_calls",
    _("All calls"),
    SUPERVISORS,
    rows=lambda actor: Call.objects.filter(published_at__isnull=False).select_related("project__buyer"),
    columns=[
        Column("title", _("Call"), lambda call: call.project.title, order="project__title"),
        Column("number", _("Number"), lambda call: call.number, under=True, order="number"),
        Column("buyer", _("Buyer"), lambda call: call.project.buyer.name, order="project__buyer__name"),
        progress(lambda call: call.project, "project"),
        Column("state", _("State"), lambda call: call.get_state_display(), TAG, order="state"),
        Column("method", _("Method"), lambda call: call.get_method_display(), order="method"),
        Column("ceiling", _("Ceiling (yuan)"), lambda call: call.ceiling, MONEY, order="ceiling"),
        Column("published", _("Published"), lambda call: call.published_at, MINUTE, order="published_at"),
        Column("deadline", _("Deadline"), lambda call: call.deadline, MINUTE, order="deadline"),
        Column("opened", _("Opened"), lambda call: call.opened_at, MINUTE, order="opened_at"),
    ],
    search=["project__title", "number", "project__buyer__name"],
    filters=[
        Filter("state", _("State"), CallState.choices, "state"),
        Filter("method", _("Method"), Method.choices, "method"),
    ],
    order=["-published_at", "-pk"],
    address=lambda call, actor: thread_of(call.project),
    place=101,
)
table(
    "all_challenges",
    _("All queries, challenges and complaints"),
    SUPERVISORS,
    rows=lambda actor: Challenge.objects.select_related("call__project__buyer", "supplier"),
    columns=[
        Column("title", _("Call"), lambda row: row.call.project.title, order="call__project__title"),
        Column("number", _("Number"), lambda row: row.number, under=True, order="number"),
        Column("kind", _("Kind"), lambda row: row.get_kind_display(), TAG, order="kind"),
        Column("supplier", _("Filed by"), lambda row: row.supplier.name, order="supplier__name"),
        Column("buyer", _("Buyer"), lambda row: row.call.project.buyer.name, order="call__project__buyer__name"),
        Column("state", _("State"), lambda row: row.get_state_display(), TAG, order="state"),
        Column("filed", _("Filed"), lambda row: row.filed_at, MINUTE, order="filed_at"),
        Column("due", _("Due"), lambda row: row.due_on, DAY, order="due_on"),
        Column("decided", _("Decided"), lambda row: row.decided_at, MINUTE, order="decided_at"),
    ],
    search=["call__project__title", "number", "supplier__name", "call__project__buyer__name"],
    filters=[
        Filter("kind", _("Kind"), ChallengeKind.choices, "kind"),
        Filter("state", _("State"), ChallengeState.choices, "state"),
    ],
    order=["-filed_at", "-pk"],
    address=lambda row, actor: reverse("awards:challenge", args=[row.pk]),
    place=102,
)


def _overdue(actor: Actor) -> list[Any]:
    """What anybody owes and has not done by its day, the longest overdue first."""
    today = timezone.localdate(actor.at)
    return [duty for duty in duties.owed_by(actor) if duty.is_overdue(today)]


table(
    "overdue",
    _("Overdue duties"),
    SUPERVISORS,
    rows=_overdue,
    columns=[
        Column("what", _("What is owed"), lambda duty: str(duty.what), order="what"),
        Column("number", _("Number"), lambda duty: duty.project.number, under=True, order="number"),
        Column("title", _("Project"), lambda duty: duty.project.title, order="title"),
        Column("by", _("By whom"), lambda duty: getattr(duty.organisation, "name", _("the supervisors")), order="by"),
        Column("rule", _("Rule"), lambda duty: f"{duty.rule} · {duty.article}", order="rule"),
        Column("due", _("Due"), lambda duty: duty.due, DAY, order="due"),
    ],
    search=["what", "rule", "project.title", "project.number", "organisation.name"],
    filters=[Filter("rule", _("Rule"), [(rule, rule) for rule in RULES], "rule")],
    address=lambda duty, actor: _thread(duty.project),
    place=103,
    empty=_("Nothing is overdue: everything that is owed is still in time."),
)
table(
    "irregularities",
    _("Irregularities of the log"),
    SUPERVISORS,
    rows=lambda actor: supervision.irregularities(),
    columns=[
        Column("what", _("Finding"), lambda row: row.what, order="what"),
        Column("number", _("Number"), lambda row: row.number, under=True, order="number"),
        Column("kind", _("Kind"), lambda row: str(row.label), TAG, order="kind"),
        Column("title", _("Project"), lambda row: row.title, order="title"),
        Column("at", _("When"), lambda row: row.at, MINUTE, order="at"),
    ],
    search=["what", "title", "number"],
    filters=[Filter("kind", _("Kind"), supervision.KINDS, "kind")],
    address=lambda row, actor: (
        f"{_thread(row.project)}log/" if row.project is not None and _thread(row.project) else ""
    ),
    place=105,
    # whether there was a check at all is the audit administrator's to see: nothing is claimed of it here
    empty=_("Nothing is on record. What acts find themselves, and what a check of the log finds, is listed here."),
)
table(
    "key_uses",
    _("Uses of sealing keys"),
    [Role.AUDIT_ADMIN],
    rows=supervision.key_uses,
    columns=[
        Column("number", _("Call"), lambda row: row.call_number, order="call_number"),
        Column("round", _("Round"), lambda row: supervision.round_of(row), TAG),
        Column("officers", _("Officers"), lambda row: "、".join(dict.fromkeys(row.officers))),
        Column("organisation", _("Organisation"), lambda row: str(row.organisation or ""), order="organisation__name"),
        Column("by", _("Done by"), lambda row: str(row.actor), order="actor__display_name"),
        Column("at", _("When"), lambda row: row.at, MINUTE, order="at"),
        Column("recorded", _("Recorded"), lambda row: row.recorded_at, MINUTE, order="recorded_at"),
    ],
    search=["call_number", "organisation__name", "actor__username", "actor__display_name"],
    order=["-at", "-pk"],
    place=205,
    empty=_("No key was used yet: each opening uses the key of its call once a round."),
)
