"""Whose call is it: how every working page of a call finds its row, or answers 404 or 403."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from procurement.accounts.workspace.desk import Actor, runs
from procurement.accounts.workspace.views import actor_of
from procurement.calls.models import Call


def call_of_buyer(request: HttpRequest, pk: int, *roles: str, covered: str = "") -> tuple[Call, Actor]:
    """The call, if the person acts for its buyer in one of ``roles``, or for an agency whose mandate has ``covered``.

    ``Http404`` for people of other organisations, as if it did not exist; ``PermissionDenied`` for colleagues.
    """
    actor = actor_of(request)
    found: Any = Call.objects.select_related("project__buyer", "project__budget_line", "project__catalogue_item")
    call = get_object_or_404(found, pk=pk)
    if not runs(actor, call.project, covered):
        raise Http404
    if not actor.roles & set(map(str, roles)):
        raise PermissionDenied(_("This is done by somebody with another role."))
    return call, actor
