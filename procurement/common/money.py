"""Yuan and fen: exact decimals, their words, and their shares (RULES C8)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

FEN = Decimal("0.01")
LIMIT = Decimal(10) ** 13  # yuan; amounts lie below it
DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def fen(value: Decimal) -> Decimal:
    """Rounds yuan half-up to the fen."""
    return value.quantize(FEN, rounding=ROUND_HALF_UP)


def yuan(value: Decimal | None) -> str:
    """208000 → ``208,000.00``; nothing for no amount."""
    return "" if value is None else f"{fen(value):,.2f}"


def parse_yuan(text: str) -> Decimal:
    """Reads an amount as people type it — ``￥120,000.00``, ``１２００００``, ``12万``, ``12万元`` — in yuan.

    Raises ``ValueError`` with a sentence that says what is expected.
    """
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("元").strip()
    factor = 1
    for sign, size in (("万", 10_000), ("亿", 100_000_000)):
        if plain.endswith(sign):
            plain, factor = plain.removesuffix(sign).strip(), size
    plain = plain.replace(",", "")
    digits = plain.replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(_("Write an amount in yuan such as 120000 or 120,000.00."))
    if len(digits) > 20:
        raise ValueError(_("The amount must lie below ten trillion yuan."))
    value = Decimal(plain) * factor
    if value != fen(value):
        raise ValueError(_("An amount has at most two decimals: yuan and fen."))
    if value >= LIMIT:
        raise ValueError(_("The amount must lie below ten trillion yuan."))
    return fen(value)


def _group_in_words(group: int) -> str:
    """One group of four digits; zeros inside are one 零, trailing zeros are silent."""
    words, zero = "", False
    for position in (3, 2, 1, 0):
        digit = group // 10**position % 10
        if digit:
            words += ("零" if zero and words else "") + DIGITS[digit] + UNITS[position]
            zero = False
        else:
            zero = True
    return words


def _whole_in_words(whole: int) -> str:
    words, gap = "", False
    for index in (3, 2, 1, 0):
        group = whole // 10 ** (4 * index) % 10_000
        if not group:
            gap = bool(words)
            continue
        # the house's form of RULES C8 (贰拾万零捌仟): a 零 wherever the group before it or this one ends short
        short = words and (gap or group < 1000 or whole // 10 ** (4 * index + 4) % 10 == 0)
        words += ("零" if short else "") + _group_in_words(group)
        # 亿 of 万亿 is said once: 壹万亿, 壹万贰仟亿
        words += _group_unit(index, whole)
        gap = False
    return words


def _group_unit(index: int, whole: int) -> str:
    if index == 3 and whole // 10**8 % 10_000:
        return "万"
    return GROUPS[index]


def in_words(amount: Decimal) -> str:
    """An amount in yuan as contracts write it: 208000 → 贰拾万零捌仟元整 (RULES C8)."""
    if amount < 0 or amount >= LIMIT or amount != fen(amount):
        raise ValueError(f"no amount of money: {amount}")
    cents = int(amount * 100)
    whole, jiao, rest = cents // 100, cents // 10 % 10, cents % 10
    words = _whole_in_words(whole) + "元" if whole else ""
    if not jiao and not rest:
        return (words or "零元") + "整"
    if jiao:
        words += DIGITS[jiao] + "角"
    elif words:
        words += "零"
    return words + (DIGITS[rest] + "分" if rest else "整")


def percent_shares(amount: Decimal, percents: Sequence[Decimal]) -> list[Decimal]:
    """Splits yuan by percents: each share half-up to the fen, the last takes the remainder.

    Raises ``ValueError`` where the percents do not sum to 100.
    """
    if sum(percents) != 100:
        raise ValueError(f"percents sum to {sum(percents)}, not 100")
    shares = [fen(amount * percent / 100) for percent in percents[:-1]]
    return [*shares, amount - sum(shares)]
