"""Working days: the checks the rulebook prints, and what must hold for any day."""

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


def test_the_c18_calendar_from_notice_to_offers() -> None:
    """Documents of 6 December 2021 for five working days, offers ten days after: lawful to the day, not one less."""
    published = date(2021, 12, 6)
    assert workdays.nth_working_day_counting_first(published, 3) == date(2021, 12, 8)  # notice shown, P2
    assert workdays.nth_working_day_counting_first(published, 5) == date(2021, 12, 10)  # documents, P3
    assert workdays.working_days_between(published, date(2021, 12, 9)) == 4
    assert workdays.earliest_deadline(published, 10, "days") == date(2021, 12, 16)  # P1, a Thursday


def test_d3_a_first_day_off_does_not_count() -> None:
    assert workdays.nth_working_day_counting_first(date(2026, 10, 3), 1) == date(2026, 10, 8)
    assert workdays.nth_working_day_counting_first(date(2026, 9, 20), 1) == date(2026, 9, 20)  # make-up Sunday


def test_nothing_lies_between_a_day_and_the_one_before() -> None:
    assert workdays.working_days_between(date(2026, 6, 2), date(2026, 6, 1)) == 0


@pytest.mark.parametrize("year", [2027, 2028, 2035])
def test_d1_the_coming_years_are_provisional(year: int) -> None:
    assert workdays.is_provisional(date(year, 6, 1))
    assert not workdays.is_working_day(date(year, 10, 1))
    assert not workdays.is_provisional(date(2026, 12, 31))
    assert not workdays.is_provisional(date(2004, 1, 1))


def test_d1_an_entered_year_overrides_the_library() -> None:
    day = date(2026, 10, 1)
    assert not workdays.is_working_day(day)
    OfficialYear.objects.create(year=2026)
    assert workdays.is_working_day(day)  # a Thursday the office's list does not name
    OfficialDay.objects.create(day=day, working=False)
    assert not workdays.is_working_day(day)
    assert not workdays.is_working_day(date(2026, 9, 20))  # the library's make-up Sunday is gone with its year


def test_d1_one_entered_day_leaves_the_rest_of_the_year_alone() -> None:
    OfficialDay.objects.create(day=date(2026, 12, 1), working=False)
    assert workdays.add_working_days(date(2026, 11, 30), 1) == date(2026, 12, 2)
    assert workdays.add_working_days(date(2026, 9, 18), 2) == date(2026, 9, 21)
    OfficialDay.objects.create(day=date(2027, 12, 1), working=False)
    assert workdays.is_provisional(date(2027, 12, 1))


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


@patient
@given(days, days, st.integers(0, 25))
def test_a_later_event_never_ends_earlier(one: date, other: date, count: int) -> None:
    first, last = sorted((one, other))
    assert workdays.add_working_days(first, count) <= workdays.add_working_days(last, count)
    assert workdays.add_days_rolling(first, count) <= workdays.add_days_rolling(last, count)


@patient
@given(days, st.integers(1, 25), st.integers(0, 10))
def test_periods_add_up(day: date, count: int, more: int) -> None:
    both = workdays.add_working_days(workdays.add_working_days(day, count), more)
    assert both == workdays.add_working_days(day, count + more)


@patient
@given(days)
def test_rolling_twice_is_rolling_once(day: date) -> None:
    rolled = workdays.roll(day)
    assert workdays.roll(rolled) == rolled >= day
    assert workdays.working_days_between(day, rolled) == 1  # nothing lawful is skipped


@patient
@given(days, st.integers(1, 25))
def test_counting_the_first_day_is_a_day_less(day: date, count: int) -> None:
    end = workdays.nth_working_day_counting_first(day, count)
    assert workdays.working_days_between(day, end) == count
