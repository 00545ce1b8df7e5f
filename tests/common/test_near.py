"""What a process remembers of kept pages: good at one touch, until its end, and never too much of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from procurement.common import page_cache
from procurement.common.near import Near

PATH = "/organisations/"


def later(seconds: float = 60) -> float:
    return time.time() + seconds


class TestNear:
    def test_is_good_at_its_touch_alone(self) -> None:
        near = Near()
        near.put("a", "page", touch=7, until=later(), weight=1)
        assert near.get("a", 7) == "page"
        assert near.get("a", 8) is None
        assert near.get("a", 0) is None
        assert near.get("b", 7) is None

    def test_ends(self) -> None:
        near = Near()
        near.put("a", "page", touch=7, until=later(-0.001), weight=1)
        assert near.get("a", 7) is None

    def test_remembers_nothing_while_nobody_counts(self) -> None:
        near = Near()
        near.put("a", "page", touch=0, until=later(), weight=1)
        assert not near.has("a")

    def test_never_holds_too_much(self) -> None:
        near = Near(most=10)
        for number in range(30):
            near.put(f"{number}", "page", touch=7, until=later(), weight=3)
        assert sum(near.has(f"{number}") for number in range(30)) <= 3
        assert near.get("29", 7) == "page"


@pytest.mark.django_db
class TestPages:
    @pytest.fixture(autouse=True)
    def kept(self, settings: Any) -> None:
        settings.PAGE_CACHE = True

    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What Redis is asked for from now on."""
        names: list[str] = []
        get, get_many = cache.get, cache.get_many
        monkeypatch.setattr(cache, "get", lambda key, *more: names.append(key) or get(key, *more), raising=False)
        monkeypatch.setattr(cache, "get_many", lambda keys: names.extend(keys) or get_many(keys), raising=False)
        return names

    def test_the_third_time_one_number_is_asked_for(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        first = client.get(PATH)
        client.get(PATH)
        asked = self.asked(monkeypatch)
        third = Client().get(PATH)
        assert asked == [page_cache.LAST_TOUCH]
        assert third.content == first.content
        assert third["ETag"] == first["ETag"]

    def test_a_touch_of_something_else_looks_again_and_serves_it(self, client: Client) -> None:
        client.get(PATH)
        client.get(PATH)
        page_cache._touch(["needs"])
        assert not client.get(PATH).templates

    def test_a_touch_ends_it_at_once(
        self, client: Client, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        for _time in range(3):
            client.get(PATH)
        with django_capture_on_commit_callbacks(execute=True):
            page_cache.touch("organisations")
        assert client.get(PATH).templates

    def test_who_looks_while_a_touch_is_written_remembers_nothing(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client.get(PATH)
        written = cache.set_many

        def looked_at(values: dict[str, int], timeout: Any) -> Any:
            client.get(PATH)  # the counter has moved, the subject has not: it still looks good
            return written(values, timeout)

        monkeypatch.setattr(cache, "set_many", looked_at, raising=False)
        page_cache._touch(["organisations"])
        monkeypatch.undo()
        assert client.get(PATH).templates

    def test_an_emptied_redis_never_meets_what_is_remembered(self, client: Client) -> None:
        for _time in range(3):
            client.get(PATH)
        cache.clear()
        assert client.get(PATH).templates
