"""A postponed opening stands where people look: the call's page, the calendar, iCalendar, the feeds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.tasks import make_call_page
from procurement.calls.models import Call
from tests.bids import openings
from workflows.clock import database_now

pytestmark = pytest.mark.django_db
WHY = "机房停电，两名开标人员无法到场。"


def postponed(**more: Any) -> tuple[Call, str]:
    """A call whose opening was postponed by an hour, and that time as pages print it."""
    call = openings.past_deadline(**more)
    make_call_page(call.pk)
    until = timezone.localtime(database_now() + timedelta(hours=1))
    answer = openings.officer(call).do("postpone", until=f"{until:%Y-%m-%dT%H:%M:%S}", reason=WHY)
    assert answer.status_code == 302
    return call.fresh(), f"{until:%Y-%m-%d %H:%M}"


def page_of(call: Call) -> str:
    """The timetable and countdown of the public page."""
    return Client().get(f"/calls/{call.number.lower()}/").content.decode().split("<aside>")[1]


def test_the_page_of_the_call_says_when_and_why() -> None:
    call, until = postponed()
    aside = page_of(call)
    assert aside.count(until) == 2  # counted down to, and in the timetable
    assert aside.count(WHY) == 2
    assert "开启延期" in aside


def test_once_it_was_held_the_page_says_when() -> None:
    call, _until = postponed()
    Call.objects.filter(pk=call.pk).update(opens_from=database_now() - timedelta(seconds=1))
    assert openings.open_up(call).state == "opened"
    aside = page_of(call)
    assert "开启延期" not in aside
    assert WHY not in aside


def test_a_call_that_keeps_its_time_says_nothing_of_it() -> None:
    call = openings.past_deadline()
    make_call_page(call.pk)
    assert "延期" not in page_of(call)


def test_calendar_feed_and_icalendar() -> None:
    call, until = postponed()
    month = f"{timezone.localtime(call.opens_from):%Y-%m}"
    assert "延期开启" in Client().get(f"/calendar/?month={month}").content.decode()
    lines = Client().get("/calendar.ics").content.decode().replace("\r\n ", "")
    assert f"opening-{call.pk}@" in lines
    assert WHY.replace("，", "，") in lines
    feed = Client().get("/feeds/calls.json").json()
    (item,) = [one for one in feed["items"] if call.number.lower() in one["url"]]
    assert until in str(item)
    assert WHY in str(item)


def test_queries_do_not_grow_with_calls() -> None:
    postponed()
    with CaptureQueriesContext(connection) as few:
        Client().get("/feeds/calls.json")
    for _number in range(3):
        postponed()
    with CaptureQueriesContext(connection) as many:
        Client().get("/feeds/calls.json")
    assert len(many) == len(few)
