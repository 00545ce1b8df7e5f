"""Who sits at these pages: a manager of the organisation acted for, or an administrator."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from procurement.accounts.enums import Role
from procurement.accounts.permissions import is_administrator, manages
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of

View = Callable[..., HttpResponseBase]


def private(view: View) -> View:
    """A page for people who are logged in; no cache keeps it."""
    return login_required(never_cache(view))


def managers_only(view: View) -> View:
    """The page gets ``actor``, who manages the organisation acted for."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if not manages(request.user, actor.organisation, actor.at):
            raise PermissionDenied(_("This is done by a manager of your organisation."))
        return view(request, actor, *args, **more)

    return private(guarded)


def administrators_only(view: View) -> View:
    """The page gets ``actor``, who is an administrator of the platform."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        if not is_administrator(request.user):
            raise PermissionDenied(_("This is done by an administrator of the platform."))
        return view(request, actor_of(request), *args, **more)

    return private(guarded)


def role_names(roles: Any) -> list[Any]:
    """What roles are called, in the order pages list them."""
    return [label for role, label in Role.choices if role in set(roles)]


def at_desk(request: HttpRequest) -> Actor:
    """Any member of any organisation, at the organisation chosen."""
    actor = actor_of(request)
    if actor.organisation is None:
        raise PermissionDenied(_("You belong to no organisation here."))
    return actor
