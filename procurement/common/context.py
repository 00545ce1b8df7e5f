"""What every page knows of its reader: the type size. What it knows of the site is the editors' (cms/context.py)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from procurement.common.preferences import THEME_COOKIE, THEMES


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page; asks the database nothing."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {"theme": theme if theme in THEMES else "normal"}
