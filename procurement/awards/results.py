"""From sheets to a ranking, for one lot."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from procurement.awards import scoring
from procurement.awards.models import Panel, Score
from procurement.bids.enums import STILL_IN
from procurement.bids.models import Bid
from procurement.calls.enums import CriterionKind, Method
from procurement.calls.models import Criterion, Lot


@dataclass(frozen=True)
class Result:
    """One bid's points by criterion code, their sum, and its place."""

    bid: Bid
    points: dict[str, Decimal]
    total: Decimal
    rank: int


def _quantity(bid: Bid, criterion: Criterion) -> Decimal:
    return Decimal(str(bid.quantities.get(criterion.code, "0")))


def _points(bid: Bid, criterion: Criterion, bids: list[Bid], judged: dict[tuple[int, int], list[Decimal]]) -> Decimal:
    if criterion.kind == CriterionKind.PRICE:
        prices = [other.price for other in bids if other.price is not None]
        return scoring.price_points(bid.price or Decimal(0), min(prices), criterion.weight)
    if criterion.kind == CriterionKind.QUANTITY:
        highest = max(_quantity(other, criterion) for other in bids)
        return scoring.quantity_points(_quantity(bid, criterion), highest, criterion.weight)
    return scoring.judged_points(judged[bid.pk, criterion.pk])


def computed_points(bids: list[Bid], criteria: list[Criterion]) -> dict[int, dict[str, Decimal]]:
    """What follows from the offers alone: price and quantity points of one lot's bids, by bid and criterion code."""
    found: dict[int, dict[str, Decimal]] = {bid.pk: {} for bid in bids}
    for criterion in criteria:
        if criterion.kind == CriterionKind.JUDGED:
            continue
        if criterion.kind == CriterionKind.PRICE and all(bid.price is None for bid in bids):
            continue
        for bid in bids:
            found[bid.pk][criterion.code] = _points(bid, criterion, bids, {})
    return found


def compute(panel: Panel, lot: Lot) -> list[Result]:
    """Every bid of the lot still in, best first."""
    bids = list(
        Bid.objects.filter(lot=lot, state__in=[str(state) for state in STILL_IN])
        .select_related("supplier", "lot__call__project__buyer")
        .order_by("pk")
    )
    criteria = list(panel.call.criteria.all())
    judged: dict[tuple[int, int], list[Decimal]] = {}
    rows = Score.objects.filter(sheet__seat__panel=panel, sheet__bid__lot=lot).order_by("sheet__seat__position")
    for bid_id, criterion_id, value in rows.values_list("sheet__bid", "criterion", "points"):
        judged.setdefault((bid_id, criterion_id), []).append(value)
    table = {bid.pk: {c.code: _points(bid, c, bids, judged) for c in criteria} for bid in bids}
    technical = {c.code for c in criteria if c.kind == CriterionKind.JUDGED}
    standings = [
        scoring.Standing(
            bid.pk,
            sum(table[bid.pk].values(), Decimal(0)),
            bid.price if bid.price is not None else lot.ceiling,
            sum((value for code, value in table[bid.pk].items() if code in technical), Decimal(0)),
            scoring.lottery_key(panel.call.number, bid.number),
        )
        for bid in bids
    ]
    by_id = {bid.pk: bid for bid in bids}
    ranked = scoring.ranking(standings, lowest_price_wins=panel.call.method == Method.NEGOTIATION)
    return [Result(by_id[s.bid], table[s.bid], s.total, rank) for rank, s in enumerate(ranked, start=1)]
