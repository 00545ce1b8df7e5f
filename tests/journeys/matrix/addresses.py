"""Every address of the product, read from Django's own resolver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# What others wrote and test themselves, by the module of the view; a few of their doors are probed in test_matrix
OF_OTHERS = {
    "allauth": "logging in and out, second factors: django-allauth's own pages, each for oneself",
    "wagtail": "the editors' admin, page serving, pictures and documents: Wagtail's own permissions",
    "taggit": "Wagtail's own lookup of tags, inside its admin",
    "django.views.static": "editors' pictures in /media/, which are public",
    "django.views.i18n": "Wagtail's own catalogue of words, inside its admin",
    "rest_framework": "what Wagtail's admin asks itself, behind its login",
    "django.contrib.auth": "the login of pages that editors keep for some, which Wagtail serves",
}
OURS = ("procurement.", "cms.", "ninja.")


def _module(view: Any) -> str:
    """Where a view was written, whatever wraps it."""
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    found = getattr(view, "view_class", view)
    return str(getattr(found, "__module__", type(found).__module__))


def every(resolver: URLResolver | None = None, spaces: str = "") -> Iterator[tuple[str, str, str]]:
    """Full name, route and module of the view of each pattern, the nameless too."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLPattern):
            yield f"{spaces}{one.name}", str(one.pattern), _module(one.callback)
        else:
            yield from every(one, f"{spaces}{one.namespace}:" if one.namespace else spaces)


def is_of_others(name: str, module: str) -> bool:
    """Whether an address belongs to one of ``OF_OTHERS``; views of Django's own count by the name they were given."""
    if module.startswith("django.views.generic"):
        return name.startswith(("account_", "mfa_", "wagtail")) or name == "None"
    return module.startswith(tuple(OF_OTHERS))
