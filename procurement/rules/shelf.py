"""A few tables that every guard reads and hardly anybody writes, kept in the process for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")

FRESH_FOR = 2.0  # seconds; another process sees an administrator's new row this much later at most


class Shelf(Generic[Kept]):
    """What ``load`` read, for ``FRESH_FOR`` seconds or until ``clear``."""

    def __init__(self, load: Callable[[], Kept]) -> None:
        self._load = load
        self._kept: Kept | None = None
        self._until = 0.0

    def get(self) -> Kept:
        if self._kept is None or time.monotonic() > self._until:
            self._kept = self._load()
            self._until = time.monotonic() + FRESH_FOR
        return self._kept

    def put(self, value: Kept) -> None:
        """Keeps ``value`` without reading."""
        self._kept, self._until = value, time.monotonic() + FRESH_FOR

    def clear(self) -> None:
        self._kept = None
