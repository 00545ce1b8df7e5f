"""Why an act may not happen, or what must be said when it does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language

BLOCK, WARN, LATE, NOTE = "block", "warn", "late", "note"
_ARTICLES = re.compile(r" ?art (\d[\d–, ]*\d|\d)")
_HOUSE = {"house": "平台规定", "mission": "平台宗旨"}


def cited(article: str, language: str = "") -> str:
    """A source as the reader's language, or the one named, writes it: 条例第43条 for the rulebook's 条例 art 43."""
    if not (language or get_language() or "").startswith("zh"):
        return article
    found = [_HOUSE.get(part, part) for part in article.split("; ")]
    return _ARTICLES.sub(lambda numbers: f"第{numbers[1].replace(', ', '、')}条", "；".join(found))


@dataclass(frozen=True)
class Reason:
    """One unmet rule, as shown to people and as kept in the log.

    ``effect``: ``block`` refuses the act; ``warn`` is shown and logged; ``late`` is an overdue duty;
    ``note`` says that a rule was not in force yet. Only ``block`` ever stops anything.
    """

    message: str
    code: str = ""
    rule: str = ""
    article: str = ""
    effect: str = BLOCK
    needs_reason: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def blocks(self) -> bool:
        return self.effect == BLOCK

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "rule": self.rule,
            "article": self.article,
            "effect": self.effect,
            "message": str(self.message),
        }

    def __str__(self) -> str:
        source = " · ".join(part for part in (self.rule, cited(self.article)) if part)
        return f"{self.message} ({source})" if source else str(self.message)
