"""The tables of the workspace. A stage registers its own in its ``tables.py``; pages and exports show them.

A table says whose rows it shows (``rows``, restricted to the actor), which columns, filters and words to search.
Rows are a queryset, or a list where they are worked out (duties, irregularities): then a filter's ``lookup`` and the
names of ``search`` are dotted attributes of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from procurement.accounts.workspace.desk import Actor

Words = str | Promise
Rows = QuerySet[Any] | list[Any]
TEXT, MONEY, NUMBER, DAY, MINUTE, STRIP, TAG = "text", "money", "number", "day", "minute", "strip", "tag"
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Column:
    """``value`` of a row; ``kind`` says how it looks; ``order`` is the field it is sorted by, where it can be."""

    key: str
    label: Words
    value: Callable[[Any], Any]
    kind: str = TEXT
    order: str = ""
    under: bool = False  # shown small below the first column, on its own in an export
    exported: bool = True

    @property
    def right(self) -> bool:
        return self.kind in (MONEY, NUMBER)


@dataclass(frozen=True)
class Filter:
    """A choice among values of one field."""

    key: str
    label: Words
    choices: Sequence[tuple[Any, Any]]
    lookup: str

    def apply(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(**{self.lookup: value})

    def known(self, value: str) -> str:
        return value if value in {str(code) for code, _label in self.choices} else ""


@dataclass(frozen=True)
class Table:
    name: str
    label: Words
    roles: frozenset[str]
    rows: Callable[[Actor], Rows]
    columns: Sequence[Column]
    search: Sequence[str] = ()
    filters: Sequence[Filter] = ()
    order: Sequence[str] = ("-pk",)
    address: Callable[[Any, Actor], str] | None = None  # where a row leads this reader; empty: nowhere they may go
    kinds: Sequence[str] = ()  # of organisations; empty: all
    place: int = 0  # among the tabs, in the order of the thread
    empty: Words = field(default_factory=lambda: _("Rows appear here as soon as there are any."))

    def may_be_read_by(self, actor: Actor) -> bool:
        """Personal tables (no roles) are everybody's; each sees their own rows."""
        if not self.roles:
            return True
        if actor.organisation is None or (self.kinds and actor.organisation.kind not in self.kinds):
            return False
        return bool(self.roles & actor.roles)

    @property
    def beside(self) -> list[Column]:
        return [column for column in self.columns[1:] if not column.under]

    @property
    def below(self) -> list[Column]:
        return [column for column in self.columns[1:] if column.under]

    @property
    def exported(self) -> list[Column]:
        return [column for column in self.columns if column.exported]


_tables: dict[str, Table] = {}


def table(name: str, label: Words, roles: Iterable[str], **more: Any) -> Table:
    """Registers a table under ``name``, its last part of the address."""
    if name in _tables or name == "exports":
        raise ValueError(f"{name} is registered twice")
    _tables[name] = found = Table(name, label, frozenset(map(str, roles)), **more)
    return found


def find(name: str) -> Table | None:
    return _tables.get(name)


def tables_for(actor: Actor) -> list[Table]:
    """What this person can open, in the order of the thread."""
    return [found for found in all_tables() if found.may_be_read_by(actor)]


def all_tables() -> list[Table]:
    return sorted(_tables.values(), key=lambda found: (found.place, found.name))


@dataclass(frozen=True)
class Asked:
    """What an address asks of a table; anything that is no known value counts as not asked."""

    q: str
    filters: dict[str, str]
    sort: str

    @classmethod
    def read(cls, found: Table, query: QueryDict) -> Asked:
        sort = query.get("sort", "")
        known = {column.key for column in found.columns if column.order}
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
            filters={one.key: one.known(query.get(one.key, "")) for one in found.filters},
            sort=sort if sort.removeprefix("-") in known else "",
        )

    @property
    def any(self) -> bool:
        return bool(self.q) or any(self.filters.values())


def size(rows: Rows) -> int:
    return len(rows) if isinstance(rows, list) else rows.order_by().count()


def going(rows: Rows, chunk: int) -> Iterator[Any]:
    """One row after the other, never all of a queryset at once."""
    return iter(rows) if isinstance(rows, list) else rows.iterator(chunk_size=chunk)


def _sought(row: Any, name: str) -> str:
    value = row
    for part in name.split("."):
        value = getattr(value, part, None)
    return "" if value is None else str(value)


def _select_listed(found: Table, rows: list[Any], asked: Asked) -> list[Any]:
    for word in asked.q.lower().split():
        rows = [row for row in rows if any(word in _sought(row, name).lower() for name in found.search)]
    for one in found.filters:
        if asked.filters[one.key]:
            rows = [row for row in rows if _sought(row, one.lookup) == asked.filters[one.key]]
    if not asked.sort:
        return rows
    name = asked.sort.removeprefix("-")
    column = next(column for column in found.columns if column.key == name)
    known = [row for row in rows if column.value(row) not in (None, "")]
    empty = [row for row in rows if column.value(row) in (None, "")]
    return sorted(known, key=column.value, reverse=asked.sort.startswith("-")) + empty


def select(found: Table, actor: Actor, asked: Asked) -> Rows:
    """The rows that are asked for, in their order."""
    rows = found.rows(actor)
    if isinstance(rows, list):
        return _select_listed(found, rows, asked)
    for word in asked.q.split():
        condition = Q()
        for lookup in found.search:
            condition |= Q(**{f"{lookup}__icontains": word})
        rows = rows.filter(condition)
    for one in found.filters:
        if asked.filters[one.key]:
            rows = one.apply(rows, asked.filters[one.key])
    if not asked.sort:
        return rows.order_by(*found.order)
    name, down = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    column = next(column for column in found.columns if column.key == name)
    return rows.order_by(f"{'-' if down else ''}{column.order}", "-pk")
