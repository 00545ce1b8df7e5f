"""What a reader chooses for every page without an account: type size and language, kept in cookies."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

THEME_COOKIE = "huiqun_theme"
THEMES = ("normal", "large")
YEAR = 365 * 24 * 3600


def way_back(request: HttpRequest, wanted: str) -> str:
    """``wanted`` if it is an address of this site, else the home page."""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


def keep(response: HttpResponse, name: str, value: str) -> None:
    """Keeps a choice (``theme`` or ``language``) for a year in this browser."""
    cookie = settings.LANGUAGE_COOKIE_NAME if name == "language" else THEME_COOKIE
    response.set_cookie(
        cookie, value, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )


@require_safe
def choose(request: HttpRequest, name: str, value: str) -> HttpResponse:
    """Keeps a choice for a year and returns to where the reader was. A link, so that no script is needed."""
    allowed = {"theme": THEMES, "language": tuple(code for code, _name in settings.LANGUAGES)}
    if value not in allowed.get(name, ()):
        raise Http404
    response = HttpResponseRedirect(way_back(request, request.GET.get("next", "")))
    keep(response, name, value)
    response["Cache-Control"] = "no-store"
    return response
