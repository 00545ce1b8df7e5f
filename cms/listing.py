"""The public list of calls: which are shown, by which filters, in which order. Flat in queries, whatever its length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q, QuerySet
from django.db.models.functions import Now
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call
from procurement.common import areas
from procurement.common.kept import Counted, kept
from procurement.opendata.search import find as search
from procurement.opendata.search.models import Kind
from procurement.projects.enums import Domain

PER_PAGE = 20
MOST_MONEY = Decimal(10) ** 13

TAKES_BIDS = Q(state=CallState.PUBLISHED, deadline__gte=Now())  # by the database's clock
STATES: dict[str, tuple[Any, Q]] = {
    "open": (_("Open for bids"), TAKES_BIDS),
    "closed": (_("Deadline passed, not opened yet"), Q(state=CallState.PUBLISHED, deadline__lt=Now())),
    "scoring": (_("Bids opened"), Q(state=CallState.OPENED)),
    "concluded": (_("Concluded"), Q(state=CallState.CONCLUDED)),
    "ended": (_("Failed or cancelled"), Q(state__in=[CallState.FAILED, CallState.CANCELLED])),
}
MONEY: dict[str, tuple[Any, Q]] = {
    "-10": (_("below 100,000 yuan"), Q(ceiling__lt=100_000)),
    "10-30": (_("100,000 to 300,000 yuan"), Q(ceiling__gte=100_000, ceiling__lt=300_000)),
    "30-100": (_("300,000 to 1 million yuan"), Q(ceiling__gte=300_000, ceiling__lt=1_000_000)),
    "100-": (_("1 million yuan and more"), Q(ceiling__gte=1_000_000)),
}
CHOICES: dict[str, dict[str, Q]] = {  # the facets whose choices are known beforehand
    "domain": {value: Q(project__domain=value) for value in Domain.values},
    "method": {value: Q(method=value) for value in Method.values},
    "state": {value: condition for value, (_label, condition) in STATES.items()},
    "money": {value: condition for value, (_label, condition) in MONEY.items()},
}
NEWEST = ("-published_at", "-pk")
SORTS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "": (_("Open first"), NEWEST),  # after those that are open: ``OpenFirst``
    "newest": (_("Newest first"), NEWEST),
    "deadline": (_("Nearest deadline first"), ("deadline", "-pk")),
    "ceiling": (_("Largest ceiling first"), ("-ceiling", "-pk")),
}
FACETS = ("domain", "method", "state", "money", "buyer", "area")
MOST_BUYERS = 30


def public_calls() -> QuerySet[Any]:
    """Every call that has been published, with what a list row shows of it already joined.

    ``takes_bids`` is judged by the database's clock: published, and the deadline not past.
    """
    return (
        Call.objects.filter(published_at__isnull=False)
        .select_related("project__buyer")
        .annotate(takes_bids=ExpressionWrapper(TAKES_BIDS, output_field=BooleanField()))
    )


def next_deadline() -> datetime | None:
    """When the next open call closes: until then no row changes by itself."""
    return public_calls().filter(TAKES_BIDS).order_by().aggregate(soonest=Min("deadline"))["soonest"]


class OpenFirst:
    """Calls in the order readers want them: open ones by deadline, then the others, newest first.

    Two lists read by an index each, one behind the other: an order by “open or not” would sort every call there is.
    """

    def __init__(self, calls: QuerySet[Call], total: int, open_ones: int) -> None:
        self.calls, self.total, self.open_ones = calls, total, open_ones

    def __len__(self) -> int:
        return self.total

    def __getitem__(self, asked: slice) -> list[Call]:
        first, last = asked.start or 0, self.total if asked.stop is None else asked.stop
        found: list[Call] = []
        if first < self.open_ones:
            found += self.calls.filter(TAKES_BIDS).order_by("deadline", *NEWEST)[first : min(last, self.open_ones)]
        if last > self.open_ones:
            others = self.calls.exclude(TAKES_BIDS).order_by(*NEWEST)
            found += others[max(first - self.open_ones, 0) : last - self.open_ones]
        return found


def _digits(query: QueryDict, name: str, longest: int) -> str:
    value = query.get(name, "").strip()
    return value if value.isascii() and value.isdigit() and len(value) <= longest else ""


def _amount(query: QueryDict, name: str) -> str:
    """Yuan as typed, with separators; anything else counts as not asked."""
    text = query.get(name, "").strip().replace(",", "").replace("，", "")[:20]
    try:
        value = Decimal(text)
    except (InvalidOperation, ValueError):
        return ""
    return f"{value:f}" if value.is_finite() and 0 <= value < MOST_MONEY else ""


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; anything that is no known value counts as not asked."""

    q: str = ""
    domain: str = ""
    method: str = ""
    state: str = ""
    money: str = ""
    buyer: str = ""
    area: str = ""
    least: str = ""
    most: str = ""
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
            money=known("money", MONEY),
            buyer=_digits(query, "buyer", 9),
            area=_digits(query, "area", 6),
            least=_amount(query, "least"),
            most=_amount(query, "most"),
            sort=known("sort", SORTS),
        )

    @property
    def any(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self) if one.name != "sort")

    def query(self, **changed: str) -> str:
        """The filters as an address, some of them changed; always in one order, so that it can be kept and sent."""
        values = {one.name: getattr(self, one.name) for one in fields(self)} | changed
        return urlencode([(name, value) for name, value in values.items() if value])

    def conditions(self) -> dict[str, Q]:
        """One condition a filter, by its name."""
        found: dict[str, Q] = {}
        if self.q:
            found["q"] = search.fitting(self.q, Kind.CALL)
        if self.least:
            found["least"] = Q(ceiling__gte=Decimal(self.least))
        if self.most:
            found["most"] = Q(ceiling__lte=Decimal(self.most))
        for name, conditions in CHOICES.items():
            if value := getattr(self, name):
                found[name] = conditions[value]
        if self.buyer:
            found["buyer"] = Q(project__buyer=int(self.buyer))
        if self.area:
            found["area"] = Q(project__buyer__region__startswith=self.area)
        return found

    def apply(self, calls: QuerySet[Call], without: str = "") -> QuerySet[Call]:
        """``calls`` under every filter but ``without``: a facet counts what its own choice would give."""
        for name, condition in self.conditions().items():
            if name != without:
                calls = calls.filter(condition)
        return calls.order_by(*SORTS[self.sort][1])


def _counted(filters: Filters, names: Iterable[str], without: str = "", **more: Any) -> dict[str, Any]:
    """How many calls each choice of these facets would give, every filter but ``without`` kept; one look at the calls.

    ``more``: other aggregates of the same calls.
    """
    choices = [(name, choice, condition) for name in names for choice, condition in CHOICES[name].items()]
    wanted = {f"choice_{place}": Count("pk", filter=choice[2]) for place, choice in enumerate(choices)}
    found = filters.apply(public_calls(), without=without).order_by().aggregate(**wanted, **more)
    counted: dict[str, Any] = {name: found[name] for name in more}
    for place, (name, choice, _condition) in enumerate(choices):
        counted.setdefault(name, {})[choice] = found[f"choice_{place}"]
    return counted


def _of_buyers(filters: Filters, without: str) -> dict[int, int]:
    rows = filters.apply(public_calls(), without=without).order_by()
    return dict(rows.values_list("project__buyer").annotate(Count("pk")))


def _buyers_and_areas(filters: Filters) -> dict[str, Any]:
    """Both facets, counted by the buyer's key: names and areas are read once for each buyer, not for each call."""
    by_buyer = _of_buyers(filters, "buyer")
    by_area = _of_buyers(filters, "area") if filters.buyer or filters.area else by_buyer
    known = Organisation.objects.filter(pk__in={*by_buyer, *by_area}).values_list("pk", "name", "region")
    found = [(pk, name, region) for pk, name, region in known]
    areas_of: Counter[str] = Counter()
    for pk, _name, region in found:
        areas_of[region] += by_area.get(pk, 0)
    buyers = sorted((-by_buyer[pk], name, pk) for pk, name, _region in found if pk in by_buyer)
    return {
        "area": {region: n for region, n in areas_of.items() if n},
        "buyer": [(str(pk), name, -n) for n, name, pk in buyers[:MOST_BUYERS]],
    }


def _counts(filters: Filters) -> dict[str, Any]:
    """What a list says of its length: all of it, how many of it are open, and the counts of every facet.

    Facets of which nothing is chosen count the very calls that are listed, all at once; a chosen one counts others.
    """
    closing = next_deadline()  # first: what closes meanwhile is not kept as open
    chosen = [name for name in CHOICES if getattr(filters, name)]
    lengths: dict[str, Any] = {"total": Count("pk"), "open_ones": Count("pk", filter=TAKES_BIDS)}
    counted = _counted(filters, [name for name in CHOICES if name not in chosen], **lengths)
    for name in chosen:
        counted |= _counted(filters, [name], without=name)
    return {"next_deadline": closing, **counted, **_buyers_and_areas(filters)}


def counts(filters: Filters) -> dict[str, Any]:
    """The same, kept while no call changes and none closes."""
    name = f"calls?{filters.query(sort='')}"
    return kept(name, ("calls",), lambda: _with_bar(filters), until=lambda found: found["next_deadline"])


def _with_bar(filters: Filters) -> dict[str, Any]:
    """Counted, and written out: a bar of fifty links takes longer to write than the page around it."""
    counted = _counts(filters)
    return counted | {"bar": render_to_string("cms/includes/facets.html", {"facets": facets(filters, counted)})}


def facets(filters: Filters, counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Every facet with its choices, each with its count and the address it leads to."""
    labelled: dict[str, list[tuple[str, Any, int]]] = {
        "state": [(value, label, counts["state"][value]) for value, (label, _q) in STATES.items()],
        "domain": [(value, label, counts["domain"][value]) for value, label in Domain.choices],
        "money": [(value, label, counts["money"][value]) for value, (label, _q) in MONEY.items()],
        "method": [(value, label, counts["method"][value]) for value, label in Method.choices],
        "area": [(value, areas.label(value), n) for value, n in sorted(counts["area"].items()) if value],
        "buyer": counts["buyer"],
    }
    titles = {
        "state": _("State"),
        "domain": _("For whom"),
        "money": _("Ceiling"),
        "method": _("Method"),
        "area": _("Area"),
        "buyer": _("Buyer"),
    }
    return [
        {
            "name": name,
            "title": titles[name],
            "value": getattr(filters, name),
            "choices": [
                {
                    "value": value,
                    "label": label,
                    "count": n,
                    "chosen": value == getattr(filters, name),
                    "query": filters.query(**{name: "" if value == getattr(filters, name) else value}),
                }
                for value, label, n in choices
                if n or value == getattr(filters, name)
            ],
        }
        for name, choices in labelled.items()
    ]


def find(query: QueryDict) -> dict[str, Any]:
    """The template context of the list an address asks for; a page number out of range gives the nearest page."""
    filters = Filters.read(query)
    counted = counts(filters)
    rows: Any = filters.apply(public_calls())
    if not filters.sort:
        rows = OpenFirst(rows, counted["total"], counted["open_ones"])
    return {
        "filters": filters,
        "calls": Counted(rows, PER_PAGE, counted["total"]).get_page(query.get("page")),
        "facet_bar": counted["bar"],
        "chosen": [(name, getattr(filters, name)) for name in FACETS if getattr(filters, name)],
        "sorts": [(value, label) for value, (label, _order) in SORTS.items()],
        "next_deadline": counted["next_deadline"],
    }
