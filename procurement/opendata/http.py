"""How every open-data address answers: errors as problem+json, ETag and 304, a limit with clear headers, CORS."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation import gettext as _

from procurement.common import lockout

WINDOW = 60  # seconds
METHODS = "GET, HEAD, OPTIONS"
PROBLEM = "application/problem+json"
View = Callable[..., HttpResponseBase]


class BadQuery(Exception):  # noqa: N818 - what is wrong
    """A parameter that cannot be understood, with words for it by name."""

    def __init__(self, **errors: str) -> None:
        super().__init__(str(errors))
        self.errors = [{"field": name, "message": words} for name, words in errors.items()]


def problem(status: int, title: str, detail: str = "", errors: list[dict[str, str]] | None = None) -> HttpResponse:
    """RFC 9457: what went wrong, and which field."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    dumps = {"ensure_ascii": False}
    response = JsonResponse(body, status=status, content_type=PROBLEM, json_dumps_params=dumps)
    response["Cache-Control"] = "no-store"
    return response


def bad_query(errors: list[dict[str, str]]) -> HttpResponse:
    names = ", ".join(error["field"] for error in errors)
    return problem(400, _("This cannot be understood"), _("Please correct: %(fields)s.") % {"fields": names}, errors)


def not_found() -> HttpResponse:
    return problem(404, _("Not found"), _("Nothing public has this number."))


def json_answer(data: Any, *, modified: datetime | None = None) -> HttpResponse:
    """JSON with Chinese as it is; ``modified`` only where it is true of the whole answer."""
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False})
    if modified is not None:
        response["Last-Modified"] = http_date(modified.timestamp())
    return response


def open_data(view: View) -> View:
    """For a view that anyone may read, by GET and HEAD, from any page of any site."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return _cors(HttpResponse(status=204, headers={"Allow": METHODS}))
        if request.method not in ("GET", "HEAD"):
            refused = problem(405, _("Only reading is possible here"), f"Allow: {METHODS}")
            refused["Allow"] = METHODS
            return _cors(refused)
        left, reset = _count(request)
        if left < 0:
            response: HttpResponseBase = problem(
                429, _("Too many requests"), _("Please go on in %(n)d seconds.") % {"n": reset}
            )
            response["Retry-After"] = str(reset)
        else:
            response = _conditional(request, _run(view, request, args, kwargs))
        response["RateLimit-Limit"] = str(settings.OPENDATA_REQUESTS_A_MINUTE)
        response["RateLimit-Remaining"] = str(max(left, 0))
        response["RateLimit-Reset"] = str(reset)
        return _cors(response)

    answer.csrf_exempt = True  # type: ignore[attr-defined] # nothing here changes anything
    return answer


def _run(view: View, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
    try:
        return view(request, *args, **kwargs)
    except BadQuery as refusal:
        return bad_query(refusal.errors)


def _count(request: HttpRequest) -> tuple[int, int]:
    """How many requests this address has left in this window, and the seconds until the next one."""
    now = int(time.time())
    key = f"opendata:{lockout.address(request)}:{now // WINDOW}"
    cache.add(key, 0, WINDOW * 2)
    try:
        count = cache.incr(key)
    except ValueError:  # the window was swept away between the two calls
        count = 1
    return settings.OPENDATA_REQUESTS_A_MINUTE - count, WINDOW - now % WINDOW


def _conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    modified = response.get("Last-Modified")
    patch_cache_control(response, public=True, max_age=60)
    return get_conditional_response(request, etag, _seconds(modified), response) or response


def _seconds(value: str | None) -> int | None:
    return parse_http_date_safe(value) if value else None


def _cors(response: HttpResponseBase) -> HttpResponseBase:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = METHODS
    response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    response["Access-Control-Expose-Headers"] = (
        "ETag, Last-Modified, Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After"
    )
    return response
