"""For which organisation a person acts in this session (DESIGN §4): a person may belong to several and switches."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST

from procurement.accounts.models import Membership, Organisation
from procurement.common.preferences import way_back

SESSION_KEY = "acting_for"


def memberships_of(request: HttpRequest) -> list[Membership]:
    """The person's active memberships with their organisations, by name; asked once a request."""
    if not request.user.is_authenticated:
        return []
    if not hasattr(request, "_memberships"):
        found = request.user.memberships.filter(active=True).select_related("organisation")
        request._memberships = list(found.order_by("organisation__name"))  # type: ignore[attr-defined]
    return request._memberships  # type: ignore[attr-defined]


def organisation_of(request: HttpRequest) -> Organisation | None:
    """The organisation chosen in this session, else the first; none for people who belong to none."""
    found = [membership.organisation for membership in memberships_of(request)]
    chosen = request.session.get(SESSION_KEY) if found else None
    return next((one for one in found if one.pk == chosen), found[0] if found else None)


@login_required
@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """Switches to another organisation of the person's own."""
    wanted = request.POST.get("organisation", "")
    if wanted not in {str(membership.organisation_id) for membership in memberships_of(request)}:
        raise PermissionDenied
    request.session[SESSION_KEY] = int(wanted)
    return HttpResponseRedirect(way_back(request, request.POST.get("next", "")))


def actor(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``memberships`` and ``acting_for``, looked up only where a page shows them."""
    if not hasattr(request, "user"):
        return {}
    return {
        "memberships": SimpleLazyObject(lambda: memberships_of(request)),
        "acting_for": SimpleLazyObject(lambda: organisation_of(request)),
    }
