"""Published verdicts, each with the sample it rests on (E5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from procurement.evaluation import formulas
from procurement.evaluation.enums import EvaluationState, Part
from procurement.evaluation.models import Evaluation
from procurement.opendata.threads import page_of


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Every published evaluation but those of rehearsals, newest first."""
    rows = (
        Evaluation.objects.filter(state=EvaluationState.PUBLISHED, contract__award__lot__call__project__rehearsal=False)
        .select_related("survey", "contract__award__lot__call__project__buyer", "contract__award__bid__supplier")
        .annotate(answers=Count("survey__sheets", filter=Q(survey__sheets__eligible=True)))
        .order_by("-published_at", "-pk")
    )
    page = page_of(rows, request)
    for row in page:
        row.residents, row.sample = residents(row), sample(row.answers, row.survey.population)
    return render(request, "opendata/reports.html", {"page": page})


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
