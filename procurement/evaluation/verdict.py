"""From answers, ratings, scores and payments to the five parts (E1, E2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from procurement.evaluation import formulas
from procurement.evaluation.enums import Part
from procurement.evaluation.models import Answer, Evaluation
from procurement.rules import rulebook
from workflows.clock import act_time


def counts(evaluation: Evaluation) -> dict[str, dict[int, int]]:
    """Eligible answers by item and level."""
    table: dict[str, dict[int, int]] = {}
    rows = (
        Answer.objects.filter(sheet__survey=evaluation.survey, sheet__eligible=True)
        .values_list("item", "level")
        .annotate(number=Count("pk"))
    )
    for item, level, number in rows:
        table.setdefault(item, {})[level] = number
    return table


@dataclass(frozen=True)
class Verdict:
    """Unrounded parts (0–100), the total rounded once, and its grade."""

    parts: Mapping[str, Decimal]
    total: Decimal
    grade: str


def parts(evaluation: Evaluation) -> dict[str, Decimal]:
    """Every part that was heard, unrounded."""
    found: dict[str, Decimal] = {}
    answers = counts(evaluation)
    if answers:
        found[Part.RESIDENTS] = formulas.mean([formulas.item_satisfaction(levels) for levels in answers.values()])
    ratings = [row.score for row in evaluation.station_ratings.all() if row.score is not None]
    if ratings:
        found[Part.STATION] = formulas.mean(ratings)
    scores = [
        formulas.mean([row.score for row in milestone.scores.all() if row.score is not None])
        for milestone in evaluation.contract.milestones.filter(score__isnull=False).prefetch_related("scores")
    ]
    if scores:
        found[Part.EVALUATORS] = formulas.mean(scores)
    if evaluation.buyer_score is not None:
        found[Part.BUYER] = evaluation.buyer_score
    paid = evaluation.contract.payments.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    found[Part.BUDGET_EXECUTION] = formulas.budget_execution(paid, evaluation.contract.amount)
    return {str(name): value for name, value in found.items()}


def reach(evaluation: Evaluation) -> Verdict:
    """The verdict as it stands. Raises ``KeyError`` where a part that weighs something was not heard."""
    found = parts(evaluation)
    total = formulas.total(found, evaluation.weight_of)
    rule = rulebook.find("E3", on=evaluation.collecting_since or act_time(), region=evaluation.contract.buyer.region)
    if rule is None:
        raise LookupError("E3 has no version on that day")
    bounds = {name: Decimal(str(bound)) for name, bound in rule.values["grades"].items()}
    return Verdict(found, total, formulas.grade(total, bounds))
