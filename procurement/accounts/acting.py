"""For which organisation a person acts in this session (DESIGN §4): a person may belong to several and switches."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST

from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Membership, Organisation
from procurement.accounts.permissions import STANDS_IN_FOR_MANAGER, manages
from procurement.common.preferences import way_back

SESSION_KEY = "acting_for"
UNREAD_COUNTED = 100  # the header says 99+ from here on


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


def manages_here(request: HttpRequest) -> bool:
    """Whether the person manages the organisation acted for; asks the database only where the roles leave it open."""
    chosen = organisation_of(request)
    here = next((one for one in memberships_of(request) if chosen and one.organisation_id == chosen.pk), None)
    if here is None or chosen is None:
        return False
    stand_in = STANDS_IN_FOR_MANAGER.get(OrganisationKind(chosen.kind), Role.APPROVER)
    if Role.MANAGER in here.roles or stand_in not in here.roles:
        return Role.MANAGER in here.roles
    return manages(request.user, chosen, timezone.now())


def unread_of(request: HttpRequest) -> int:
    """How many messages the person has not read, up to 100; visitors cost no query."""
    if not request.user.is_authenticated:
        return 0
    return request.user.notifications.filter(read_at__isnull=True).order_by()[:UNREAD_COUNTED].count()


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
        "manages_here": SimpleLazyObject(lambda: manages_here(request)),
        "acting_for": SimpleLazyObject(lambda: organisation_of(request)),
        "unread_messages": SimpleLazyObject(lambda: unread_of(request)),
    }
