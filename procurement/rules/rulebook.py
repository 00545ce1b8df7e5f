"""Which version of a rule applies: by id, variant, place and day."""

from __future__ import annotations

from collections import defaultdict
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


def find(rule: str, *, variant: str = "", on: date | datetime, region: str = "") -> RuleVersion | None:
    """The version in force on that day in that region; None where the rule is not in force yet.

    The nearest jurisdiction wins (330199 before 3301 before 33 before the whole country), within it the
    latest day. A rule is not applied to an act dated before its ``effective_from``.
    """
    day = timezone.localdate(on) if isinstance(on, datetime) else on
    lawful = [
        version
        for version in shelf.get().get((rule, variant), [])
        if version.effective_from <= day and region.startswith(version.jurisdiction)
    ]
    return max(lawful, key=lambda v: (len(v.jurisdiction), v.effective_from, v.pk), default=None)


def not_yet_in_force(on: date | datetime, region: str = "") -> list[str]:
    """Ids of rules of which no version was in force on that day in that region."""
    day = timezone.localdate(on) if isinstance(on, datetime) else on
    known: dict[str, bool] = {}
    for (rule, _variant), versions in shelf.get().items():
        begun = any(v.effective_from <= day and region.startswith(v.jurisdiction) for v in versions)
        known[rule] = known.get(rule, False) or begun
    return sorted(rule for rule, begun in known.items() if not begun)
