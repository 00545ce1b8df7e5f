"""Which version of a rule applies: by id, variant, place and day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

from procurement.rules.models import RuleVersion
from procurement.rules.shelf import Shelf


def _load() -> dict[tuple[str, str], list[RuleVersion]]:
    versions: dict[tuple[str, str], list[RuleVersion]] = defaultdict(list)
    for version in RuleVersion.objects.all():
        versions[version.rule, version.variant].append(version)
    return dict(versions)


shelf = Shelf(_load)
_too_late: ContextVar[list[RuleVersion] | None] = ContextVar("too_late", default=None)


def find(rule: str, *, variant: str = "", on: date | datetime, region: str = "") -> RuleVersion | None:
    """The version in force on that day in that region; None where the rule is not in force yet.

    The nearest jurisdiction wins (330199 before 3301 before 33 before the whole country), within it the
    latest day. A rule is not applied to an act dated before its ``effective_from``.
    """
    day = timezone.localdate(on) if isinstance(on, datetime) else on
    here = [version for version in shelf.get().get((rule, variant), []) if region.startswith(version.jurisdiction)]
    lawful = [version for version in here if version.effective_from <= day]
    if here and not lawful and (noted := _too_late.get()) is not None:
        noted.append(min(here, key=lambda v: v.effective_from))
    return max(lawful, key=lambda v: (len(v.jurisdiction), v.effective_from, v.pk), default=None)


@contextmanager
def noting_later_rules() -> Iterator[list[RuleVersion]]:
    """Inside, the first versions of rules that were asked for an act and came into force only after it.

    Such a rule is not applied; a past project that is brought in gets a note instead.
    """
    noted: list[RuleVersion] = []
    token = _too_late.set(noted)
    try:
        yield noted
    finally:
        _too_late.reset(token)
