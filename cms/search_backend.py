"""Wagtail's own search, in the admin, for Chinese: what is indexed and asked is cut into pairs of characters first.

Named in ``WAGTAILSEARCH_BACKENDS``; any other backend of Wagtail can stand in its place (docs/operations.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any

from modelsearch.backends.database.postgres.postgres import (
    ObjectIndexer,
    PostgresAutocompleteQueryCompiler,
    PostgresIndex,
    PostgresSearchBackend,
    PostgresSearchQueryCompiler,
)
from modelsearch.index import RelatedFields
from modelsearch.query import PlainText

from procurement.opendata.search import text


def spaced(words: str) -> str:
    """``words`` as the index holds them: 青少年 becomes 青少 少年 年."""
    return " ".join(sorted(text.tokens(text.fold(words))))


def spaced_query(words: str) -> str:
    lexemes = [lexeme for term in text.read(words).terms for lexeme, _beginning in term.lexemes()]
    return " ".join(dict.fromkeys(lexemes))


def _spaced_field(field: Any) -> Any:
    twin = copy(field)
    if isinstance(field, RelatedFields):
        twin.fields = [_spaced_field(one) for one in field.fields]
        twin.get_value = lambda obj: field.get_value(_bare(obj))
    else:
        twin.get_value = lambda obj: spaced(_Flat.prepare_value(field.get_value(_bare(obj))))
    return twin


def _bare(obj: Any) -> Any:
    return obj._row if isinstance(obj, _Spaced) else obj


class _Flat:
    """What ``ObjectIndexer.prepare_value`` needs to call itself."""

    @staticmethod
    def prepare_value(value: Any) -> str:
        return str(ObjectIndexer.prepare_value(_Flat, value))


class _Spaced:
    """A row whose search fields give spaced words; all else is the row's own."""

    def __init__(self, row: Any) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)

    def get_search_fields(self) -> list[Any]:
        return [_spaced_field(field) for field in self._row.get_search_fields()]


class BigramIndex(PostgresIndex):
    def add_items(self, model: Any, objs: Iterable[Any]) -> None:
        super().add_items(model, [_Spaced(row) for row in objs])


class _Bigrams:
    LAST_TERM_IS_PREFIX = True  # a single character is the beginning of a pair

    def build_tsquery_content(self, query: Any, config: Any = None, invert: bool = False) -> Any:
        if isinstance(query, PlainText):
            words = spaced_query(query.query_string)
            query = PlainText(words, operator=query.operator) if words else query
        return super().build_tsquery_content(query, config=config, invert=invert)  # type: ignore[misc]


class BigramQueryCompiler(_Bigrams, PostgresSearchQueryCompiler):
    pass


class BigramAutocompleteQueryCompiler(_Bigrams, PostgresAutocompleteQueryCompiler):
    pass


class SearchBackend(PostgresSearchBackend):
    """PostgreSQL, with pairs of characters for words and no stemming."""

    query_compiler_class = BigramQueryCompiler
    autocomplete_query_compiler_class = BigramAutocompleteQueryCompiler
    index_class = BigramIndex

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__({"SEARCH_CONFIG": "simple", **params})
