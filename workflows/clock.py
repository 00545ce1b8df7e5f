"""The only two times there are: the database's clock, and the time a brought-in past act claims."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection

_claimed: ContextVar[datetime | None] = ContextVar("claimed_time", default=None)


def database_now() -> datetime:
    """The database's clock, to the microsecond; moves on within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def claimed_time() -> datetime | None:
    return _claimed.get()


def act_time() -> datetime:
    """When an act happens: the claimed time where one is set, else the database's clock."""
    return _claimed.get() or database_now()


@contextmanager
def at_time(moment: datetime) -> Iterator[None]:
    """Acts inside happen at ``moment`` (aware). Only threads marked as brought in accept it."""
    if moment.tzinfo is None:
        raise ValueError("a claimed time carries its offset")
    token = _claimed.set(moment)
    try:
        yield
    finally:
        _claimed.reset(token)
