"""The arithmetic of the bottom-up evaluation (RULES §8). Pure; exact decimals, rounded only where it says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")
LEVELS = 5


def shown(value: Decimal) -> Decimal:
    """Half-up to 0.01."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def mean(values: Sequence[Decimal]) -> Decimal:
    """Unrounded mean; raises ``ValueError`` on nothing."""
    if not values:
        raise ValueError("the mean of nothing")
    return sum(values, Decimal(0)) / len(values)


def item_satisfaction(counts: Mapping[int, int]) -> Decimal:
    """Σ(count × (level−1)/4) ÷ answers × 100, for answers counted by level 5 (best) to 1."""
    answers = sum(counts.values())
    if not answers:
        raise ValueError("no answers")
    return sum((Decimal(count) * (level - 1) / 4 for level, count in counts.items()), Decimal(0)) / answers * 100


def budget_execution(paid: Decimal, contract: Decimal) -> Decimal:
    """E2: paid ÷ contract amount × 100, at most 100. A contract of nothing is executed in full."""
    return min(paid / contract * 100, Decimal(100)) if contract else Decimal(100)


def total(parts: Mapping[str, Decimal], weights: Mapping[str, Decimal]) -> Decimal:
    """Weighted sum of unrounded parts, rounded once; a part that weighs nothing may be missing."""
    return shown(sum((parts[name] * weight for name, weight in weights.items() if weight), Decimal(0)) / 100)


def grade(score: Decimal, bounds: Mapping[str, Decimal]) -> str:
    """E3: the best grade whose lower bound the rounded total reaches."""
    for name, bound in sorted(bounds.items(), key=lambda item: -item[1]):
        if score >= bound:
            return name
    raise ValueError("no grade reaches that low")


def sample_needed(population: int) -> int:
    """E5: people to ask for 95% ± 5% in a finite population, rounded up to whole people."""
    if population <= 0:
        return 0
    infinite = Decimal("1.96") ** 2 * Decimal("0.25") / Decimal("0.05") ** 2
    needed = infinite / (1 + (infinite - 1) / population)
    return min(population, int(needed.to_integral_value(rounding=ROUND_CEILING)))


def margin(answers: int, population: int) -> Decimal | None:
    """E5: 1.96·√(0.25/n)·√((N−n)/(N−1)), in percentage points, unrounded; none without answers."""
    if answers <= 0:
        return None
    if population <= 1 or answers >= population:
        return Decimal(0)
    with localcontext() as context:
        context.prec = 40
        spread = (Decimal("0.25") / answers).sqrt()
        finite = (Decimal(population - answers) / Decimal(population - 1)).sqrt()
        return Decimal("1.96") * spread * finite * 100
