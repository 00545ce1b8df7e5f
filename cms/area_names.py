"""Names of places that an administrator has added to the standard's, kept in the process for a moment."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from cms.models import AreaName
from procurement.common import areas
from procurement.common.page_cache import SITE, touch
from procurement.rules.shelf import Shelf


def _load() -> dict[str, str]:
    return dict(AreaName.objects.values_list("code", "name"))


shelf = Shelf(_load)


def forget(**_facts: Any) -> None:
    """Signal handler: a name was added or changed, and it may stand on any page."""
    shelf.clear()
    touch(SITE)


def add(code: str, name: str, source: str) -> None:
    """Names a place from today on, where nobody has named it yet."""
    AreaName.objects.get_or_create(code=code, defaults={"name": name, "source": source, "dated": timezone.localdate()})


def connect() -> None:
    """Called once, when the apps are ready."""
    areas.ADD.append(add)
    areas.OWN.append(shelf.get)
