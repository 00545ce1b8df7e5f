"""The needs board: what residents asked for and what came of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from procurement.common import bodies, page_cache
from procurement.needs.enums import NeedState
from procurement.needs.models import Need
from procurement.opendata.search import find as search
from procurement.opendata.search.models import Kind
from procurement.opendata.threads import chosen, page_of, words


def facts(request: HttpRequest) -> dict[str, Any]:
    """Every need that was handed in, newest first, with the threads that answer it, as the address asks."""
    q, state = words(request), chosen(request, "state", NeedState.values)
    rows = Need.objects.exclude(state=NeedState.DRAFT).select_related("station").prefetch_related("projects")
    rows = rows.filter(search.fitting(q, Kind.NEED))
    if state:
        rows = rows.filter(state=state)
    states = [choice for choice in NeedState.choices if choice[0] != NeedState.DRAFT]
    return {
        "listed": page_of(rows.order_by("-raised_on", "-pk"), request, "needs", "threads"),
        "q": q,
        "state": state,
        "states": states,
    }


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """The board as it is while no editor has made a page for it."""
    page_cache.show(request, "needs", "threads")
    return bodies.shared(request, "opendata/needs.html", facts(request))
