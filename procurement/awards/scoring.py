"""The arithmetic of scoring (RULES §4). Pure: decimals in, decimals out, each part rounded half-up to 0.01."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def points(value: Decimal) -> Decimal:
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def price_points(price: Decimal, lowest: Decimal, weight: Decimal) -> Decimal:
    """S2: lowest valid price ÷ this price × weight (令87 art 55; 磋商办法 art 24). A price of nothing earns it all."""
    return points(lowest * weight / price) if price else points(weight)


def quantity_points(quantity: Decimal, highest: Decimal, weight: Decimal) -> Decimal:
    """S5: quantity ÷ the highest quantity × weight; nothing offered by anyone earns nobody a point."""
    return points(quantity * weight / highest) if highest else points(Decimal(0))


def judged_points(scores: Sequence[Decimal]) -> Decimal:
    """The mean of the members' scores; no sheet is ever dropped."""
    return points(sum(scores, Decimal(0)) / len(scores))


def outliers(scores: Sequence[Decimal], weight: Decimal, share: Decimal) -> list[int]:
    """S6: positions of scores further than ``share`` of the weight from the mean of the others."""
    found = []
    for position, score in enumerate(scores):
        others = [other for index, other in enumerate(scores) if index != position]
        if others and abs(score - sum(others, Decimal(0)) / len(others)) > share * weight:
            found.append(position)
    return found


@dataclass(frozen=True)
class Standing:
    """What one bid is ranked by; ``lot_key`` is the number its lot is drawn with when all else is equal."""

    bid: int
    total: Decimal
    price: Decimal
    judged: Decimal
    lot_key: str


def lottery_key(secret: str, bid_number: str) -> str:
    """The lot of a bid: anyone can draw it again from the call's published opening hash and the bid's number."""
    return hashlib.sha256(f"{secret}:{bid_number}".encode()).hexdigest()


def ranking(standings: Sequence[Standing], *, lowest_price_wins: bool) -> list[Standing]:
    """Best first. S4: equal totals → lower price, then higher judged points, then the lot drawn in the open.

    ``lowest_price_wins``: negotiation, where the lowest price that meets the need wins (P8, 令74 art 35).
    """
    if lowest_price_wins:
        return sorted(standings, key=lambda s: (s.price, -s.total, s.lot_key))
    return sorted(standings, key=lambda s: (-s.total, s.price, -s.judged, s.lot_key))


def low_price_rules(
    price: Decimal, compliant: Sequence[Decimal], ceiling: Decimal, rates: Mapping[str, Decimal]
) -> list[str]:
    """B4: which of "mean", "second", "ceiling" this price falls below (异常低价). Equality does not trigger.

    ``compliant``: raw prices of all compliant bids, this one among them, yuan.
    """
    found = []
    if compliant and price < rates["mean"] * sum(compliant, Decimal(0)) / len(compliant):
        found.append("mean")
    if len(compliant) > 1 and price < rates["second"] * sorted(compliant)[1]:
        found.append("second")
    if price < rates["ceiling"] * ceiling:
        found.append("ceiling")
    return found
