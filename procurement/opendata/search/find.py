"""Asking the index: all words, best first, how many of each kind. Three statements, whatever is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from procurement.accounts.models import Organisation
from procurement.common import areas
from procurement.opendata.search import pinyin
from procurement.opendata.search.models import Kind, SearchEntry, Standing
from procurement.opendata.search.text import Query, Term, read
from procurement.projects.enums import Domain

ROWS, SUGGESTIONS, FACET_VALUES = 20, 8, 12
MOST = 2_000  # of more than so many the newest are ranked and counted: a word that is everywhere costs no more
FACETS = ("kind", "domain", "state", "region", "buyer")
COLUMNS = {"buyer": "buyer_id::text"}
STATE = f"CASE WHEN state = '{Standing.OPEN}' AND until < now() THEN '{Standing.CURRENT}' ELSE state END"
EXPRESSIONS = {"state": STATE, "buyer": "buyer_id::text"}
TABLE = SearchEntry._meta.db_table
SORTS = {"": "score DESC, at DESC, id DESC", "newest": "at DESC, id DESC"}


@dataclass
class Found:
    """One page of results, and what they are made of."""

    query: Query
    chosen: dict[str, str]
    total: int = 0
    seen: int = 0  # before the chosen facets
    page: int = 1
    entries: list[SearchEntry] = field(default_factory=list)
    facets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def cut(self) -> bool:
        """Whether there are more than are ranked and counted."""
        return self.seen >= MOST

    @property
    def first(self) -> int:
        return (self.page - 1) * ROWS + 1

    @property
    def pages(self) -> int:
        return max(-(-self.total // ROWS), 1)


def _tsquery(term: Term) -> str:
    found = " & ".join(f"'{one}'{':*' if beginning else ''}" for one, beginning in term.lexemes())
    sound = _sound(term)
    return f"({found} | {sound})" if sound else f"({found})"


def _sound(term: Term) -> str:
    """Three letters at least: every second name has two given initials somewhere in it."""
    letters = term.as_pinyin
    return f"'{pinyin.MARK}{letters}':*" if len(letters) >= 3 else ""


def _conditions(query: Query) -> tuple[str, list[Any]]:
    """All terms, by the index first; a phrase is then held against the text itself."""
    where = ["tokens @@ %s::tsquery"]
    values: list[Any] = [" & ".join(_tsquery(term) for term in query.terms)]
    for term in query.terms:
        if term.needs_check:
            where.append("strpos(folded, %s) > 0")
            values.append(term.phrase)
    return " AND ".join(where), values


def _score(query: Query) -> tuple[str, list[Any]]:
    """The title itself 4, the whole phrase in the title 3, all words in it 2, the whole phrase in the text 1."""
    sql = "CASE WHEN folded_title = %s THEN 4 WHEN strpos(folded_title, %s) > 0 THEN 3"
    values: list[Any] = [query.phrase, query.phrase]
    if len(query.terms) > 1:
        sql += f" WHEN {' AND '.join(['strpos(folded_title, %s) > 0'] * len(query.terms))} THEN 2"
        sql += " WHEN strpos(folded, %s) > 0 THEN 1"
        values += [*(term.phrase for term in query.terms), query.phrase]
    return sql + " ELSE 0 END", values


def _filters(chosen: Mapping[str, str], but: str = "") -> tuple[str, list[Any]]:
    asked = [(name, value) for name, value in chosen.items() if name != but and value]
    return "".join(f" AND {name} = %s" for name, _value in asked), [value for _name, value in asked]


def _hits(query: Query, chosen: Mapping[str, str]) -> tuple[str, list[Any]]:
    """The newest ``MOST`` that fit. PostgreSQL walks by age or by word, whichever is shorter."""
    where, values = _conditions(query)
    score, score_values = _score(query)
    columns = ", ".join(f"{STATE if name == 'state' else COLUMNS.get(name, name)} AS {name}" for name in FACETS)
    filters, filter_values = _filters({EXPRESSIONS.get(name, name): value for name, value in chosen.items()})
    # only what is counted: wide rows would be sorted on disk
    sql = f"SELECT id, at, {score} AS score, {columns} FROM {TABLE} WHERE {where}{filters}"  # noqa: S608
    sql += f" ORDER BY at DESC, id DESC LIMIT {MOST}"
    return sql, [*score_values, *values, *filter_values]


def _statement(
    query: Query, chosen: Mapping[str, str], sort: str, page: int, *, narrowed: bool = False
) -> tuple[str, list[Any]]:
    """One statement for a page, its total and all facets. Names and table are ours, every value is a parameter.

    A facet counts what a click on it would show: all other facets hold. ``narrowed``: even before the cut at
    ``MOST`` the chosen facets hold.
    """
    hits, values = _hits(query, chosen if narrowed else {})
    parts = []
    for name in FACETS:
        others, other_values = _filters(chosen, but=name)
        parts.append(f"SELECT '{name}', {name}, count(*) FROM hits WHERE {name} <> ''{others} GROUP BY {name}")  # noqa: S608
        values += other_values
    all_of_them, filter_values = _filters(chosen)
    parts.append("SELECT 'seen', '', count(*) FROM hits")
    parts.append(f"SELECT 'total', '', count(*) FROM hits WHERE true{all_of_them}")  # noqa: S608
    parts.append(
        f"(SELECT 'row', id::text, score FROM hits WHERE true{all_of_them}"  # noqa: S608
        f" ORDER BY {SORTS[sort]} LIMIT {ROWS} OFFSET %s)"
    )
    values += [*filter_values, *filter_values, (page - 1) * ROWS]
    return f"WITH hits AS MATERIALIZED ({hits}) {' UNION ALL '.join(parts)}", values


def subjects(words: str, kind: str) -> QuerySet[SearchEntry, int]:
    """The keys of everything of one kind that the page of the search would find for ``words``, by the same index."""
    query = read(words)
    if not query.terms:
        return SearchEntry.objects.none().values_list("subject_id", flat=True)
    where, values = _conditions(query)
    fits = RawSQL(where, values, output_field=BooleanField())  # noqa: S611 - its names are ours, what was typed is not
    return SearchEntry.objects.filter(fits, kind=kind).values_list("subject_id", flat=True)


def _counted(statement: tuple[str, list[Any]]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {name: {} for name in (*FACETS, "seen", "total", "row")}
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        for what, value, number in cursor.fetchall():
            counted[what][value] = number
    return counted


def find(query: Query, chosen: Mapping[str, str], sort: str = "", page: int = 1) -> Found:
    """One page of what fits ``query`` and the chosen facets. A page past the end gives the last one."""
    found = Found(query, dict(chosen), page=page)
    if not query.terms:
        return found
    counted = _counted(_statement(query, chosen, sort, page))
    if counted["seen"][""] >= MOST and any(chosen.values()):
        counted = _counted(_statement(query, chosen, sort, page, narrowed=True))
    found.seen, found.total = counted["seen"][""], counted["total"][""]
    if page > found.pages:
        return find(query, chosen, sort, found.pages)
    scores = {int(key): score for key, score in counted["row"].items()}
    rows = SearchEntry.objects.filter(pk__in=scores).defer("folded", "folded_title", "tokens").select_related("buyer")
    found.entries = sorted(rows, key=lambda entry: (0 if sort else scores[entry.pk], entry.at, entry.pk), reverse=True)
    found.facets = _facets(counted, chosen)
    return found


def _facets(counted: dict[str, dict[str, int]], chosen: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    buyers = {int(pk) for pk in _largest(counted["buyer"], chosen.get("buyer", ""))}
    labels: dict[str, dict[str, Any]] = {
        "kind": dict(Kind.choices),
        "domain": dict(Domain.choices),
        "state": dict(Standing.choices),
        "region": {code: areas.label(code) for code in counted["region"]},
        "buyer": {str(pk): name for pk, name in Organisation.objects.filter(pk__in=buyers).values_list("pk", "name")},
    }
    return {
        name: [
            {"value": value, "label": labels.get(name, {}).get(value, value), "count": counted[name].get(value, 0)}
            for value in _largest(counted[name], chosen.get(name, ""))
        ]
        for name in FACETS
    }


def _largest(counts: dict[str, int], chosen: str) -> list[str]:
    """The values with the most results; the chosen one is there whatever its number."""
    values = sorted(counts, key=lambda value: (-counts[value], value))[:FACET_VALUES]
    return values if not chosen or chosen in values else [*values, chosen]


def fitting(words: str, kind: str) -> Q:
    """The condition by which a list shows what the search finds for ``words``; without words everything."""
    return Q(pk__in=subjects(words, kind)) if words.strip() else Q()


def suggest(query: Query) -> list[SearchEntry]:
    """Titles that fit what is being typed, newest first; organisations may also be typed by their sound."""
    if not query.terms:
        return []
    where, values = _conditions(query)
    for term in query.terms:
        sound = _sound(term)
        where += " AND (strpos(folded_title, %s) > 0" + (" OR tokens @@ %s::tsquery)" if sound else ")")
        values += [term.phrase, sound] if sound else [term.phrase]
    newest = f"SELECT id, folded_title, at FROM {TABLE} WHERE {where} ORDER BY at DESC, id DESC LIMIT 50"  # noqa: S608
    once = f"SELECT DISTINCT ON (folded_title) id, at FROM ({newest}) AS newest ORDER BY folded_title, at DESC"  # noqa: S608
    rows = SearchEntry.objects.raw(
        f"SELECT e.id, e.title, e.kind, e.url FROM {TABLE} e JOIN ({once}) o ON o.id = e.id"  # noqa: S608
        f" ORDER BY o.at DESC, e.id DESC LIMIT {SUGGESTIONS}",
        values,
    )
    return list(rows)


def read_choices(given: Mapping[str, str]) -> dict[str, str]:
    """The facets an address asks for; a value that cannot be counts as not asked."""
    known = {"kind": Kind.values, "domain": Domain.values, "state": Standing.values}
    chosen = {name: given.get(name, "") for name in FACETS}
    for name, values in known.items():
        if chosen[name] not in values:
            chosen[name] = ""
    for name, digits in (("region", 6), ("buyer", 9)):
        value = chosen[name]
        if not (value.isascii() and value.isdigit() and len(value) <= digits):
            chosen[name] = ""
    if chosen["buyer"]:
        chosen["buyer"] = str(int(chosen["buyer"]))
    return chosen
