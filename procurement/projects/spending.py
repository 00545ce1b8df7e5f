"""What projects take of budget lines: planned here, contracted and paid as later stages tell.

A later stage says in its ``spending.py`` how much of a project it knows: ``@spending.source("paid")``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from procurement.projects.enums import ProjectState

ENDED = (ProjectState.FAILED, ProjectState.TERMINATED)
Source = Callable[[QuerySet[Any]], Mapping[int, Decimal]]  # projects → yuan by the project's key
_sources: dict[str, Source] = {}


@dataclass(frozen=True)
class Figures:
    """Of one project or one line, yuan."""

    planned: Decimal = Decimal(0)
    contracted: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    taken: Decimal = Decimal(0)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.planned + other.planned,
            self.contracted + other.contracted,
            self.paid + other.paid,
            self.taken + other.taken,
        )


def source(name: str) -> Callable[[Source], Source]:
    """Registers who knows ``contracted`` or ``paid``."""

    def register(found: Source) -> Source:
        _sources[name] = found
        return found

    return register


def _told(name: str, projects: QuerySet[Any]) -> Mapping[int, Decimal]:
    return _sources[name](projects) if name in _sources else {}


def by_project(projects: QuerySet[Any]) -> dict[int, Figures]:
    """Figures of each of ``projects``, by key: three queries, however many there are.

    A living project takes its budget, or what is contracted where a supplement has brought it above that; one that
    failed or was ended early takes what had been paid.
    """
    contracted, paid = _told("contracted", projects), _told("paid", projects)
    found = {}
    for pk, state, budget in projects.order_by("pk").values_list("pk", "state", "budget"):
        out = paid.get(pk, Decimal(0))
        planned, bound = (Decimal(0), Decimal(0)) if state in ENDED else (budget, contracted.get(pk, Decimal(0)))
        found[pk] = Figures(planned, contracted.get(pk, Decimal(0)), out, max(planned, bound, out))
    return found


def by_line(projects: QuerySet[Any]) -> dict[int, Figures]:
    """Figures of the budget lines of ``projects``, by the line's key."""
    figures, lines = by_project(projects), dict(projects.order_by("pk").values_list("pk", "budget_line_id"))
    found: dict[int, Figures] = defaultdict(Figures)
    for pk, line in lines.items():
        found[line] += figures[pk]
    return found


def taken(projects: QuerySet[Any]) -> dict[int, Decimal]:
    """What ``projects`` take of their budget lines, by the line's key."""
    return {line: figures.taken for line, figures in by_line(projects).items()}
