from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.awards.scoring import low_price_rules, outliers, price_points, quantity_points

RATES = {"mean": Decimal("0.50"), "second": Decimal("0.50"), "ceiling": Decimal("0.45")}
prices = st.lists(st.decimals("0.01", "9999999", places=2), min_size=1, max_size=8)


def test_s2_price_points() -> None:
    offered = [Decimal(180_000), Decimal(195_000), Decimal(208_000)]
    assert [price_points(p, min(offered), Decimal(20)) for p in offered] == [
        Decimal("20.00"),
        Decimal("18.46"),
        Decimal("17.31"),
    ]


def test_s5_quantity_points() -> None:
    hours = [Decimal(39_192), Decimal(44_000), Decimal(48_356)]
    assert [quantity_points(h, max(hours), Decimal(10)) for h in hours] == [
        Decimal("8.10"),
        Decimal("9.10"),
        Decimal("10.00"),
    ]


def test_b4_only_the_second_lowest_fires() -> None:
    assert low_price_rules(
        Decimal(95_000), [Decimal(95_000), Decimal(200_000), Decimal(205_000)], Decimal(210_000), RATES
    ) == ["second"]


@pytest.mark.parametrize(
    ("price", "others", "ceiling"),
    [(Decimal(100), [Decimal(200)], Decimal(222)), (Decimal(45), [Decimal(90)], Decimal(100))],
)
def test_b4_equality_does_not_trigger(price: Decimal, others: list[Decimal], ceiling: Decimal) -> None:
    fired = low_price_rules(price, [price, *others], ceiling, RATES)
    assert "second" not in fired
    assert "ceiling" not in fired


@given(prices, st.integers(1, 100))
def test_the_lowest_price_gets_the_whole_weight_and_nobody_more(offered: list[Decimal], weight: int) -> None:
    points = [price_points(price, min(offered), Decimal(weight)) for price in offered]
    assert max(points) == Decimal(weight)
    assert all(Decimal(0) <= point <= weight for point in points)
    ordered = [point for _price, point in sorted(zip(offered, points, strict=True))]
    assert ordered == sorted(points, reverse=True)


def test_s6_names_the_one_who_is_far_from_the_others() -> None:
    assert outliers([Decimal(45), Decimal(44), Decimal(20)], Decimal(50), Decimal("0.20")) == [0, 1, 2]
    assert outliers(
        [Decimal(45), Decimal(44), Decimal(41), Decimal(42), Decimal(30)], Decimal(50), Decimal("0.20")
    ) == [4]
    assert outliers([Decimal(45), Decimal(44), Decimal(43)], Decimal(50), Decimal("0.20")) == []
