"""Numbers that take long to count, kept while nothing they count changes: of facets, charts, the front page.

The same touches that drop a kept page drop a kept value (``page_cache``), for everybody at once; logged-in readers
profit too, whose pages are made each time. What depends on the hour says until when it holds.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.core.paginator import Paginator
from django.utils import timezone, translation

from procurement.common.page_cache import DOWN, LAST_TOUCH, SITE, subject_key

logger = logging.getLogger(__name__)

LONGEST = 300  # seconds; rows written past every act (a restore, a repair by hand) are seen after so long
Value = TypeVar("Value")


@dataclass(frozen=True)
class _Kept:
    value: Any
    began: int  # the last touch when it began to be counted


def kept(
    name: str,
    subjects: Iterable[str],
    make: Callable[[], Value],
    *,
    until: Callable[[Value], datetime | None] | None = None,
) -> Value:
    """What ``make`` gives, or gave since the last touch of ``subjects``. ``name``: what was asked, filters included.

    ``until``: from the value, the moment at which it changes by itself; ``make`` asks for it first of all. One look at
    the cache; a cache that is away means counting each time.
    """
    if not settings.COUNT_CACHE:
        return make()
    key = _key(name)
    watched = [subject_key(subject) for subject in (SITE, *subjects)]
    try:
        found = cache.get_many([key, LAST_TOUCH, *watched])
    except DOWN:
        logger.exception("kept values cannot be read")
        return make()
    entry = found.get(key)
    if isinstance(entry, _Kept) and all(found.get(one, 0) <= entry.began for one in watched):
        return entry.value
    value = make()
    seconds = _seconds(until(value) if until is not None else None)
    if seconds > 0:
        _keep(key, _Kept(value, found.get(LAST_TOUCH, 0)), seconds)
    return value


def _key(name: str) -> str:
    asked = f"{translation.get_language()}\n{name}"
    return "kept:" + hashlib.sha256(asked.encode("utf-8", "surrogateescape")).hexdigest()


def _seconds(end: datetime | None) -> int:
    """For how long: whole seconds, so that nothing is kept past ``end``."""
    return LONGEST if end is None else min(LONGEST, int((end - timezone.now()).total_seconds()))


def _keep(key: str, entry: _Kept, seconds: int) -> None:
    try:
        cache.set(key, entry, seconds)
    except DOWN:
        logger.exception("a value cannot be kept")


class Counted(Paginator):
    """Pages of a list whose length is known already."""

    def __init__(self, rows: Any, per_page: int, total: int) -> None:
        super().__init__(rows, per_page)
        self.count = total
