"""Names of places by their codes (GB/T 2260): 330106 is 浙江省杭州市西湖区.

The standard's names are data (``data/areas.csv``, with source and date). A place that the standard does not know, such
as a development zone, gets its name from an administrator; whoever keeps those registers with ``OWN``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from django.utils.translation import gettext

CODE = re.compile(r"\d{2}(\d{2}(\d{2})?)?", re.ASCII)
OFFERED = 12
OWN: list[Callable[[], Mapping[str, str]]] = []  # names that were added to the standard's, or stand in their place
ADD: list[Callable[[str, str, str], None]] = []  # writes such a name: code, name, where it is laid down


@cache
def standard() -> Mapping[str, str]:
    """Code of six digits → name, from the nation to the county, in the order of the codes."""
    text = (Path(__file__).parent / "data" / "areas.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines() if line and not line.startswith("#")]
    return dict(row for row in rows[1:] if len(row) == 2)


def full(code: str) -> str:
    """Six digits for the two or four of a province or a city: 33 → 330000."""
    return code.ljust(6, "0")


def name(code: str) -> str:
    """What this one place is called: 西湖区; empty where nobody has named it."""
    code = full(code)
    for more in OWN:
        if found := more().get(code):
            return found
    return standard().get(code, "")


def path(code: str) -> list[str]:
    """Codes from the province down to the place: 33 → 3301 → 330106."""
    digits = code.rstrip("0") or "0"
    depth = 2 if len(digits) <= 2 else 4 if len(digits) <= 4 else 6
    return [code[:place] for place in (2, 4, 6) if place <= min(depth, len(code))]


def label(code: str) -> str:
    """The whole name, 浙江省杭州市西湖区. What has no name keeps its code behind that of the place around it."""
    if not code:
        return ""
    steps = path(code)
    names = [name(step) for step in steps]
    words = "".join(names)
    if not names[-1]:
        return f"{words} {code}".strip()
    return words


def short(code: str) -> str:
    """For lists: the place alone, 西湖区, or the whole name where it is a province or has none of its own."""
    return name(path(code)[-1]) or label(code) if code else ""


def _known() -> dict[str, str]:
    known = dict(standard())
    for more in OWN:
        known |= more()
    return known


def _plain(text: str) -> str:
    return "".join(text.split())


def find(text: str) -> list[str]:
    """Codes of the places that are meant by ``text``: a code, a name, or the end of a whole name (杭州市西湖区)."""
    text = _plain(text)
    if CODE.fullmatch(text):
        return [full(text)]
    if len(text) < 2:
        return []
    known = _known()
    ending = [code for code, own in known.items() if text.endswith(own) and label(code).endswith(text)]
    return ending or [code for code, own in known.items() if own.startswith(text)]


def offers(text: str) -> list[str]:
    """Up to ``OFFERED`` codes whose whole name holds ``text``, or that begin with it; the largest places first."""
    text = _plain(text)
    if len(text) < 2:
        return []
    known = _known()
    if text.isascii():
        found = [code for code in known if code.startswith(text)]
    else:
        found = [code for code, own in known.items() if text in label(code)]
    return sorted(found, key=lambda code: (len(path(code)), code))[:OFFERED]


def unknown(text: str, found: list[str]) -> str:
    """Why ``find`` was no use, as a sentence for the form."""
    if not found:
        words = {"text": text}
        return gettext("No area is called “%(text)s”. Write its name, such as 杭州市西湖区, or its code.") % words
    shown = "、".join(label(code) for code in found[:5])
    return gettext("Several areas are called so: %(areas)s. Write the city before it.") % {"areas": shown}
