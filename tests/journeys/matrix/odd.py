"""What scripts and mistyped links send: in the question mark's wake, and in the address itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from django.urls import NoReverseMatch, reverse

NAMES = (
    "q", "page", "sort", "domain", "state", "region", "buyer", "kind", "method", "year", "month", "from", "to", "min",
    "max", "area", "since", "limit", "cursor", "next", "code", "variant", "effect", "theme", "language", "supplier",
    "number", "open", "closing", "level", "station",
)  # fmt: skip


def _all(value: str) -> str:
    return "&".join(f"{name}={value}" for name in NAMES)


QUERIES = {
    "unknown": "nobody=knows&this[deep][er]=1&=&&;",
    "nul": _all("%00"),
    "broken bytes": _all("%ff%fe%f0%9f"),
    "long": _all("x" * 10_000),
    "emoji": _all(quote("😀關愛")),
    "negative": _all("-1"),
    "huge": _all("9" * 40),
    "several": f"{_all('1')}&{_all('a')}&{urlencode([(f'{name}[]', 'b') for name in NAMES])}",
    "no such day": _all("2026-02-30"),
    "quotes": _all(quote("' OR 1=1 --<script>%s{{7*7}}")),
}
WORDS = ("\x00", "😀", "x" * 300)
NUMBERS = (2**31, 2**63)


def addresses(name: str, arguments: Sequence[Any]) -> Iterator[str]:
    """The address with each argument in turn replaced by what nobody should have sent."""
    for place, argument in enumerate(arguments):
        for other in NUMBERS if isinstance(argument, int) else WORDS:
            try:
                yield reverse(name, args=[*arguments[:place], other, *arguments[place + 1 :]])
            except NoReverseMatch:
                continue  # the address itself does not take it


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)
