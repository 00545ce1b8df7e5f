"""The public list of calls: which are shown, by which filters, in which order. Flat in queries, whatever its length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db.models import BooleanField, Case, DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call
from procurement.projects.enums import Domain

PER_PAGE = 20

STATES: dict[str, tuple[Any, Q]] = {
    "open": (_("Open for bids"), Q(state=CallState.PUBLISHED, deadline__gte=Now())),
    "closed": (_("Deadline passed, not opened yet"), Q(state=CallState.PUBLISHED, deadline__lt=Now())),
    "scoring": (_("Bids opened"), Q(state=CallState.OPENED)),
    "concluded": (_("Concluded"), Q(state=CallState.CONCLUDED)),
    "ended": (_("Failed or cancelled"), Q(state__in=[CallState.FAILED, CallState.CANCELLED])),
}
SORTS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "": (_("Open first"), ("-takes_bids", "open_deadline", "-published_at", "-pk")),
    "newest": (_("Newest first"), ("-published_at", "-pk")),
    "ceiling": (_("Largest ceiling first"), ("-ceiling", "-pk")),
}


def public_calls() -> QuerySet[Any]:
    """Every call that has been published, with what a list row shows of it already joined.

    ``takes_bids`` is judged by the database's clock: published, and the deadline not past.
    """
    takes_bids = Q(state=CallState.PUBLISHED, deadline__gte=Now())
    return (
        Call.objects.filter(published_at__isnull=False)
        .select_related("project__buyer")
        .annotate(
            takes_bids=ExpressionWrapper(takes_bids, output_field=BooleanField()),
            open_deadline=Case(When(takes_bids, then=F("deadline")), default=Value(None), output_field=DateTimeField()),
        )
    )


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; anything that is no known value counts as not asked."""

    q: str = ""
    domain: str = ""
    method: str = ""
    state: str = ""
    sort: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        def known(name: str, values: Any) -> str:
            value = query.get(name, "")
            return value if value in values else ""

        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:100],
            domain=known("domain", Domain.values),
            method=known("method", Method.values),
            state=known("state", STATES),
            sort=known("sort", SORTS),
        )

    @property
    def any(self) -> bool:
        return bool(self.q or self.domain or self.method or self.state)

    def apply(self, calls: QuerySet[Call]) -> QuerySet[Call]:
        for word in self.q.split():
            calls = calls.filter(
                Q(project__title__icontains=word)
                | Q(project__buyer__name__icontains=word)
                | Q(number__icontains=word)
                | Q(requirements__icontains=word)
            )
        if self.domain:
            calls = calls.filter(project__domain=self.domain)
        if self.method:
            calls = calls.filter(method=self.method)
        if self.state:
            calls = calls.filter(STATES[self.state][1])
        return calls.order_by(*SORTS[self.sort][1])


def find(query: QueryDict) -> tuple[Filters, PaginatorPage]:
    """The page of calls that an address asks for; a page number out of range gives the nearest page."""
    filters = Filters.read(query)
    paginator = Paginator(filters.apply(public_calls()), PER_PAGE)
    return filters, paginator.get_page(query.get("page"))


def choices() -> dict[str, list[tuple[str, Any]]]:
    """What the filters offer."""
    return {
        "domain": list(Domain.choices),
        "method": list(Method.choices),
        "state": [(name, label) for name, (label, _q) in STATES.items()],
        "sort": [(name, label) for name, (label, _order) in SORTS.items()],
    }
