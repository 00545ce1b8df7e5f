"""Which events people are told of. A stage registers its own; the job kind in the outbox brings one about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from procurement.accounts.enums import EventGroup
from procurement.accounts.notifications.people import Seat
from workflows import jobs

Words = str | Promise
Said = Words | Callable[[dict[str, str]], Words]  # a text may be chosen by what the message is about


@dataclass(frozen=True)
class Told:
    """Who is told of what. ``parameters`` are plain texts that the event's words name: no price, no bidder.

    ``project``: the thread, drawn as a strip; ``key`` tells one happening from the next where the same thing can
    happen to a row more than once; ``at``: when it happened, for rows that have no log of their own.
    """

    subject: Any
    people: Iterable[Seat]
    path: str
    parameters: dict[str, str] = field(default_factory=dict)
    project: Any = None
    key: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Event:
    """``tell`` gets the job's arguments. ``only_here``: shown in the list on the site and sent nowhere."""

    code: str
    group: EventGroup
    title: Words
    text: Said
    tell: Callable[..., Told | None]
    only_here: bool = False


_events: dict[str, Event] = {}


def event(
    code: str, group: EventGroup, title: Words, text: Said, *, on: str = "", only_here: bool = False
) -> Callable[[Callable[..., Told | None]], Callable[..., Told | None]]:
    """Registers the function below as what is told when a job of kind ``on`` (else ``code``) runs."""

    def register(tell: Callable[..., Told | None]) -> Callable[..., Told | None]:
        if code in _events:
            raise ValueError(f"{code} is registered twice")
        _events[code] = Event(code, group, title, text, tell, only_here)
        jobs.handler(on or code)(partial(_happened, code))
        return tell

    return register


def _happened(code: str, **arguments: Any) -> None:
    from procurement.accounts.notifications import telling

    telling.tell(_events[code], arguments)


def find(code: str) -> Event | None:
    return _events.get(code)


def all_events() -> list[Event]:
    return list(_events.values())


def words(code: str, parameters: dict[str, str]) -> tuple[str, str]:
    """Title and text in the language of the moment; an event that is no longer known says so."""
    found = _events.get(code)
    if found is None:
        return _("Something happened"), code
    text = found.text(parameters) if callable(found.text) else found.text
    return str(found.title) % parameters, str(text) % parameters
