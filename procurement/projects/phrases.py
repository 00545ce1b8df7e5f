"""House wording for what a notice asks of its author: a start to be changed, never filled in unasked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from procurement.projects import layout

DATA = Path(__file__).parent / "data" / "phrases.yaml"


@dataclass(frozen=True)
class Phrase:
    """One wording for one field; ``label`` and ``label_en`` say what it suits."""

    field: str
    field_label: str
    label: str
    label_en: str
    text: str


@cache
def _all() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


FORM_LABELS = {"requirements": "need", "obtaining": "obtaining_documents"}  # what a call's own fields are in its notice


def phrases(kind: str, fields: Collection[str]) -> list[Phrase]:
    """The wordings that a form of a notice of that kind offers for these fields, in their order."""
    offered = _all().get(kind, {})
    return [
        Phrase(name, layout.label(FORM_LABELS.get(name, name)), one["label"], one["label_en"], one["text"])
        for name in fields
        for one in offered.get(name, [])
    ]
