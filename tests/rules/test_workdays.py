from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.rules import workdays
from procurement.rules.models import OfficialDay, OfficialYear

pytestmark = pytest.mark.django_db
days = st.dates(date(2004, 1, 1), date(2032, 12, 31))
patient = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    ("after", "count", "expected"),
    [
        (date(2026, 9, 30), 5, date(2026, 10, 13)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 9, 24), 7, date(2026, 10, 12)),
        (date(2026, 9, 18), 2, date(2026, 9, 21)),
    ],
)
def test_d2_printed_checks(after: date, count: int, expected: date) -> None:
    assert workdays.add_working_days(after, count) == expected


def test_d3_counts_the_first_day() -> None:
    assert workdays.working_days_between(date(2021, 12, 6), date(2021, 12, 10)) == 5
    assert workdays.nth_working_day_counting_first(date(2021, 12, 6), 5) == date(2021, 12, 10)


def test_p1_rolls_over_a_holiday() -> None:
    assert workdays.earliest_deadline(date(2026, 4, 24), 10, "days") == date(2026, 5, 6)
    assert workdays.earliest_deadline(date(2021, 12, 6), 10, "days") == date(2021, 12, 16)


def test_d1_a_year_without_schedule_is_provisional_until_it_is_entered() -> None:
    day = date(2030, 5, 6)  # a Monday
    assert workdays.is_provisional(day)
    assert workdays.is_working_day(day)
    assert not workdays.is_working_day(date(2030, 5, 1))
    OfficialDay.objects.create(day=day, working=False, name="调休")
    OfficialYear.objects.create(year=2030)
    assert not workdays.is_provisional(day)
    assert not workdays.is_working_day(day)


@patient
@given(days, st.integers(1, 25))
def test_working_days_are_counted_right(day: date, count: int) -> None:
    end = workdays.add_working_days(day, count)
    assert workdays.is_working_day(end)
    assert workdays.working_days_between(day + timedelta(days=1), end) == count


@patient
@given(days, st.integers(0, 40))
def test_a_period_never_ends_on_a_day_off_or_early(day: date, count: int) -> None:
    end = workdays.add_days_rolling(day, count)
    assert end >= day + timedelta(days=count)
    assert workdays.is_working_day(end)
    assert workdays.roll(end) == end
