"""Counting in years: the same day of another year, where there is one."""

from __future__ import annotations

from datetime import date


def years_later(day: date, years: int) -> date:
    """The first day that is ``years`` past ``day``; after 29 February the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)


def years_before(day: date, years: int) -> date:
    """The day ``years`` before; of 29 February the last of the month."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
