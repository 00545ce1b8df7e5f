"""Plain tables for a terminal, in which a Chinese letter is two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence


def width(text: str) -> int:
    """Columns that ``text`` takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], indent: str = "  ") -> list[str]:
    """The lines of a table, columns aligned."""
    lines = [list(head), *map(list, rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(head))]

    def shown(line: Sequence[str]) -> str:
        cells = (cell + " " * (wide - width(cell)) for cell, wide in zip(line, widths, strict=True))
        return (indent + "  ".join(cells)).rstrip()

    return [shown(lines[0]), indent + "─" * (sum(widths) + 2 * (len(widths) - 1)), *map(shown, lines[1:])]
