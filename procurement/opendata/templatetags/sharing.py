"""What the frame of every page says of the thing it shows, for those who pass its address on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from procurement.calls.models import Call
from procurement.opendata.ocds.terms import ocid_of
from procurement.opendata.search.models import Kind
from procurement.opendata.sharing.pieces import MAKERS
from procurement.projects.models import Notice, Project

register = template.Library()

FEEDS = (("atom", "application/atom+xml"), ("rss", "application/rss+xml"), ("json", "application/feed+json"))
FILTERS = ("q", "domain", "method", "state", "kind", "buyer", "area")
FEED_NAMES = {"area": "region"}  # what a list calls otherwise


def _subject(context: Mapping[str, Any]) -> tuple[str, int, str, str] | None:
    """Kind, key, title, one sentence: of what the page's view says it shows. Asks the database nothing.

    Pages to work on are nobody else's to read: there is nothing to pass on.
    """
    request = context.get("request")
    if request is None or request.path.startswith(reverse("workspace")):
        return None
    notice, call, project, page = (context.get(name) for name in ("notice", "call", "project", "page"))
    if isinstance(notice, Notice):
        return Kind.NOTICE, notice.pk, notice.title, notice.project.title
    if isinstance(call, Call) and call.published_at:
        return Kind.CALL, call.pk, call.project.title, str(call.project.buyer)
    if isinstance(project, Project) and "timeline" in context:
        return Kind.THREAD, project.pk, project.title, str(project.buyer)
    if Kind.ARTICLE in MAKERS and getattr(page, "shares_as", "") == Kind.ARTICLE:
        return Kind.ARTICLE, page.pk, page.title, page.search_description or page.introduction  # type: ignore[union-attr]
    return None


@register.inclusion_tag("opendata/share_meta.html", takes_context=True)
def share_meta(context: Mapping[str, Any]) -> dict[str, Any]:
    """Open Graph of a notice, a call, a thread or an article; nothing on other pages."""
    subject = _subject(context)
    if subject is None:
        return {}
    kind, pk, title, description = subject
    return {
        "title": title,
        "description": description,
        "site_name": settings.SITE_NAME,
        "address": urljoin(settings.HUIQUN_BASE_URL, context["request"].path),
        "picture": urljoin(settings.HUIQUN_BASE_URL, reverse("share_card", args=[kind, pk])),
    }


@register.simple_tag(takes_context=True)
def page_description(context: Mapping[str, Any]) -> str:
    """One sentence of what the page shows, for those who find it by a search."""
    page = context.get("page")
    for name in ("search_description", "introduction"):
        if text := getattr(page, name, ""):
            return str(text)
    if subject := _subject(context):
        _kind, _pk, title, description = subject
        return f"{title} · {description}"
    return gettext(
        "Residents say what they need, mass organisations buy it from social organisations in the open, "
        "and residents judge how good it was."
    )


@register.inclusion_tag("opendata/feed_links.html", takes_context=True)
def feed_links(context: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Where programs find this list as a feed, under the filters it is shown with. ``kind``: calls or notices."""
    given = context["request"].GET
    asked = {FEED_NAMES.get(name, name): given.get(name, "") for name in FILTERS}
    query = urlencode([(name, value) for name, value in asked.items() if value])
    path = reverse("feed", args=[kind, "atom"]).removesuffix("atom")
    titles = {"calls": gettext("Calls"), "notices": gettext("Notices")}
    return {
        "title": titles[kind],
        "feeds": [(path + form, query, medium) for form, medium in FEEDS],
    }


@register.simple_tag
def ocds_record(project: Project) -> str:
    """The thread as an OCDS record."""
    return reverse("ocds_record", args=[ocid_of(project.number)])


@register.simple_tag(takes_context=True)
def share_path(context: Mapping[str, Any]) -> str:
    """The page for passing this page on; empty where there is none."""
    subject = _subject(context)
    return reverse("share", args=subject[:2]) if subject is not None else ""
