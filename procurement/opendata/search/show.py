"""What is shown of a result: the words found, marked, and the piece of text they stand in."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from procurement.opendata.search.text import Term, fold_with_places

BEFORE, LETTERS = 28, 120


def _spans(words: str, terms: Iterable[Term]) -> list[tuple[int, int]]:
    """Where the terms stand in ``words``, in order, those that touch made one."""
    folded, places = fold_with_places(words)
    found: list[tuple[int, int]] = []
    for term in terms:
        at = folded.find(term.phrase)
        while at >= 0:
            found.append((places[at], places[at + len(term.phrase) - 1] + 1))
            at = folded.find(term.phrase, at + len(term.phrase))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def marked(words: str, terms: Iterable[Term]) -> SafeString:
    """``words`` escaped, with every term inside ``<mark>``."""
    pieces: list[SafeString] = []
    last = 0
    for start, end in _spans(words, terms):
        pieces.append(conditional_escape(words[last:start]))
        pieces.append(format_html("<mark>{}</mark>", words[start:end]))
        last = end
    pieces.append(conditional_escape(words[last:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece was escaped above


def snippet(body: str, terms: Iterable[Term]) -> SafeString:
    """A line or two of ``body`` around the first term in it; its beginning where none is."""
    terms, line = tuple(terms), " ".join(body.split())
    spans = _spans(line, terms)
    start = max(spans[0][0] - BEFORE, 0) if spans else 0
    piece = line[start : start + LETTERS]
    end = "…" if start + LETTERS < len(line) else ""
    return format_html("{}{}{}", "…" if start else "", marked(piece, terms), end)
