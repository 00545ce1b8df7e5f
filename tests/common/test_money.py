from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.common import money
from procurement.common.credit_codes import check_character, mask_identity, mask_mobile, problem

amounts = st.decimals(0, 10**13 - 1, places=2)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("208000", "贰拾万零捌仟元整"),
        ("1025826.73", "壹佰零贰万伍仟捌佰贰拾陆元柒角叁分"),
        ("2327640", "贰佰叁拾贰万柒仟陆佰肆拾元整"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("1005", "壹仟零伍元整"),
        ("20000008.50", "贰仟万零捌元伍角整"),
        ("100000000", "壹亿元整"),
    ],
)
def test_amounts_in_words(amount: str, words: str) -> None:
    """C8"""
    assert money.in_words(Decimal(amount)) == words


@given(amounts, amounts)
def test_words_tell_amounts_apart(one: Decimal, other: Decimal) -> None:
    assert (one == other) == (money.in_words(one) == money.in_words(other))


@given(amounts, st.lists(st.integers(1, 98), min_size=1, max_size=6))
def test_shares_sum_to_the_amount(amount: Decimal, weights: list[int]) -> None:
    percents = [Decimal(weight) * 100 / 1000 for weight in weights]
    percents.append(100 - sum(percents))
    assert sum(money.percent_shares(amount, percents)) == amount


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("12万", "120000"),
        ("￥120,000.00", "120000"),
        ("１２００００", "120000"),
        ("1.5万元", "15000"),
        ("0.01", "0.01"),
    ],
)
def test_reads_what_people_type(text: str, yuan: str) -> None:
    assert money.parse_yuan(text) == Decimal(yuan)


@pytest.mark.parametrize("text", ["-1", "", "abc", "1.005", "1e5", "9" * 400, "10000000000000", "nan", "1 2"])
def test_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        money.parse_yuan(text)


@pytest.mark.parametrize(
    "code", ["51100000500012681T", "52110000MJ0163191U", "53100000500019795A", "11622700013944908W"]
)
def test_valid_credit_codes(code: str) -> None:
    """I1"""
    assert problem(code) is None


def test_a_wrong_check_digit_is_named() -> None:
    """I1: 51440300MJL18627XQ should end in A."""
    assert check_character("51440300MJL18627X") == "A"
    assert "A" in (problem("51440300MJL18627XQ") or "")


@pytest.mark.parametrize("code", ["", "5110000050001268", "51100000500012681O", "51100000500012681t"])
def test_bad_credit_codes(code: str) -> None:
    assert problem(code)


def test_masks() -> None:
    """I2"""
    assert mask_mobile("13812341234") == "138****1234"
    assert mask_identity("11010519491231002X") == "110105********002X"
    assert mask_mobile("12345") == "*****"
