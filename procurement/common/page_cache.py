"""Public pages kept for anonymous readers, and dropped by what they show.

A view that may be kept says on which subjects it rests: ``show(request, "calls", "thread:7")``. Whoever changes
a subject says so: ``touch("thread:7")``. A page is good only while none of its subjects was touched since the
page *began* to be made: touches are numbered by one counter, so a page made from rows that changed meanwhile
is never served twice. Redis away means pages are made each time, never that they are wrong.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from redis.exceptions import RedisError

from procurement.common.near import Near
from procurement.common.preferences import THEME_COOKIE, THEMES

logger = logging.getLogger(__name__)

SECONDS = 60  # words such as “5 hours left” are never older than this
LONGEST_QUERY = 400
WORTH_PACKING = 1000  # bytes; below, one packet carries it either way
SITE = "site"  # a subject of every page: names of organisations, settings of the site
LAST_TOUCH = "page-touches"
_KEPT_HEADERS = ("Content-Type", "Content-Language", "Content-Disposition", "X-Frame-Options", "Link")
DOWN = (RedisError, OSError)  # what a cache that is away raises
_near = Near()


@dataclass
class Shown:
    """What the page being made rests on, and until when it may be kept."""

    subjects: set[str] = field(default_factory=lambda: {SITE})
    until: datetime | None = None


class Dated(Protocol):
    """What is kept: its subjects, the last touch when it began to be made, its end (seconds since 1970), its bytes."""

    @property
    def subjects(self) -> tuple[str, ...]: ...
    @property
    def began(self) -> int: ...
    @property
    def ends(self) -> float: ...
    @property
    def weight(self) -> int: ...


Kept = TypeVar("Kept", bound=Dated)


@dataclass(frozen=True)
class Entry:
    """A page as kept. ``began``: the last touch when it began to be made."""

    body: bytes
    headers: dict[str, str]
    subjects: tuple[str, ...]
    began: int
    etag: str
    made: int
    packed: bytes = b""  # gzip, once for all readers: nothing in a kept page is secret (BREACH needs a secret)
    ends: float = 0.0

    @property
    def weight(self) -> int:
        return len(self.body) + len(self.packed)


def show(request: HttpRequest, *subjects: str, until: Iterable[datetime | None] = ()) -> None:
    """Says that this answer may be kept for anonymous readers until one of ``subjects`` is touched.

    ``until``: moments at which its words change by themselves, such as deadlines; the nearest one ahead counts.
    """
    shown: Shown = getattr(request, "shown", None) or Shown()
    shown.subjects.update(subjects)
    now = timezone.now()
    ahead = [moment for moment in (*until, shown.until) if moment is not None and moment >= now]
    shown.until = min(ahead, default=None)
    request.shown = shown  # type: ignore[attr-defined]


def touch(*subjects: str) -> None:
    """Drops every kept page that rests on one of ``subjects``, once the current transaction is committed."""
    if settings.PAGE_CACHE or settings.COUNT_CACHE:
        transaction.on_commit(lambda: _touch(subjects), robust=True)


def _touch(subjects: Iterable[str]) -> None:
    """Counts before, for pages that begin now, and after, for whoever looked at the subjects in between (``near``)."""
    try:
        _begin_to_count()
        number = cache.incr(LAST_TOUCH)
        cache.set_many({subject_key(name): number for name in subjects}, None)
        cache.incr(LAST_TOUCH)
    except DOWN:
        logger.exception("kept pages of %s could not be dropped; they end by themselves in %d s", subjects, SECONDS)


def _begin_to_count() -> None:
    """From the clock: a Redis that was emptied never counts through numbers that somebody remembers."""
    cache.add(LAST_TOUCH, int(time.time() * 1000), None)


def subject_key(name: str) -> str:
    return f"page-subject:{name}"


def _anonymous(request: HttpRequest) -> bool:
    """Nothing in the request could make the answer somebody's own."""
    cookies = request.COOKIES
    return not (
        settings.SESSION_COOKIE_NAME in cookies
        or "messages" in cookies
        or "Authorization" in request.headers
        or "HX-Request" in request.headers
        or "Range" in request.headers
    )


def key(request: HttpRequest, kind: str) -> str:
    """What a page, or a part of it, is kept under: its address, filters included, and the reader's language."""
    parts = (
        request.scheme or "",
        request.get_host(),
        request.path,
        request.META.get("QUERY_STRING", ""),
        translation.get_language_from_request(request),
    )
    return f"{kind}:" + hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def find(key: str, kind: type[Kept]) -> tuple[Kept | None, int]:
    """What is kept under ``key`` if it is still good, and the number of the last touch."""
    if _near.has(key):
        counter = cache.get(LAST_TOUCH, 0)
        remembered = _near.get(key, counter)
        if isinstance(remembered, kind):
            return remembered, counter
    found = cache.get_many([key, LAST_TOUCH])
    entry, counter = found.get(key), found.get(LAST_TOUCH, 0)
    if not isinstance(entry, kind):
        return None, counter
    touched = cache.get_many([subject_key(name) for name in entry.subjects])
    if any(number > entry.began for number in touched.values()):
        return None, counter
    _near.put(key, entry, touch=counter, until=entry.ends, weight=entry.weight)
    return entry, counter


def _keep(key: str, request: HttpRequest, response: HttpResponse, began: int) -> Entry | None:
    """Keeps the answer if nothing in it belongs to one reader."""
    shown: Shown | None = getattr(request, "shown", None)
    if shown is None or response.status_code != 200 or response.streaming or response.cookies:
        return None
    if "no-store" in response.get("Cache-Control", "") or "private" in response.get("Cache-Control", ""):
        return None
    user = getattr(request, "user", None)
    if request.META.get("CSRF_COOKIE_NEEDS_UPDATE") or getattr(user, "is_authenticated", False):
        return None  # a form's token is in it, or a person
    seconds = float(SECONDS)
    if shown.until is not None:
        seconds = min(seconds, (shown.until - timezone.now()).total_seconds())
    body = response.content
    entry = Entry(
        body=body,
        headers={name: response[name] for name in _KEPT_HEADERS if name in response},
        subjects=tuple(sorted(shown.subjects)),
        began=began,
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        made=int(time.time()),
        packed=gzip.compress(body, 6, mtime=0) if len(body) >= WORTH_PACKING else b"",
        ends=time.time() + seconds,
    )
    if seconds > 0 and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY:
        _begin_to_count()
        cache.set(key, entry, seconds if seconds >= 1 else 1)
    return entry


def _takes_packed(request: HttpRequest) -> bool:
    """Whether the reader's programme asks for gzip, and does not merely name it to refuse it (``gzip;q=0``)."""
    for one in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _sign, weight = one.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or weight == ""
    return False


def _answer(request: HttpRequest, entry: Entry) -> Any:
    """The page, or 304 for a reader who has it. Others on the way may keep it too, and must ask each time."""
    packed = bool(entry.packed) and _takes_packed(request)
    body = entry.packed if packed else entry.body
    # whoever else would give the length stands further in
    response = HttpResponse(body, headers=entry.headers | {"Content-Length": str(len(body))})
    patch_vary_headers(response, ("Accept-Encoding", "Accept-Language", "Cookie"))
    response["Cache-Control"] = "public, no-cache"
    etag = f'{entry.etag[:-1]}-gzip"' if packed else entry.etag  # other bytes, another tag
    response["ETag"] = etag
    if packed:
        response["Content-Encoding"] = "gzip"
    modified: int | None = entry.made
    if time.time() - entry.made < 2:
        modified = None  # a second change within the same second could not be told from the first
    else:
        response["Last-Modified"] = http_date(entry.made)
    return get_conditional_response(request, etag=etag, last_modified=modified, response=response)


class PageCacheMiddleware:
    """Stands before sessions and languages: a page that is kept costs neither."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        if not settings.PAGE_CACHE or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        if not _anonymous(request):
            return _own(request, self.get_response(request))
        theme = request.COOKIES.get(THEME_COOKIE, "")
        name = key(request, f"page:{theme if theme in THEMES else THEMES[0]}")
        try:
            entry, counter = find(name, Entry)
        except DOWN:
            logger.exception("kept pages cannot be read")
            return self.get_response(request)
        if entry is None:
            response = self.get_response(request)
            if request.method != "GET":
                return response
            try:
                entry = _keep(name, request, response, counter)
            except DOWN:
                logger.exception("a page cannot be kept")
                return response
            if entry is None:
                return _own(request, response)
        return _answer(request, entry)


def _own(request: HttpRequest, response: Any) -> Any:
    """What was made for one reader stays with that reader."""
    if hasattr(request, "shown") and not response.has_header("Cache-Control"):
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ("Cookie",))
    return response
