from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from workflows.machine import Act
from workflows.reasons import Reason


def has_published_reason(need: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not act.reason.strip():
        yield Reason(_("A need is declined with a reason that its proposers can read."), code="reason")


def merges_into_another(need: Any, act: Act) -> Iterator[Reason]:
    if act.preview:
        return
    other = act.facts.get("into")
    if other is None or other == need.pk:
        yield Reason(_("Name the need that this one is merged into."), code="into")
