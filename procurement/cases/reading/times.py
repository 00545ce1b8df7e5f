"""Days and moments of a case file; a moment carries its offset."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from procurement.cases.reading.tree import Node, shown
from procurement.cases.reading.values import written
from procurement.cases.schema import CaseError

BEIJING = timezone(timedelta(hours=8))
NOON = time(12, tzinfo=BEIJING)
FIRST_YEAR, LAST_YEAR = 1949, 2099

DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?"
    r"(?:\s?(Z|z|[+-]\d{2}(?::?\d{2})?))?",
    re.ASCII,
)


def day(node: Node, path: str) -> date:
    return _day(written(node, path, "a date such as 2026-04-24"), path)


def _day(text: str, path: str) -> date:
    match = DAY.fullmatch(text)
    if not match:
        raise CaseError(f"{path}: expected a date such as 2026-04-24, found {shown(text)}")
    try:
        found = date(*map(int, match.groups()))
    except ValueError as error:
        raise CaseError(f"{path}: {shown(text)} is no day of the calendar") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CaseError(f"{path}: the year {found.year} does not lie between {FIRST_YEAR} and {LAST_YEAR}")
    return found


def day_or_moment(node: Node, path: str) -> date | datetime:
    """A bare date stays a date."""
    text = written(node, path, "a date or time")
    if len(text) == len("2026-04-24"):
        return _day(text, path)
    match = MOMENT.fullmatch(text)
    if not match:
        raise CaseError(f"{path}: expected a time such as 2026-04-24T09:00:00+08:00, found {shown(text)}")
    on, hour, minute, second, fraction, offset = match.groups()
    if offset is None:
        raise CaseError(f"{path}: {shown(text)} carries no offset; append it, as in {on}T{hour}:{minute}+08:00")
    found = _day(on, path)
    try:
        at = time(int(hour), int(minute), int(second or 0), int((fraction or "").ljust(6, "0")), _offset(offset))
        return datetime.combine(found, at).astimezone(BEIJING)
    except ValueError as error:
        raise CaseError(f"{path}: {shown(text)} is no time of a day") from error


def _offset(text: str) -> timezone:
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if text[0] == "-" else ahead)


def moment(node: Node, path: str) -> datetime:
    """A time with its offset; a bare date stands for 12:00 +08:00."""
    found = day_or_moment(node, path)
    return found if isinstance(found, datetime) else datetime.combine(found, NOON)
