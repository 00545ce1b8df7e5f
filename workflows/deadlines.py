"""Events that time alone brings about, as data: each stage yields ``(when, action)``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied

from workflows.clock import database_now
from workflows.errors import TransitionBlocked

logger = logging.getLogger(__name__)

Due = tuple[datetime, Callable[[], object]]
Source = Callable[[datetime], Iterable[Due]]
_sources: list[Source] = []


def source(function: Source) -> Source:
    """Registers ``def due(now) -> Iterable[(when, action)]`` of a stage."""
    if function not in _sources:
        _sources.append(function)
    return function


def fire() -> int:
    """Fires all that is due. Idempotent: what another runner did first is refused by its guard, and skipped."""
    now = database_now()
    fired = 0
    for function in _sources:
        for when, action in function(now):
            if when > now:
                continue
            try:
                action()
                fired += 1
            except (TransitionBlocked, PermissionDenied) as refusal:
                logger.info("due at %s, refused: %s", when, refusal)
    return fired
