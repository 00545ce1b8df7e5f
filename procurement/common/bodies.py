"""The body of a public page, which is the same for every reader, kept as rendered; the frame is made for each reader.

A page kept whole (``page_cache``) serves visitors. Whoever is logged in sees a head of their own (name, messages,
organisation) around a body that is everybody's: a list with counted facets, a call with all its notices. A view under
``shared_body`` says so by ``share(request)``; its template extends ``layout`` instead of a fixed frame. The body is
made for a reader who is nobody, so nothing of the one who asked can be in it; where something of the reader's own
belongs inside it, the template says ``{% own %}`` and the frame fills it in. Dropped by the same touches as whole
pages.
"""

from __future__ import annotations

import copy
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from procurement.common import page_cache
from procurement.common.page_cache import DOWN, Shown

logger = logging.getLogger(__name__)

PARTS, FRAME = "parts.html", "frame.html"
NAMES = ("title", "site_title", "head", "body_class", "main", "scripts")  # the blocks of parts.html, in its order


@dataclass(frozen=True)
class Own:
    """A place in the body that is each reader's own: a template, and the plain facts it needs."""

    template: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Body:
    """The blocks of a page as rendered. ``main`` alternates between text and places of the reader's own."""

    blocks: dict[str, SafeString]
    main: tuple[SafeString | Own, ...]
    subjects: tuple[str, ...]
    began: int
    until: datetime

    @property
    def ends(self) -> float:
        return self.until.timestamp()

    @property
    def weight(self) -> int:
        """About: Chinese takes two bytes a letter in memory."""
        return 2 * sum(len(piece) for piece in (*self.blocks.values(), *self.main) if isinstance(piece, str))


def share(request: HttpRequest) -> None:
    """Says that the body of this answer is the same for whoever may read it."""
    request.shares_body = True  # type: ignore[attr-defined]


def shared(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    """An answer whose body is the same for whoever may read it."""
    share(request)
    return TemplateResponse(request, template, context)


def shared_body(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view whose body is kept for all readers, if it says ``share`` and answers with a ``TemplateResponse``."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.COUNT_CACHE or request.method not in ("GET", "HEAD") or "HX-Request" in request.headers:
            return view(request, *args, **kwargs)
        key = page_cache.key(request, "body")
        try:
            found, counter = page_cache.find(key, Body)
        except DOWN:
            logger.exception("kept bodies cannot be read")
            return view(request, *args, **kwargs)
        if found is None:
            response = view(request, *args, **kwargs)
            found = _made(request, response, counter)
            if found is None:
                return response
            _keep(key, request, found)
        page_cache.show(request, *found.subjects, until=[found.until])
        return TemplateResponse(request, FRAME, {"blocks": found.blocks, "main": found.main})

    return answer


def _made(request: HttpRequest, response: Any, began: int) -> Body | None:
    """The body of an answer that has not been rendered yet; none if it is not everybody's."""
    shown: Shown | None = getattr(request, "shown", None)
    if shown is None or not getattr(request, "shares_body", False):
        return None
    if not isinstance(response, TemplateResponse) or response.is_rendered or response.status_code != 200:
        return None
    nobody = _nobody(request)
    # marks that no text of anybody's can hold
    cut, gap, own = secrets.token_hex(16), secrets.token_hex(16), []  # type: tuple[str, str, list[Own]]
    frame = {"request": nobody, "layout": PARTS, "cut": cut, "gap": gap, "own": own}
    context = {**(response.context_data or {}), **frame}
    text = response.resolve_template(response.template_name).render(context, nobody)
    if nobody.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        return None  # a form's token is in it, which is one reader's
    blocks = dict(zip(NAMES, text.split(cut), strict=True))
    texts = [mark_safe(piece) for piece in blocks.pop("main").split(gap)]  # noqa: S308 - rendered by our template
    main = [piece for pair in zip(texts, [*own, None], strict=True) for piece in pair if piece is not None]
    end = timezone.now() + timedelta(seconds=page_cache.SECONDS)
    return Body(
        blocks={name: mark_safe(value) for name, value in blocks.items()},  # noqa: S308 - as above
        main=tuple(main),
        subjects=tuple(sorted(shown.subjects)),
        began=began,
        until=min(end, shown.until or end),
    )


def _nobody(request: HttpRequest) -> HttpRequest:
    """The same question from a reader who is nobody: no person, no session, no cookie."""
    nobody = copy.copy(request)
    nobody.META = {name: value for name, value in request.META.items() if name not in _OF_ONE_READER}
    nobody.COOKIES = {}
    nobody.user = AnonymousUser()
    nobody.session = {}  # type: ignore[assignment]
    for name in ("_messages", "_memberships", "headers"):
        nobody.__dict__.pop(name, None)
    return nobody


_OF_ONE_READER = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE")


def _keep(key: str, request: HttpRequest, body: Body) -> None:
    seconds = int((body.until - timezone.now()).total_seconds())
    if seconds < 1 or len(request.META.get("QUERY_STRING", "")) > page_cache.LONGEST_QUERY:
        return
    try:
        cache.set(key, body, seconds)
    except DOWN:
        logger.exception("a body cannot be kept")
