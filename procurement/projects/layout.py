"""How a notice reads: its fields under the statutory headings, in their order, as text, HTML or data (公告格式)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.template.loader import render_to_string
from django.utils import timezone

from procurement.projects.enums import NOTICE_TITLES, NoticeKind
from procurement.projects.models import Notice

DATA = Path(__file__).parent / "data" / "notices.yaml"
DIGITS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Row:
    """One field as it is printed. ``missing``: N1 asks for it and nothing is there; ``asked``: the form asks for it."""

    name: str
    label: str
    value: str
    missing: bool = False
    asked: bool = False


@dataclass(frozen=True)
class Section:
    heading: str
    rows: tuple[Row, ...]


@cache
def template() -> dict[str, Any]:
    """Labels and headings of every kind, as the file has them."""
    found: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


def label(name: str) -> str:
    """What a field is called in a notice; statutory Chinese whatever language the site speaks."""
    return str(template()["labels"].get(name, name))


def printed(name: str, value: Any) -> str:
    """A value as a notice prints it: yuan with separators, everything else as it stands."""
    text = str(value if value is not None else "").strip()
    if name in template()["money"] and text:
        try:
            return f"{Decimal(text):,.2f}"
        except InvalidOperation:
            return text
    return text


def sections(
    kind: str, fields: Mapping[str, Any], *, required: Collection[str] = (), asked: Collection[str] = ()
) -> list[Section]:
    """The notice's fields under their headings, in the statutory order; what no heading names comes last.

    ``required`` fields that are empty are rows too, marked as missing, or as asked where a form still asks for them.
    """
    laid_out = [(one["heading"], one["fields"]) for one in template()["kinds"][kind]]
    placed = {name for _heading, names in laid_out for name in names}
    rest = [name for name in [*fields, *required, *asked] if name not in placed]
    found: list[Section] = []
    for heading, names in [*laid_out, ("其他事项", dict.fromkeys(rest))]:
        rows = [_row(name, fields, required, asked) for name in names]
        rows = [row for row in rows if row.value or row.missing or row.asked]
        if rows:
            found.append(Section(f"{_ordinal(len(found) + 1)}、{heading}", tuple(rows)))
    return found


def _row(name: str, fields: Mapping[str, Any], required: Collection[str], asked: Collection[str]) -> Row:
    value = printed(name, fields.get(name))
    lacks = name in required and not value
    return Row(name, label(name), value, missing=lacks and name not in asked, asked=name in asked)


def _ordinal(number: int) -> str:
    return DIGITS[number] if number <= 10 else f"十{DIGITS[number - 10]}"


def of(notice: Notice) -> list[Section]:
    """The sections of a published notice."""
    return sections(notice.kind, notice.fields)


def kind_title(notice: Notice) -> str:
    return NOTICE_TITLES[NoticeKind(notice.kind)]


def signed(notice: Notice) -> tuple[str, str]:
    """Who publishes and on which day, as it stands under a notice."""
    day = timezone.localtime(notice.published_at)
    return notice.project.buyer.name, f"{day.year}年{day.month}月{day.day}日"


def as_text(notice: Notice) -> str:
    """The notice to be pasted into the designated medium, paragraph by paragraph."""
    lines = [notice.title, ""]
    for section in of(notice):
        lines.append(section.heading)
        for row in section.rows:
            lines.append(f"{row.label}：{row.value}" if "\n" not in row.value else f"{row.label}：\n{row.value}")
        lines.append("")
    return "\n".join([*lines, *signed(notice), f"（公告编号：{notice.number}）", ""])


def as_html(notice: Notice) -> str:
    """The notice as one plain page without styles or scripts of ours, for a medium's editor or an attachment."""
    buyer, day = signed(notice)
    context = {"notice": notice, "sections": of(notice), "buyer": buyer, "day": day}
    return render_to_string("projects/notice_export.html", context)


def as_data(notice: Notice) -> dict[str, Any]:
    """Every field by name, with what the notice is and what it is linked to."""
    official = notice.official
    return {
        "number": notice.number,
        "kind": notice.kind,
        "kind_title": kind_title(notice),
        "title": notice.title,
        "project": notice.project.number,
        "buyer": notice.project.buyer.name,
        "published_at": notice.published_at.isoformat(),
        "corrects": notice.corrects.number if notice.corrects else None,
        "corrected_by": [one.number for one in notice.corrections.all()],
        "official": {"url": official.url, "published_at": official.appeared_at.isoformat()} if official else None,
        "fields": [
            {"name": row.name, "label": row.label, "value": notice.fields.get(row.name, row.value)}
            for section in of(notice)
            for row in section.rows
        ],
    }
