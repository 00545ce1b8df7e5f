"""A case as an ordered list of acts, each at its own time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

NOON = time(12)


@dataclass(frozen=True)
class Step:
    """One act: its name as answers show it, when it happens, and what does it."""

    name: str
    at: datetime
    run: Callable[[], Any]


def noon(day: Any) -> datetime:
    """A bare date stands for 12:00 +08:00."""
    return timezone.make_aware(datetime.combine(day, NOON)) if not isinstance(day, datetime) else day


class Script:
    """Collects steps in file order; a step without a time follows its predecessor at once."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._last: datetime | None = None

    def add(self, name: str, run: Callable[[], Any], at: Any = None) -> None:
        moment = noon(at) if at is not None else self._last
        if moment is None:
            raise ValueError(f"{name} is the first act and has no time")
        self._last = moment
        self._steps.append(Step(name, moment, run))

    def at_least(self, moment: Any) -> None:
        """Sets the time that undated steps follow, without an act of its own."""
        self._last = noon(moment)

    def in_order(self) -> list[Step]:
        """In time order, ties in file order."""
        return sorted(self._steps, key=lambda step: step.at)


def day_after(day: Any) -> datetime:
    """The first moment of the next day."""
    return timezone.make_aware(datetime.combine(day, time.min)) + timedelta(days=1)
