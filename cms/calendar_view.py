"""The public calendar: events, deadlines for bids, openings and final offers, a month at a time, and as iCalendar."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from procurement.calls.enums import CallState
from procurement.calls.models import Call
from procurement.calls.postponement import postponed
from procurement.common import page_cache

FIRST_YEAR, LAST_YEAR = 2000, 2100
PAST, AHEAD = timedelta(days=60), timedelta(days=400)  # what the feed holds
MOST = 1000


@dataclass(frozen=True)
class Entry:
    """Something on a day. ``kind``: event, deadline, opening or final; ``end``: only events have one."""

    uid: str
    kind: str
    label: str
    title: str
    start: datetime
    end: datetime | None
    place: str
    url: str
    rehearsal: bool = False
    why: str = ""

    @property
    def day(self) -> date:
        return timezone.localdate(self.start)


def midnight() -> datetime:
    """When “today” becomes another day."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def month_of(query: QueryDict) -> tuple[int, int]:
    """The month the address asks for (``?month=2026-07``), else the present one."""
    year, _dash, month = query.get("month", "").partition("-")
    digits = (year + month).isascii() and year.isdigit() and month.isdigit() and len(year) == 4 and len(month) <= 2
    if digits and FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(month) <= 12:
        return int(year), int(month)
    today = timezone.localdate()
    return today.year, today.month


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - made aware here


def _events(start: datetime, end: datetime) -> list[Entry]:
    from cms.models import EventPage

    rows = EventPage.objects.live().filter(starts_at__lt=end, ends_at__gte=start).order_by("starts_at", "pk")
    return [
        Entry(
            uid=f"event-{page.pk}",
            kind="event",
            label=page.get_kind_display(),
            title=page.title,
            start=page.starts_at,
            end=page.ends_at,
            place=page.place,
            url=f"/calendar/{page.slug}/",
        )
        for page in rows[:MOST]
    ]


def _moments(call: Call) -> list[tuple[str, str, datetime | None, str]]:
    """What happens to a call on a day: kind, label, when, and why another time than was told first."""
    late, late_final = postponed(call), postponed(call, final=True)
    return [
        ("deadline", _("Deadline") if late else _("Deadline and opening"), call.deadline, ""),
        ("opening", _("Postponed opening"), late.until if late else None, late.reason if late else ""),
        ("final", _("Final offers until"), call.final_offers_until, ""),
        (
            "final-opening",
            _("Postponed opening of the final offers"),
            late_final.until if late_final else None,
            late_final.reason if late_final else "",
        ),
    ]


def _calls(start: datetime, end: datetime) -> list[Entry]:
    inside = Q()
    for name in ("deadline", "final_offers_until", "opens_from", "final_opens_from"):
        inside |= Q(**{f"{name}__gte": start, f"{name}__lt": end})
    alive = [CallState.PUBLISHED, CallState.OPENED, CallState.CONCLUDED]
    rows = Call.objects.filter(inside, state__in=alive).select_related("project__buyer").order_by("deadline", "pk")
    return [
        Entry(
            uid=f"{kind}-{call.pk}",
            kind=kind.removesuffix("-opening"),
            label=label,
            title=call.project.title,
            start=moment,
            end=None,
            place=call.project.buyer.name,
            url=f"/calls/{call.number.lower()}/",
            rehearsal=call.project.rehearsal,
            why=why,
        )
        for call in rows.prefetch_related("corrections")[:MOST]
        for kind, label, moment, why in _moments(call)
        if moment is not None and start <= moment < end
    ]


def entries(start: datetime, end: datetime) -> list[Entry]:
    """Everything from ``start`` until before ``end``, in order; a fixed number of queries."""
    return sorted([*_events(start, end), *_calls(start, end)], key=lambda entry: (entry.start, entry.uid))


def facts(query: QueryDict) -> dict[str, Any]:
    """The template context of one month: its weeks, and what is on each day."""
    year, month = month_of(query)
    first = date(year, month, 1)
    after = (first + timedelta(days=32)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    found = entries(_moment(first), _moment(after))
    by_day: dict[date, list[Entry]] = {}
    for entry in found:
        by_day.setdefault(max(entry.day, first), []).append(entry)
    today = timezone.localdate()
    weeks = [
        [
            {"day": day, "inside": day.month == month, "today": day == today, "entries": by_day.get(day, [])}
            for day in week
        ]
        for week in calendar.Calendar().monthdatescalendar(year, month)
    ]
    return {
        "month": first,
        "weeks": weeks,
        "days": [{"day": day, "entries": rows} for day, rows in sorted(by_day.items())],
        "before": before if before.year >= FIRST_YEAR else None,
        "after": after if after.year <= LAST_YEAR else None,
        "this_month": today.replace(day=1),
    }


@require_safe
def ics(request: HttpRequest) -> HttpResponse:
    """The same as iCalendar, to subscribe to: sixty days back, four hundred ahead."""
    page_cache.show(request, "calls", "events")
    now = timezone.now()
    feed = Calendar()
    feed.add("prodid", "-//huiqun//calendar//ZH")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", f"{settings.SITE_NAME} · {_('Calendar')}")
    for entry in entries(now - PAST, now + AHEAD):
        if entry.rehearsal:
            continue  # a rehearsal is nobody's appointment
        item = Event()
        item.add("uid", f"{entry.uid}@{request.get_host()}")
        item.add("dtstamp", entry.start)
        item.add("dtstart", entry.start)
        item.add("dtend", entry.end or entry.start)
        item.add("summary", f"{entry.label} · {entry.title}")
        item.add("location", entry.place)
        if entry.why:
            item.add("description", entry.why)
        item.add("url", request.build_absolute_uri(entry.url))
        feed.add_component(item)
    response = HttpResponse(feed.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return response
