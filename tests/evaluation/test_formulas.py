from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.evaluation import formulas

BOUNDS = {"优": Decimal(90), "良": Decimal(80), "中": Decimal(60), "差": Decimal(0)}


@pytest.mark.parametrize(("population", "needed"), [(60, 53), (120, 92), (300, 169), (1000, 278), (1, 1), (0, 0)])
def test_e5_sample(population: int, needed: int) -> None:
    assert formulas.sample_needed(population) == needed


@pytest.mark.parametrize(
    ("score", "grade"),
    [("90", "优"), ("89.99", "良"), ("80", "良"), ("79.99", "中"), ("76.5", "中"), ("60", "中"), ("59.99", "差")],
)
def test_e3_grades(score: str, grade: str) -> None:
    assert formulas.grade(Decimal(score), BOUNDS) == grade


def test_e2_execution_is_at_most_whole() -> None:
    assert formulas.budget_execution(Decimal(145_600), Decimal(208_000)) == Decimal(70)
    assert formulas.budget_execution(Decimal(300), Decimal(200)) == Decimal(100)


def test_the_worked_example() -> None:
    need_fit = formulas.item_satisfaction({5: 60, 4: 28, 3: 6, 2: 2, 1: 1})
    overall = formulas.item_satisfaction({5: 58, 4: 30, 3: 7, 2: 1, 1: 1})
    assert formulas.shown(formulas.mean([need_fit, overall])) == Decimal("86.98")


@given(st.integers(2, 100_000), st.integers(1, 100_000))
def test_the_margin_shrinks_with_answers(population: int, answers: int) -> None:
    answers = min(answers, population)
    margin = formulas.margin(answers, population)
    assert margin is not None
    assert margin >= 0
    if answers < population:
        more = formulas.margin(answers + 1, population)
        assert more is not None
        assert more < margin
    if answers >= formulas.sample_needed(population):
        assert margin <= Decimal("5.01")


@given(st.dictionaries(st.integers(1, 5), st.integers(0, 500), min_size=1).filter(lambda counts: sum(counts.values())))
def test_satisfaction_lies_between_0_and_100(counts: dict[int, int]) -> None:
    assert 0 <= formulas.item_satisfaction(counts) <= 100
