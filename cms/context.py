"""What every page knows of the site: set by editors, else by the environment. Kept until an editor saves."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cms.colours import darker
from cms.models import SiteSettings
from procurement.common.page_cache import DOWN, SITE, touch

logger = logging.getLogger(__name__)

KEY, SECONDS = "site-settings", 60
EMBLEM = "fill-60x60"


@dataclass(frozen=True)
class Look:
    """The site's settings with the environment's values where an editor has set nothing."""

    name: str
    emblem: str
    css: str
    seal: str
    grey: bool
    bar: dict[str, str]
    lines: tuple[tuple[str, str, str], ...]  # key of the label, text, address

    @property
    def version(self) -> str:
        return hashlib.sha256(self.css.encode()).hexdigest()[:12] if self.css else ""


def _css(found: SiteSettings) -> str:
    rules = []
    if found.seal_colour:
        rules.append(f"--seal: {found.seal_colour}; --bs-danger: {found.seal_colour};")
    if found.lead_colour:
        lead = found.lead_colour
        rules.append(f"--teal: {lead}; --teal-dark: {darker(lead)}; --bs-primary: {lead}; --bs-link-color: {lead};")
        rules.append("--bs-link-color-rgb: {}, {}, {};".format(*(int(lead[i : i + 2], 16) for i in (1, 3, 5))))
    # the high-contrast theme keeps its own colours
    return "[data-theme=normal] { %s }\n" % " ".join(rules) if rules else ""  # noqa: UP031 - braces


def _look(found: SiteSettings) -> Look:
    def of(name: str, setting: str) -> str:
        return getattr(found, name) or getattr(settings, setting, "")

    lines = (
        ("run_by", of("organiser", "SITE_ORGANISER"), ""),
        ("contact", found.contact, ""),
        ("", of("icp", "SITE_ICP"), "https://beian.miit.gov.cn/"),
        ("", of("police_record", "SITE_POLICE_RECORD"), "https://beian.mps.gov.cn/"),
        ("site_code", of("site_code", "SITE_CODE"), ""),
    )
    return Look(
        name=of("name", "SITE_NAME") or "惠群",
        emblem=found.emblem.get_rendition(EMBLEM).url if found.emblem else "",
        css=_css(found),
        seal=found.seal_colour,
        grey=found.is_grey,
        bar={"text": found.bar_text, "url": found.bar_url} if found.shows_bar else {},
        lines=tuple(line for line in lines if line[1]),
    )


def look() -> Look:
    """The site's look; asks the database at most once a minute, and at once after a change."""
    try:
        found = cache.get(KEY)
        if not isinstance(found, Look):
            found = _look(_settings())
            cache.set(KEY, found, SECONDS)
    except DOWN:
        logger.exception("the look of the site cannot be kept")
        found = _look(_settings())
    return found


def _settings() -> SiteSettings:
    return SiteSettings.objects.select_related("emblem").first() or SiteSettings()


def forget(**_facts: Any) -> None:
    """Signal handler: the settings were saved."""
    transaction.on_commit(_drop, robust=True)
    touch(SITE)


def _drop() -> None:
    try:
        cache.delete(KEY)
    except DOWN:
        logger.exception("the old look of the site stays for %d s", SECONDS)


def _footer(found: Look) -> list[dict[str, str]]:
    labels = {"run_by": _("Run by"), "contact": _("Contact"), "site_code": _("Site code")}
    return [{"label": labels.get(key, ""), "text": text, "url": url} for key, text, url in found.lines]


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page; looked up only where a page shows it."""
    found: Any = SimpleLazyObject(look)  # one look at the cache for all three
    return {
        "site_name": SimpleLazyObject(lambda: found.name),
        "site_look": found,
        "footer": SimpleLazyObject(lambda: _footer(found)),
    }


@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
def stylesheet(request: HttpRequest, version: str) -> HttpResponse:
    """The colours the editors chose, as a file of its own: the site's policy allows no inline style."""
    return HttpResponse(look().css, content_type="text/css; charset=utf-8")
