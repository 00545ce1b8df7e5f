"""What somebody owes by a day of the rulebook (the *late* rules): shown to those who owe it, above everything else.

A later stage registers with ``source`` a function that yields what a person at the desk owes or supervises; it looks
only at rows of the actor's organisation. A duty is computed from the rows, so it is gone as soon as it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor


class Owed(Protocol):
    """What a source yields; any object with these. ``organisation``: who owes it, none for the supervisors."""

    @property
    def rule(self) -> str: ...
    @property
    def article(self) -> str: ...
    @property
    def what(self) -> str | Promise: ...
    @property
    def due(self) -> date: ...
    @property
    def address(self) -> str: ...
    @property
    def organisation(self) -> Any: ...
    @property
    def project(self) -> Any: ...


@dataclass(frozen=True)
class Duty:
    """A plain ``Owed``, for stages that need no more."""

    rule: str
    article: str
    what: str | Promise
    due: date
    address: str
    organisation: Any = None
    project: Any = None


Source = Callable[[Actor], Iterable[Owed]]
_sources: list[Source] = []


def source(function: Source) -> Source:
    """Registers ``def owed(actor) -> Iterable[Owed]`` of a stage."""
    if function not in _sources:
        _sources.append(function)
    return function


def _day(due: date) -> date:
    return timezone.localdate(due) if isinstance(due, datetime) else due


def _way(duty: Owed, actor: Actor) -> str:
    """Where the duty is done; whoever only watches over it is led to its thread."""
    if Role.REGULATOR in actor.roles and duty.organisation is not None and duty.organisation != actor.organisation:
        return reverse("thread", args=[duty.project.number]) if duty.project else ""
    return duty.address


def for_actor(actor: Actor) -> list[dict[str, Any]]:
    """What this person owes or supervises, the most urgent first: each duty, its day, whether that is past, its way."""
    today = timezone.localdate(actor.at)
    found = [duty for function in _sources for duty in function(actor)]
    rows = [
        {"duty": duty, "due": _day(duty.due), "late": _day(duty.due) < today, "way": _way(duty, actor)}
        for duty in found
    ]
    return sorted(rows, key=lambda row: (row["due"], row["duty"].rule))
