"""The rulebook that comes with the platform, brought into the table; rows already there are left alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from procurement.rules.models import RuleVersion

DATA = Path(__file__).parent / "data"
CHAPTERS = ("who", "days", "procedures", "delivery", "evaluation")
KEYS = {
    "rule",
    "variant",
    "article",
    "text",
    "text_en",
    "effect",
    "needs_reason",
    "standing",
    "from",
    "values",
}


def rows() -> list[dict[str, Any]]:
    """Every row of the rulebook's files. Raises ``ValueError`` for a row with a key it should not have."""
    found: list[dict[str, Any]] = []
    for chapter in CHAPTERS:
        for row in yaml.safe_load((DATA / f"{chapter}.yaml").read_text(encoding="utf-8")):
            if set(row) - KEYS:
                raise ValueError(f"{chapter}.yaml, {row.get('rule')}: unknown keys {set(row) - KEYS}")
            found.append(row)
    return found


def version(row: dict[str, Any]) -> RuleVersion:
    given = dict(row)
    day: date = given.pop("from")
    return RuleVersion(effective_from=day, **given)


def plant(**_facts: Any) -> None:
    """Adds what is missing; runs after every ``migrate``, so that an upgrade brings new versions along."""
    there = set(RuleVersion.objects.values_list("rule", "variant", "jurisdiction", "effective_from"))
    RuleVersion.objects.bulk_create(
        version(row) for row in rows() if (row["rule"], row.get("variant", ""), "", row["from"]) not in there
    )
