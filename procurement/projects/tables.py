"""A buyer's projects and notices as tables; columns that tables of later stages have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import BUYER_KINDS, RUNNING_KINDS, MandateAct, Role
from procurement.accounts.workspace.desk import Actor, threads_of
from procurement.accounts.workspace.tables import DAY, MINUTE, MONEY, STRIP, TAG, Column, Filter, table
from procurement.projects.desk import ours
from procurement.projects.enums import Domain, FundSource, NoticeKind, ProjectState
from procurement.projects.mandating import mandates_of
from procurement.projects.models import Notice, Project

BUYER_STAFF = (Role.DRAFTER, Role.APPROVER, Role.FINANCE, Role.OFFICER, Role.SIGNATORY)


def thread_of(project: Project) -> str:
    return f"/threads/{project.number}/"


def progress(project: Callable[[Any], Project], path: str) -> Column:
    """The strip of a row's thread; ``path`` leads from the row to the project."""
    return Column("progress", _("Progress"), lambda row: project(row).state, STRIP, order=f"{path}__state")


def notices_of(actor: Actor) -> QuerySet[Notice]:
    return Notice.objects.filter(threads_of(actor, MandateAct.NOTICES)).select_related("project")


table(
    "projects",
    _("Our projects"),
    BUYER_STAFF,
    rows=ours,
    columns=[
        Column("title", _("Project"), lambda project: project.title, order="title"),
        Column("number", _("Number"), lambda project: project.number, under=True, order="number"),
        Column("progress", _("Progress"), lambda project: project.state, STRIP, order="state"),
        Column("state", _("State"), lambda project: project.get_state_display(), TAG, order="state"),
        Column("domain", _("Domain"), lambda project: project.get_domain_display(), order="domain"),
        Column("funds", _("Source of funds"), lambda project: project.get_fund_source_display(), order="fund_source"),
        Column("line", _("Budget line"), lambda project: project.budget_line.name, order="budget_line__name"),
        Column("budget", _("Budget (yuan)"), lambda project: project.budget, MONEY, order="budget"),
        Column("start", _("Service begins"), lambda project: project.term_start, DAY, order="term_start"),
        Column("end", _("Service ends"), lambda project: project.term_end, DAY, order="term_end"),
    ],
    search=["title", "number"],
    filters=[
        Filter("state", _("State"), ProjectState.choices, "state"),
        Filter("domain", _("For whom"), Domain.choices, "domain"),
        Filter("funds", _("Source of funds"), FundSource.choices, "fund_source"),
    ],
    order=["-formed_at", "-pk"],
    address=lambda project, actor: thread_of(project),
    place=20,
    kinds=BUYER_KINDS,
    empty=_("A project appears here as soon as it is drafted from needs."),
)
table(
    "notices",
    _("Notices"),
    (Role.DRAFTER, Role.APPROVER),
    rows=notices_of,
    columns=[
        Column("title", _("Notice"), lambda notice: notice.title, order="title"),
        Column("number", _("Number"), lambda notice: notice.number, under=True, order="number"),
        Column("kind", _("Kind"), lambda notice: notice.get_kind_display(), TAG, order="kind"),
        progress(lambda notice: notice.project, "project"),
        Column("published", _("Published"), lambda notice: notice.published_at, MINUTE, order="published_at"),
        Column(
            "official",
            _("Out in the official medium"),
            lambda notice: notice.official_published_at,
            MINUTE,
            order="official_published_at",
        ),
    ],
    search=["title", "number", "project__title"],
    filters=[
        Filter("kind", _("Kind"), NoticeKind.choices, "kind"),
        Filter(
            "official",
            _("Official medium"),
            [("False", _("entered")), ("True", _("still missing"))],
            "official_published_at__isnull",
        ),
    ],
    order=["-published_at", "-pk"],
    address=lambda notice, actor: f"/threads/{notice.project.number}/notices/{notice.number}/",
    place=80,
    kinds=RUNNING_KINDS,
    empty=_("A notice appears here as soon as it is published."),
)
table(
    "mandates",
    _("Agency mandates"),
    (*BUYER_STAFF, Role.MANAGER),
    rows=mandates_of,
    columns=[
        Column("number", _("Agreement"), lambda mandate: mandate.number, order="number"),
        Column("thread", _("Project"), lambda mandate: mandate.thread or _("all projects"), under=True),
        Column("buyer", _("Buyer"), lambda mandate: mandate.buyer.name, order="buyer__name"),
        Column("agency", _("Agency"), lambda mandate: mandate.agency.name, order="agency__name"),
        Column("from", _("Valid from"), lambda mandate: mandate.valid_from, DAY, order="valid_from"),
        Column("until", _("Valid until"), lambda mandate: mandate.valid_until, DAY, order="valid_until"),
        Column("revoked", _("Revoked"), lambda mandate: mandate.ended_at, MINUTE, order="ended_at"),
    ],
    search=["number", "thread", "buyer__name", "agency__name"],
    filters=[Filter("revoked", _("Revoked"), [("True", _("no")), ("False", _("yes"))], "ended_at__isnull")],
    order=["-valid_until", "-pk"],
    address=lambda mandate, actor: reverse("mandate", args=[mandate.pk]),
    place=90,
    kinds=RUNNING_KINDS,
    empty=_("A mandate appears here as soon as a buyer gives one to an agency."),
)
