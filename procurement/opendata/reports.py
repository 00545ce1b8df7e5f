"""Published verdicts, each with the sample it rests on (E5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from procurement.common import bodies, page_cache
from procurement.evaluation import formulas
from procurement.evaluation.enums import EvaluationState, Grade, Part
from procurement.evaluation.models import AnswerSheet, Evaluation
from procurement.opendata.threads import chosen, page_of
from procurement.projects.enums import Domain


def published() -> QuerySet[Evaluation]:
    """Every published evaluation but those of rehearsals, with the answers it rests on."""
    sheets = AnswerSheet.objects.filter(survey=OuterRef("survey"), eligible=True).order_by().values("survey")
    return (
        Evaluation.objects.filter(state=EvaluationState.PUBLISHED, contract__award__lot__call__project__rehearsal=False)
        .select_related("survey", "contract__award__lot__call__project__buyer", "contract__award__bid__supplier")
        # counted for the rows that are shown, not for all there are
        .annotate(answers=Coalesce(Subquery(sheets.annotate(n=Count("pk")).values("n")), 0))
    )


def told(row: Any) -> Any:
    """An evaluation of ``published`` with the residents' part and its sample beside it."""
    row.residents, row.sample = residents(row), sample(row.answers, row.survey.population)
    return row


def facts(request: HttpRequest) -> dict[str, Any]:
    """Published evaluations, newest first, of one grade and one domain where the address asks."""
    grade, domain = chosen(request, "grade", Grade.values), chosen(request, "domain", Domain.values)
    rows = published().order_by("-published_at", "-pk")
    if grade:
        rows = rows.filter(grade=grade)
    if domain:
        rows = rows.filter(contract__award__lot__call__project__domain=domain)
    page = page_of(rows, request, "reports")
    for row in page:
        told(row)
    return {"listed": page, "grade": grade, "domain": domain, "grades": Grade.choices, "domains": Domain.choices}


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The list as it is while no editor has made a page for it."""
    page_cache.show(request, "reports")
    return bodies.shared(request, "opendata/reports.html", facts(request))


def residents(evaluation: Evaluation) -> Decimal | None:
    """The residents' part, 0–100; none where nobody answered."""
    found = evaluation.parts.get(Part.RESIDENTS)
    return None if found is None else formulas.shown(Decimal(found))


def sample(answers: int, population: int) -> dict[str, Any]:
    """Answers, people served, response rate (%), margin (percentage points): always shown together (E5)."""
    margin = formulas.margin(answers, population)
    return {
        "answers": answers,
        "population": population,
        "sufficient": answers >= formulas.sample_needed(population),
        "margin": None if margin is None else formulas.shown(margin),
        "response_rate": formulas.shown(Decimal(answers) * 100 / population) if population else None,
    }
