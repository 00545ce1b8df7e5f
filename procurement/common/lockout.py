"""Five failures lock an account for a quarter of an hour (RULES §10): who is counted, and what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def username(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The account a login names, by user name or e-mail address, in one spelling."""
    given = credentials or {}
    found = given.get("username") or given.get("email") or given.get("login")
    if not found and request is not None:
        found = request.POST.get("login") or request.POST.get("username")
    return str(found).strip().lower()[:255] if found else None


def address(request: HttpRequest) -> str | None:
    """The reader's address: as many proxies back as the settings trust, no further."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted: int = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    found: str | None = request.META.get("REMOTE_ADDR")
    return found


def locked_page(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """429 with the way out; the same whether or not the account exists."""
    return render(request, "account/locked.html", status=429)
