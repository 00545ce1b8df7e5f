"""From written text to exact values. A reader takes a node and its path, and raises ``CaseError``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from procurement.cases.reading import tree
from procurement.cases.reading.tree import Node, shown, step
from procurement.cases.schema import CaseError
from procurement.common import credit_codes

Reader = Callable[[Node, str], Any]

MONEY_LIMIT = Decimal(10) ** 13
LONGEST_NUMBER = 20  # characters: every amount, count and score fits

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
NOTHING = ("~", "null", "Null", "NULL")
GUESSED = re.compile(
    r"~|null|true|false|[-+]?[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?|[-+]?\.(inf|nan)", re.IGNORECASE
)


def scalar(node: Node, path: str, expected: str) -> tree.Scalar:
    """``node`` as a single value; ``expected`` is for the message."""
    if isinstance(node, tree.Scalar):
        return node
    found = "a map" if isinstance(node, tree.Mapping) else "a list"
    raise CaseError(f"{path}: expected {expected}, found {found}")


def written(node: Node, path: str, expected: str) -> str:
    """The text of a scalar, without space around it; something must be there."""
    found = scalar(node, path, expected)
    text = found.text.strip()
    if not text or (found.plain and text in NOTHING):
        raise CaseError(f"{path}: expected {expected}, found nothing")
    return text


def identifier(longest: int) -> Reader:
    """One line that may look like a number: codes, numbers of papers."""

    def read(node: Node, path: str) -> str:
        text = written(node, path, "text")
        if "\n" in text or "\t" in text:
            raise CaseError(f"{path}: expected one line of text")
        if len(text) > longest:
            raise CaseError(f"{path}: {len(text)} characters; {longest} is the most")
        return text

    return read


def line(longest: int) -> Reader:
    """One line of words; a bare number or true/false is a mistake here."""
    one_line = identifier(longest)

    def read(node: Node, path: str) -> str:
        words(longest)(node, path)
        return one_line(node, path)

    return read


def words(longest: int = tree.MAX_SCALAR) -> Reader:
    """Words, on any number of lines."""

    def read(node: Node, path: str) -> str:
        text = written(node, path, "text")
        if scalar(node, path, "text").plain and GUESSED.fullmatch(text):
            raise CaseError(f"{path}: expected text, found {shown(text)}; put it in quotes if it is meant as text")
        if len(text) > longest:
            raise CaseError(f"{path}: {len(text)} characters; {longest} is the most")
        return text

    return read


def case_id(node: Node, path: str) -> str:
    """Also the name of a folder: nothing that leads elsewhere."""
    text = identifier(60)(node, path)
    if text.startswith(".") or "/" in text or "\\" in text:
        raise CaseError(f"{path}: expected a short name without “/” and “\\” that does not begin with “.”")
    return text


def one_of(values: Iterable[str]) -> Reader:
    allowed = [str(value) for value in values]

    def read(node: Node, path: str) -> str:
        text = written(node, path, f"one of {', '.join(allowed)}")
        if text not in allowed:
            raise CaseError(f"{path}: expected one of {', '.join(allowed)}, found {shown(text)}")
        return text

    return read


def yes_or_no(node: Node, path: str) -> bool:
    return one_of(["true", "false"])(node, path) == "true"


def region(node: Node, path: str) -> str:
    text = written(node, path, "six digits")
    if not re.fullmatch(r"\d{6}", text, re.ASCII):
        raise CaseError(f"{path}: expected six digits, found {shown(text)}")
    return text


def credit_code(node: Node, path: str) -> str:
    """统一社会信用代码, both check digits (RULES I1)."""
    text = written(node, path, "a credit code of 18 characters")
    wrong = credit_codes.problem(text)
    if wrong is not None:
        raise CaseError(f"{path}: {' '.join(str(wrong).split())} ({shown(text)})")
    return text


def number(node: Node, path: str, *, places: int, expected: str) -> Decimal:
    """An exact decimal of at most ``places`` decimals; no exponent, sign, underscore, nan or inf."""
    text = written(node, path, expected)
    if len(text) > LONGEST_NUMBER:
        raise CaseError(f"{path}: expected {expected}, found {len(text)} characters")
    if not NUMBER.fullmatch(text):
        raise CaseError(f"{path}: expected {expected}, found {shown(text)}")
    value = Decimal(text)
    if value < 0 or text.startswith("-"):
        raise CaseError(f"{path}: {shown(text)} is negative; expected {expected}")
    if "." in text and len(text.split(".")[1]) > places:
        raise CaseError(f"{path}: {shown(text)} has more than {places} decimals")
    return value


def money(node: Node, path: str) -> Decimal:
    """Yuan: ≥ 0, at most 2 decimals, below 10^13."""
    value = number(node, path, places=2, expected="an amount in yuan, such as 210000.00")
    if value >= MONEY_LIMIT:
        raise CaseError(f"{path}: {value} yuan; an amount is below 10^13")
    return value


def between(low: int | Decimal, high: int | Decimal, *, places: int = 3) -> Reader:
    """A decimal from ``low`` to ``high``, both included."""

    def read(node: Node, path: str) -> Decimal:
        value = number(node, path, places=places, expected=f"a number from {low} to {high}")
        if not low <= value <= high:
            raise CaseError(f"{path}: {value} does not lie between {low} and {high}")
        return value

    return read


def share(node: Node, path: str) -> Decimal:
    """A weight or percentage: more than 0, at most 100, at most 2 decimals."""
    value = between(0, 100, places=2)(node, path)
    if not value:
        raise CaseError(f"{path}: expected more than 0")
    return value


def rate(node: Node, path: str) -> Decimal:
    """A fraction up to 1, or the same as a percentage above 1."""
    value = between(0, 100, places=4)(node, path)
    return value if value <= 1 else value / 100


def count(low: int = 0, high: int = 2_000_000_000) -> Reader:
    """A whole number from ``low`` to ``high``."""

    def read(node: Node, path: str) -> int:
        return int(between(low, high, places=0)(node, path))

    return read


def listed(read: Reader, *, least: int = 0, most: int) -> Reader:
    """A list of ``least`` to ``most`` values."""

    def read_list(node: Node, path: str) -> tuple[Any, ...]:
        if not isinstance(node, tree.Sequence):
            raise CaseError(f"{path}: expected a list")
        if not least <= len(node.items) <= most:
            wanted = str(most) if least == most else f"{least} to {most}"
            raise CaseError(f"{path}: expected {wanted} entries, found {len(node.items)}")
        return tuple(read(item, f"{path}[{index}]") for index, item in enumerate(node.items))

    return read_list


def _map(node: Node, path: str) -> dict[str, Node]:
    if not isinstance(node, tree.Mapping):
        raise CaseError(f"{path or 'the file'}: expected a map of keys and values")
    return node.items


def table(read: Reader, *, keys: Iterable[str] | None = None, most: int = 500, longest: int = 200) -> Reader:
    """A map from names to values; ``keys`` says which names there may be."""
    allowed = [str(key) for key in keys] if keys is not None else None

    def read_table(node: Node, path: str) -> dict[str, Any]:
        items = _map(node, path)
        if len(items) > most:
            raise CaseError(f"{path}: expected at most {most} entries, found {len(items)}")
        for key in items:
            if allowed is not None and key not in allowed:
                raise CaseError(f"{step(path, key)}: unknown key; expected one of {', '.join(allowed)}")
            if not key.strip() or len(key) > longest or not key.isprintable():
                raise CaseError(f"{step(path, key)}: expected a name of 1 to {longest} characters")
        return {key: read(item, step(path, key)) for key, item in items.items()}

    return read_table


def record(
    node: Node, path: str, required: Mapping[str, Reader], optional: Mapping[str, Reader] | None = None
) -> dict[str, Any]:
    """A map with the keys named and no others; an optional key that is absent is left out."""
    items = _map(node, path)
    known = {**required, **(optional or {})}
    for key in items:
        if key not in known:
            raise CaseError(f"{step(path, key)}: unknown key; expected one of {', '.join(known)}")
    for key in required:
        if key not in items:
            raise CaseError(f"{step(path, key)}: missing")
    return {key: known[key](item, step(path, key)) for key, item in items.items()}
