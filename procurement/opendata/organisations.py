"""Organisations as everybody may know them: who buys, who supplies, and the record of each (E7). No personal data."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from procurement.accounts.models import Organisation
from procurement.common import bodies, page_cache
from procurement.contracts.models import Contract
from procurement.evaluation.enums import Grade
from procurement.needs.enums import NeedState
from procurement.opendata import reports
from procurement.opendata.statistics import real_needs
from procurement.opendata.threads import chosen, kept_page, public_projects, words
from procurement.projects.models import Project

SIDES = {"buyer": _("Buyers"), "supplier": _("Suppliers")}
BOUGHT, SUPPLIED = "award__lot__call__project__buyer", "award__bid__supplier"
NEWEST = 10
NOTHING = {"count": 0, "amount": None, "latest": None}
UNANSWERED = (NeedState.DRAFT, NeedState.SUBMITTED, NeedState.SCREENED)
ANSWERED = [
    NeedState.ADOPTED,
    NeedState.MERGED,
    NeedState.DECLINED,
    NeedState.ANSWERED,
    NeedState.CONFIRMED,
    NeedState.DISPUTED,
]


def signed() -> QuerySet[Contract]:
    """Signed contracts of real projects: rehearsals are in no record."""
    return Contract.objects.filter(signed_at__isnull=False, award__lot__call__project__rehearsal=False)


def known(*, rehearsed: bool = False) -> QuerySet[Any]:
    """Who has taken part in public: a buyer with an approved project, a supplier with a signed contract.

    ``rehearsed``: also who has only rehearsed; its page is there, for the links to it, with an empty record.
    """
    bought = Project.objects.filter(approved_at__isnull=False, buyer=OuterRef("pk"))
    if not rehearsed:
        bought = bought.filter(rehearsal=False)
    supplied = signed().filter(**{SUPPLIED: OuterRef("pk")})
    rows: QuerySet[Any] = Organisation.objects.all()
    return rows.annotate(buys=Exists(bought), supplies=Exists(supplied)).filter(Q(buys=True) | Q(supplies=True))


def _records(page: Any) -> None:
    """Counts and sums of one page's organisations, in three queries."""
    ids = [row.pk for row in page]
    bought = _totals(BOUGHT, ids)
    supplied = _totals(SUPPLIED, ids)
    projects = dict(
        Project.objects.filter(approved_at__isnull=False, rehearsal=False, buyer__in=ids)
        .order_by()
        .values_list("buyer")
        .annotate(Count("pk"))
    )
    for row in page:
        row.projects_count = projects.get(row.pk, 0)
        row.record = (supplied if row.supplies else bought).get(row.pk, NOTHING)


def _totals(way: str, ids: list[int]) -> dict[int, dict[str, Any]]:
    rows = signed().filter(**{f"{way}__in": ids}).order_by().values(way)
    found = rows.annotate(count=Count("pk"), amount=Sum("amount"), latest=Max("signed_at"))
    return {row[way]: row for row in found}


@require_safe
@bodies.shared_body
def organisations(request: HttpRequest) -> HttpResponse:
    """Buyers and suppliers by name, with how much each has bought or supplied."""
    page_cache.show(request, "organisations", "threads")
    q, side = words(request), chosen(request, "side", SIDES)
    rows = known().order_by("name", "pk")
    if side:
        rows = rows.filter(buys=True) if side == "buyer" else rows.filter(supplies=True)
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(code__iexact=q))
    page = kept_page(rows, request, _records, "organisations", "threads")
    return bodies.shared(
        request, "opendata/organisations.html", {"listed": page, "q": q, "side": side, "sides": SIDES.items()}
    )


def supplier_record(organisation: Organisation) -> dict[str, Any]:
    """Count, spread, recency of a supplier's contracts and verdicts; one good verdict among three is shown as that."""
    contracts = signed().filter(**{SUPPLIED: organisation})
    verdicts = reports.published().filter(contract__award__bid__supplier=organisation).order_by("-published_at")
    return _record(contracts, list(verdicts))


def buyer_record(organisation: Organisation) -> dict[str, Any]:
    """What a buyer has bought, how it was judged, and what became of the needs addressed to it."""
    contracts = signed().filter(**{BOUGHT: organisation})
    verdicts = reports.published().filter(contract__award__lot__call__project__buyer=organisation)
    needs = real_needs().filter(addressed_to=organisation)
    heard = needs.aggregate(raised=Count("pk"), answered=Count("pk", filter=~Q(state__in=UNANSWERED)))
    return _record(contracts, list(verdicts.order_by("-published_at"))) | {"needs": heard}


def _record(contracts: QuerySet[Contract], verdicts: list[Any]) -> dict[str, Any]:
    totals = contracts.aggregate(count=Count("pk"), amount=Sum("amount"), latest=Max("signed_at"))
    points = [row.total for row in verdicts if row.total is not None]
    grades = Counter(row.grade for row in verdicts)
    return {
        **totals,
        "verdicts": [reports.told(row) for row in verdicts[:NEWEST]],
        "judged": len(points),
        "mean": sum(points, Decimal(0)) / len(points) if points else None,
        "lowest": min(points, default=None),
        "highest": max(points, default=None),
        "grades": [(str(grade), grades[str(grade)]) for grade in Grade.values if grades[str(grade)]],
        "last_judged": max((row.published_at for row in verdicts), default=None),
        "contracts": list(
            contracts.select_related("award__bid__supplier", "award__lot__call__project__buyer").order_by("-signed_at")[
                :NEWEST
            ]
        ),
    }


@require_safe
@bodies.shared_body
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation with its record as buyer, as supplier, or both."""
    found = known(rehearsed=True).filter(pk=pk).first() if pk < 2**31 else None
    if found is None:
        raise Http404
    page_cache.show(request, "organisations", "threads", "reports", "needs")
    context = {
        "organisation": found,
        "as_supplier": supplier_record(found) if found.supplies else None,
        "as_buyer": buyer_record(found) if found.buys else None,
        "projects": public_projects().filter(buyer=found, rehearsal=False)[:NEWEST] if found.buys else [],
    }
    return bodies.shared(request, "opendata/organisation.html", context)
