"""What every page knows: the site's name, the reader's type size, the duties of the footer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from procurement.common.preferences import THEME_COOKIE, THEMES


def _footer() -> list[dict[str, str]]:
    """Who runs the site and its record numbers (RULES §10), from the settings; what is not set is not shown."""
    lines = [
        {"label": _("Run by"), "text": getattr(settings, "SITE_ORGANISER", "")},
        {"text": getattr(settings, "SITE_ICP", ""), "url": "https://beian.miit.gov.cn/"},
        {"text": getattr(settings, "SITE_POLICE_RECORD", ""), "url": "https://beian.mps.gov.cn/"},
        {"label": _("Site code"), "text": getattr(settings, "SITE_CODE", "")},
    ]
    return [line for line in lines if line["text"]]


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page; asks the database nothing."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "site_name": getattr(settings, "SITE_NAME", "惠群"),
        "theme": theme if theme in THEMES else "normal",
        "footer": _footer(),
    }
