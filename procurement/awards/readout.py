"""The result as the members read it before they sign: ranking, why equals stand as they do, everybody's scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from procurement.awards import signing
from procurement.awards.models import Panel, Score
from procurement.awards.results import Result
from procurement.calls.enums import CriterionKind, Method
from procurement.calls.models import Criterion, Lot
from procurement.rules import rulebook


@dataclass(frozen=True)
class Reading:
    """One lot's result. ``sheets``: by judged criterion, each bid with every member's points in the order of seats."""

    lot: Lot
    criteria: Sequence[Criterion]
    rows: list[dict[str, Any]]
    ties: list[str]
    article: str
    members: list[str]
    sheets: list[dict[str, Any]]


def of(panel: Panel) -> list[Reading]:
    """Every living lot; to be shown only when all sheets are closed."""
    criteria = list(panel.call.criteria.all())
    seats = list(panel.seats.select_related("user"))
    given = {
        (bid, criterion, seat): points
        for bid, criterion, seat, points in Score.objects.filter(sheet__seat__panel=panel).values_list(
            "sheet__bid", "criterion", "sheet__seat", "points"
        )
    }
    day = panel.scoring_at or panel.call.deadline
    rule = rulebook.find("S4", variant=panel.call.method, on=day, region=panel.project.buyer.region)
    found = []
    for lot, results in signing.results(panel):
        rows = [{"result": one, "points": [one.points.get(c.code) for c in criteria]} for one in results]
        tables = [
            {
                "criterion": c,
                "rows": [
                    {"bid": one.bid, "points": [given.get((one.bid.pk, c.pk, seat.pk)) for seat in seats]}
                    for one in results
                ],
            }
            for c in criteria
            if c.kind == CriterionKind.JUDGED
        ]
        article = rule.article if rule is not None else ""
        names = [str(seat.user) for seat in seats]
        found.append(Reading(lot, criteria, rows, ties(results, criteria, panel.call.method), article, names, tables))
    return found


def ties(results: Sequence[Result], criteria: Sequence[Criterion], method: str) -> list[str]:
    """S4 in words: for each two neighbours who are equal, what put one before the other."""
    judged = {c.code for c in criteria if c.kind == CriterionKind.JUDGED}
    by_price = method == Method.NEGOTIATION
    found = []
    for first, second in pairwise(results):
        if (first.bid.price != second.bid.price) if by_price else (first.total != second.total):
            continue
        technical = [sum((r.points[code] for code in judged), Decimal(0)) for r in (first, second)]
        if by_price:
            why = _("the higher total") if first.total != second.total else _("the lot")
        elif first.bid.price != second.bid.price:
            why = _("the lower price")
        elif technical[0] != technical[1]:
            why = _("the higher points of the panel")
        else:
            why = _("the lot")
        words = _("%(first)s and %(second)s are equal; %(why)s decides.")
        found.append(words % {"first": first.bid.supplier, "second": second.bid.supplier, "why": why})
    return found
