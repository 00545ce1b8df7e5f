"""``/feeds/``: calls and notices as RSS 2.0, Atom and JSON Feed 1.1, by the filters of the lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from procurement.calls.models import Call
from procurement.calls.postponement import postponed
from procurement.common.money import yuan
from procurement.opendata.api import shown
from procurement.opendata.feeds import asked
from procurement.opendata.http import json_answer, open_data
from procurement.opendata.privacy import covered
from procurement.projects.models import Notice

CONTROL = re.compile(r"[\x00-\x08\x0B-\x0C\x0E-\x1F]")  # XML has no room for these


@dataclass(frozen=True)
class Entry:
    """One item of a feed, whatever its format."""

    url: str
    title: str
    text: str
    published: datetime
    updated: datetime
    tags: tuple[str, ...]


def _clean(words: Any) -> str:
    return CONTROL.sub("", covered(str(words)))


def _call(row: Any) -> Entry:
    call: Call = row
    text = _("%(buyer)s · %(method)s · ceiling %(ceiling)s yuan · deadline %(deadline)s") % {
        "buyer": call.project.buyer.name,
        "method": call.get_method_display(),
        "ceiling": yuan(call.ceiling),
        "deadline": f"{timezone.localtime(call.deadline):%Y-%m-%d %H:%M}",
    }
    if call.opened_at is None and (late := postponed(call)):
        told = _("opening postponed to %(moment)s: %(reason)s")
        text += " · " + told % {"moment": f"{timezone.localtime(late.until):%Y-%m-%d %H:%M}", "reason": late.reason}
    if call.project.imported:
        text += f" · {_('brought in')}"
    at = call.published_at or call.deadline
    updated = max(filter(None, (at, row.corrected_at, call.opened_at, call.ended_at)))
    tags = (str(call.project.get_domain_display()), str(call.get_method_display()))
    url = f"{settings.HUIQUN_BASE_URL}/calls/{call.number.lower()}/"
    return Entry(url, _clean(call.project.title), _clean(text), at, updated, tags)


def _notice(row: Notice) -> Entry:
    buyer = row.project.buyer.name
    text = f"{buyer} · {row.get_kind_display()} · {row.project.number}"
    url = shown.address("notice", row.project.number, row.number)
    tags = (str(row.project.get_domain_display()), str(row.get_kind_display()))
    return Entry(url, _clean(row.title), _clean(text), row.published_at, row.published_at, tags)


def _entries(kind: str, request: HttpRequest) -> tuple[str, str, list[Entry]]:
    """Title, home page and entries of a feed."""
    if kind == "calls":
        calls = asked.calls(asked.read(asked.CallFeedQuery, request))
        return _("Calls"), "/calls/", [_call(row) for row in calls]
    notices = asked.notices(asked.read(asked.NoticeFeedQuery, request))
    return _("Notices"), reverse("threads"), [_notice(row) for row in notices]


def _xml(maker: Any) -> Callable[..., HttpResponse]:
    def write(title: str, home: str, here: str, entries: list[Entry]) -> HttpResponse:
        feed = maker(
            title=title, link=home, description=title, language=get_language() or settings.LANGUAGE_CODE, feed_url=here
        )
        for entry in entries:
            feed.add_item(
                title=entry.title,
                link=entry.url,
                description=entry.text,
                unique_id=entry.url,
                unique_id_is_permalink=True,
                pubdate=entry.published,
                updateddate=entry.updated,
                categories=entry.tags,
            )
        return HttpResponse(feed.writeString("utf-8"), content_type=maker.content_type)

    return write


def _json(title: str, home: str, here: str, entries: list[Entry]) -> HttpResponse:
    response = json_answer(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "home_page_url": home,
            "feed_url": here,
            "language": get_language() or settings.LANGUAGE_CODE,
            "items": [
                {
                    "id": entry.url,
                    "url": entry.url,
                    "title": entry.title,
                    "content_text": entry.text,
                    "date_published": timezone.localtime(entry.published).isoformat(timespec="seconds"),
                    "date_modified": timezone.localtime(entry.updated).isoformat(timespec="seconds"),
                    "tags": entry.tags,
                }
                for entry in entries
            ],
        }
    )
    response["Content-Type"] = "application/feed+json; charset=utf-8"
    return response


WRITERS = {"rss": _xml(Rss201rev2Feed), "atom": _xml(Atom1Feed), "json": _json}


@open_data
def feed(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """One feed. An address that asks for something unknown gets 400 with words."""
    if kind not in ("calls", "notices") or form not in WRITERS:
        raise Http404
    title, home, entries = _entries(kind, request)
    base = settings.HUIQUN_BASE_URL
    here = f"{base}{request.get_full_path()}"
    return WRITERS[form](f"{settings.SITE_NAME} · {title}", f"{base}{home}", here, entries)
