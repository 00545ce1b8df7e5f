"""A thread's own clock: where its last act stands. Brought-in threads go on from there, live ones now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from workflows import clock
from workflows.models import Machine, TransitionLog

START = datetime(2026, 3, 2, 4, tzinfo=UTC)  # noon in China, a Monday
PAUSE = timedelta(minutes=1)


def last_act(subject: Machine) -> datetime:
    """When the thread of ``subject`` (or the subject, where it has no thread) was last acted on."""
    rows = TransitionLog.objects.all()
    if subject.thread_id is not None:
        rows = rows.filter(thread=subject.thread_id)
    else:
        rows = rows.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return rows.order_by("at").values_list("at", flat=True).last() or START


@contextmanager
def acting(subject: Machine, *, at: datetime | None = None, after: timedelta = PAUSE) -> Iterator[datetime]:
    """Acts inside happen ``after`` the thread's last act, but not before ``at``; a live thread's happen now."""
    if not subject.brought_in:
        yield clock.database_now()
        return
    moment = max(last_act(subject) + after, at or START)
    with clock.at_time(moment):
        yield moment


def noon(day: Any) -> datetime:
    """Noon in China of a date."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
