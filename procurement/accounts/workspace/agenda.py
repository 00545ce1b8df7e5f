"""What waits at a desk, by when: every row of every deed, in groups by urgency, the nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.workspace.desk import Actor, Deed, deeds_for

SHOWN = 20  # rows of one kind on the list; doing the first brings up the next
NEAR = timedelta(days=3)  # house: what ends within these days is set apart

GROUPS = {
    "now": _("Due now"),
    "near": _("Within three days"),
    "later": _("Later"),
    "open": _("Whenever you can"),
}


@dataclass(frozen=True)
class Row:
    """One thing to do: the deed, the row it is done to, its thread, and by when."""

    deed: Deed
    subject: Any
    address: str
    project: Any
    due: datetime | None
    to_the_day: bool
    order: int

    def group(self, now: datetime) -> str:
        if self.due is None:
            return "open"
        if self.due <= now:
            return "now"
        return "near" if self.due - now <= NEAR else "later"


def _due(found: Deed, subject: Any) -> Any:
    """The value that ``due`` names, through dots: ``call.deadline``."""
    value = subject if found.due else None
    for name in filter(None, found.due.split(".")):
        value = getattr(value, name, None)
    return value


def _moment(value: Any) -> tuple[datetime | None, bool]:
    """A due time, and whether it is a whole day: that one ends with the day."""
    if isinstance(value, datetime):
        return value, False
    if isinstance(value, date):
        return timezone.make_aware(datetime.combine(value, time.max)), True
    return None, False


def _rows(found: Deed, actor: Actor, order: int) -> tuple[list[Row], bool]:
    subjects = list(found.waiting(actor)[: SHOWN + 1])
    rows = []
    for subject in subjects[:SHOWN]:
        due, to_the_day = _moment(_due(found, subject))
        project = getattr(subject, "project", None) or (subject if hasattr(subject, "domain") else None)
        rows.append(Row(found, subject, found.address(subject), project, due, to_the_day, order))
    return rows, len(subjects) > SHOWN


@dataclass(frozen=True)
class Agenda:
    """``groups``: name, heading and rows of what waits; ``offers``: what may be done besides, by deed."""

    groups: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    cut: list[Any]  # deeds of which more rows wait than are shown

    @property
    def count(self) -> int:
        return sum(len(group["rows"]) for group in self.groups)


def of(actor: Actor) -> Agenda:
    """The agenda of a person for the organisation acted for. A query for each deed, whatever its rows."""
    waiting: list[Row] = []
    offers, cut = [], []
    for order, found in enumerate(deeds_for(actor)):
        rows, more = _rows(found, actor, order)
        if not rows:
            continue
        if found.optional:
            offers.append({"deed": found, "rows": rows, "more": more})
            continue
        waiting += rows
        cut += [found.label] if more else []
    far = actor.at + timedelta(days=36_500)
    waiting.sort(key=lambda row: (row.due or far, row.order))
    grouped = {name: [row for row in waiting if row.group(actor.at) == name] for name in GROUPS}
    groups = [{"name": name, "label": GROUPS[name], "rows": rows} for name, rows in grouped.items() if rows]
    return Agenda(groups, offers, cut)
