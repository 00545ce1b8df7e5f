"""Filters for papers: figures and dates as Chinese documents write them, whatever the site language."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone

from workflows.reasons import cited as cited_in

register = template.Library()

_DIGITS = "〇一二三四五六七八九十"


@register.filter
def yuan(value: Decimal | None) -> str:
    """An amount in yuan with thousands separators and two decimals: 62,400.00."""
    return "" if value is None else f"{value:,.2f}"


@register.filter
def cited(article: str) -> str:
    """A source of the rulebook: 条例第43条."""
    return cited_in(article, "zh")


@register.filter
def points(value: Decimal | None) -> str:
    """A score with two decimals."""
    return "—" if value is None else f"{value:.2f}"


@register.filter
def plain(value: Decimal | int | None) -> str:
    """A number without trailing zeros: 30, 16.5."""
    if value is None:
        return "—"
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def day(value: date | datetime | None) -> str:
    """2026年5月11日, in the time zone of the site."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return f"{value.year}年{value.month}月{value.day}日"


@register.filter
def moment(value: datetime | None) -> str:
    """2026年5月8日 09:29:59: to the second, as rule B1 judges."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    return f"{day(local)} {local:%H:%M:%S}"


@register.filter
def ordinal(value: int) -> str:
    """A whole number below 100 in Chinese: 21 → 二十一, for 第…条."""
    tens, ones = divmod(int(value), 10)
    lead = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return lead + (_DIGITS[ones] if ones or not tens else "")


@register.filter
def stamp(value: datetime | None) -> str:
    """2026-05-08 09:29:59, the form for table columns."""
    return "—" if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"


@register.filter
def lines(value: str) -> list[str]:
    """A SHA-256 as two lines of four groups of eight, so that a reader can compare it by eye."""
    groups = [value[start : start + 8] for start in range(0, len(value), 8)]
    return [" ".join(groups[start : start + 4]) for start in range(0, len(groups), 4)]
