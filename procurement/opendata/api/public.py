"""What is everybody's: the rows that lists, feeds and files draw from. No draft, nothing sealed, no rehearsal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from procurement.accounts.models import Organisation
from procurement.awards.models import Award
from procurement.calls.models import Call
from procurement.needs.models import Need
from procurement.opendata import reports
from procurement.projects.models import Notice, Project

LIVE = Q(project__rehearsal=False)
THREAD_OF_EVALUATION = "contract__award__lot__call__project"


def threads() -> QuerySet[Project]:
    """What a buyer has approved."""
    return Project.objects.filter(approved_at__isnull=False, rehearsal=False).select_related("buyer")


def calls() -> QuerySet[Call]:
    return Call.objects.filter(LIVE, published_at__isnull=False).select_related("project__buyer")


def notices() -> QuerySet[Notice]:
    rows = Notice.objects.filter(LIVE).select_related("project__buyer", "corrects")
    return rows.prefetch_related("official_publications")


def needs() -> QuerySet[Need]:
    """What was handed in; a need that only rehearsals answer is part of the rehearsal."""
    linked = Project.objects.filter(need_links__need=OuterRef("pk"))
    rehearsed = Exists(linked.filter(rehearsal=True)) & ~Exists(linked.filter(rehearsal=False))
    rows = Need.objects.filter(~rehearsed, submitted_at__isnull=False)
    return rows.select_related("station", "addressed_to").prefetch_related("projects")


def awards() -> QuerySet[Award]:
    return Award.objects.filter(noticed_at__isnull=False, lot__call__project__rehearsal=False)


def evaluations() -> QuerySet[Any]:
    """Published verdicts with their sample (E5)."""
    return reports.published()


def organisations() -> QuerySet[Organisation]:
    """Buyers with an approved thread and suppliers that have won a lot."""
    return Organisation.objects.filter(
        Exists(threads().filter(buyer=OuterRef("pk"))) | Exists(awards().filter(bid__supplier=OuterRef("pk"))),
        code__isnull=False,
    )


def yuan(value: Decimal | None) -> str:
    return f"{value or Decimal(0):.2f}"
