"""Numbers kept while nothing they count changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone, translation
from redis.exceptions import ConnectionError as RedisAway

from procurement.common import kept, page_cache
from procurement.common.kept import Counted

pytestmark = pytest.mark.django_db


class Counter:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.asked


@pytest.fixture(autouse=True)
def on(settings: Any) -> None:
    settings.COUNT_CACHE = True


@pytest.fixture
def touched(django_capture_on_commit_callbacks: Any) -> Callable[..., None]:
    def touch(*subjects: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            page_cache.touch(*subjects)

    return touch


def test_is_counted_once_until_a_subject_is_touched(touched: Callable[..., None]) -> None:
    counter = Counter()
    assert [kept.kept("calls", ("calls",), counter) for _n in range(3)] == [1, 1, 1]
    touched("needs")
    assert kept.kept("calls", ("calls",), counter) == 1
    touched("calls")
    assert [kept.kept("calls", ("calls",), counter) for _n in range(2)] == [2, 2]
    touched(page_cache.SITE)
    assert kept.kept("calls", ("calls",), counter) == 3


def test_other_questions_and_other_languages_are_other_values() -> None:
    counter = Counter()
    assert kept.kept("a", ("calls",), counter) == 1
    assert kept.kept("b", ("calls",), counter) == 2
    with translation.override("en"):
        assert kept.kept("a", ("calls",), counter) == 3


def test_a_change_while_it_is_counted_is_not_missed(touched: Callable[..., None]) -> None:
    counter = Counter()

    def slow() -> int:
        touched("calls")
        return counter()

    assert kept.kept("calls", ("calls",), slow) == 1
    assert kept.kept("calls", ("calls",), counter) == 2


def test_holds_no_longer_than_it_says() -> None:
    counter, now = Counter(), timezone.now()
    for moment in (now - timedelta(seconds=1), now + timedelta(milliseconds=500)):
        first = kept.kept("calls", ("calls",), counter, until=lambda _value, moment=moment: moment)
        assert kept.kept("calls", ("calls",), counter) == first + 1
        cache.clear()


def test_nothing_kept_is_falsy_all_the_same() -> None:
    counter = Counter()
    assert kept.kept("none", ("calls",), lambda: counter() * 0) == 0
    assert kept.kept("none", ("calls",), lambda: counter() * 0) == 0
    assert counter.asked == 1


def test_redis_away_means_counting_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_facts: Any) -> None:
        raise RedisAway

    counter = Counter()
    monkeypatch.setattr(cache, "get_many", away)
    assert [kept.kept("calls", ("calls",), counter) for _n in range(2)] == [1, 2]
    monkeypatch.undo()
    monkeypatch.setattr(cache, "set", away)
    assert kept.kept("calls", ("calls",), counter) == 3


def test_switched_off_it_counts_each_time(settings: Any) -> None:
    settings.COUNT_CACHE = False
    counter = Counter()
    assert [kept.kept("calls", ("calls",), counter) for _n in range(2)] == [1, 2]


def test_pages_of_a_known_length() -> None:
    pages = Counted(list("abcde"), 2, 5)
    assert pages.num_pages == 3
    assert list(pages.get_page(9)) == ["e"]
