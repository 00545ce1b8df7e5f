"""Working days by the State Council's calendar, make-up workdays included (RULES D1–D3).

Days are local dates (Asia/Shanghai). A year is *official* where an office has entered it or the library
knows it; dates in any other year are provisional: weekends and statutory holidays, marked so wherever shown.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import chinese_calendar
import holidays
from chinese_calendar.constants import holidays as known_holidays

from procurement.rules.models import OfficialDay, OfficialYear
from procurement.rules.shelf import Shelf

ONE_DAY = timedelta(days=1)
SATURDAY = 5
LIBRARY_YEARS = range(min(known_holidays).year, max(known_holidays).year + 1)


def _load() -> tuple[frozenset[int], dict[date, bool]]:
    return (
        frozenset(OfficialYear.objects.values_list("year", flat=True)),
        dict(OfficialDay.objects.values_list("day", "working")),
    )


shelf = Shelf(_load)


@cache
def _statutory(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))


def is_working_day(day: date) -> bool:
    """Whether offices work on that day (D1)."""
    entered_years, entered_days = shelf.get()
    if day in entered_days:
        return entered_days[day]
    if day.year in entered_years:
        return day.weekday() < SATURDAY
    if day.year in LIBRARY_YEARS:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < SATURDAY and day not in _statutory(day.year)


def is_provisional(day: date) -> bool:
    """Whether the official calendar of that day's year is still to come (D1)."""
    return day.year not in LIBRARY_YEARS and day.year not in shelf.get()[0]


def roll(day: date) -> date:
    """The day itself where it is a working day, else the next one that is (D2)."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``; the day of the event is not counted (D2)."""
    for _number in range(count):
        day = roll(day + ONE_DAY)
    return day


def add_days_rolling(day: date, count: int) -> date:
    """``count`` calendar days after ``day``; an end on a day off rolls to the next working day (D2)."""
    return roll(day + timedelta(days=count))


def nth_working_day_counting_first(day: date, count: int) -> date:
    """The ``count``-th working day from ``day`` on, which counts itself if it is one (D3)."""
    day = roll(day)
    return add_working_days(day, count - 1)


def working_days_between(first: date, last: date) -> int:
    """How many working days lie in ``first`` … ``last``, both counted (D3)."""
    span = (last - first).days + 1
    return sum(is_working_day(first + timedelta(days=number)) for number in range(max(span, 0)))


def earliest_deadline(published: date, minimum: int, unit: str) -> date:
    """The first day a deadline may lie on; any hour of it is lawful. ``unit``: days or working_days (P1, D2)."""
    if unit == "working_days":
        return add_working_days(published, minimum)
    return add_days_rolling(published, minimum)
