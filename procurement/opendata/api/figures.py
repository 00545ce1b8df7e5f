"""Figures over threads and organisations; rehearsals count nowhere."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, ExtractYear

from procurement.accounts.models import Organisation
from procurement.common import areas
from procurement.contracts.models import Contract
from procurement.delivery.models import Payment
from procurement.evaluation.enums import EvaluationState
from procurement.evaluation.models import Evaluation
from procurement.opendata.api import public
from procurement.opendata.api.public import THREAD_OF_EVALUATION, yuan

CENT = Decimal("0.01")


def _mean(value: Decimal | None) -> str | None:
    return None if value is None else str(value.quantize(CENT, ROUND_HALF_UP))


def _alone(rows: Any, by: str, **figure: Any) -> Subquery:
    """One figure over the rows of an organisation; a subquery, so that joins do not multiply one another."""
    name = next(iter(figure))
    return Subquery(rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(**figure).values(name))


def with_record(rows: QuerySet[Organisation]) -> QuerySet[Any]:
    """Organisations with their record as buyer and supplier: count, spread, recency (E7)."""
    supplier = "contract__award__bid__supplier"
    verdicts = Evaluation.objects.filter(
        state=EvaluationState.PUBLISHED, **{f"{THREAD_OF_EVALUATION}__rehearsal": False}
    )
    return rows.annotate(
        thread_count=Coalesce(_alone(public.threads(), "buyer", n=Count("pk")), 0),
        award_count=Coalesce(_alone(public.awards(), "bid__supplier", n=Count("pk")), 0),
        verdict_count=Coalesce(_alone(verdicts, supplier, n=Count("pk")), 0),
        mean_total=_alone(verdicts, supplier, n=Avg("total")),
        lowest_total=_alone(verdicts, supplier, n=Min("total")),
        highest_total=_alone(verdicts, supplier, n=Max("total")),
        last_verdict=_alone(verdicts, supplier, n=Max("published_at")),
    )


def organisation(row: Any) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "region": row.region,
        "region_name": areas.label(row.region),
        "threads": row.thread_count,
        "awards": row.award_count,
        "evaluations": row.verdict_count,
        "mean_total": _mean(row.mean_total),
        "lowest_total": _mean(row.lowest_total),
        "highest_total": _mean(row.highest_total),
        "last_evaluated_at": row.last_verdict,
    }


def _grouped(rows: Any, thread: str, **figures: Any) -> dict[tuple[int, str], dict[str, Any]]:
    """Figures by year of approval and domain."""
    lead = f"{thread}__" if thread else ""
    found = (
        rows.annotate(year=ExtractYear(f"{lead}approved_at"), field=F(f"{lead}domain"))
        .order_by()
        .values("year", "field")
        .annotate(**figures)
    )
    return {(row["year"], row["field"]): row for row in found}


def by_year_and_domain(threads: QuerySet[Any]) -> list[dict[str, Any]]:
    """Threads approved in a year for a domain: how many, their money, and how they were judged."""
    ids = threads.order_by().values("pk")
    way = "award__lot__call__project"
    signed = Contract.objects.filter(published_at__isnull=False, **{f"{way}__in": ids})
    paid = Payment.objects.filter(contract__in=signed.values("pk"))
    verdicts = Evaluation.objects.filter(state=EvaluationState.PUBLISHED, **{f"{THREAD_OF_EVALUATION}__in": ids})
    base = _grouped(threads, "", threads=Count("pk"), total_budget=Sum("budget"))
    contracts = _grouped(signed, way, n=Count("pk"), money=Sum("amount"))
    payments = _grouped(paid, f"contract__{way}", money=Sum("amount"))
    judged = _grouped(verdicts, THREAD_OF_EVALUATION, n=Count("pk"), mean=Avg("total"))
    return [
        {
            "year": year,
            "domain": domain,
            "threads": row["threads"],
            "budget": yuan(row["total_budget"]),
            "contracts": contracts.get((year, domain), {}).get("n", 0),
            "contracted": yuan(contracts.get((year, domain), {}).get("money")),
            "paid": yuan(payments.get((year, domain), {}).get("money")),
            "evaluations": judged.get((year, domain), {}).get("n", 0),
            "mean_total": _mean(judged.get((year, domain), {}).get("mean")),
        }
        for (year, domain), row in sorted(base.items(), reverse=True)
    ]
