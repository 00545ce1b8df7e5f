"""Duties with a day, overdue ones first: to those who owe them and to the supervisors."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.awards import duties, keeping

ROWS = 30


def _kept(request: HttpRequest, actor: Actor) -> Any:
    """T11: a page of ended threads with the day until which their files are kept."""
    page = Paginator(keeping.seen_by(actor), ROWS).get_page(request.GET.get("kept"))
    page.object_list = [found for row in page.object_list if (found := keeping.kept(row, actor.at)) is not None]
    return page


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What I owe for the organisation I act for; supervisors see what anybody owes."""
    actor = actor_of(request)
    if not actor.roles:
        raise PermissionDenied(_("This is done by somebody with another role."))
    today = timezone.localdate(actor.at)
    found = duties.owed_by(actor)
    late = [duty for duty in found if duty.is_overdue(today)]
    only = request.GET.get("only") == "overdue"
    shown = [
        {"duty": duty, "overdue": duty.is_overdue(today), "days": abs(duty.days_left(today))}
        for duty in (late if only else found)
    ]
    context = {
        "page": Paginator(shown, ROWS).get_page(request.GET.get("page")),
        "overdue": len(late),
        "all": len(found),
        "only": only,
        "supervises": Role.REGULATOR in actor.roles,
        "kept": _kept(request, actor),
    }
    return render(request, "awards/duties.html", context)
