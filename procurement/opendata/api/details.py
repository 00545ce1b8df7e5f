"""One row in full: a call with its lots, criteria and answers, a thread with its contracts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.contracts.models import Contract
from procurement.delivery.models import Payment
from procurement.evaluation.enums import EvaluationState
from procurement.opendata.api import shown
from procurement.opendata.api.public import yuan
from procurement.opendata.ocds import packages
from procurement.opendata.ocds.terms import address, ocid_of
from procurement.opendata.privacy import covered
from procurement.projects.models import Project


def call(row: Call, now: datetime) -> dict[str, Any]:
    """How many bids there are is told from the opening on, never before."""
    opened = Bid.objects.filter(lot__call=row, opened_at__isnull=False).count() if row.opened_at else None
    answered = row.questions.filter(answered_at__isnull=False).values("text", "asked_at", "answer", "answered_at")
    return shown.call(row, now) | {
        "requirements": covered(row.requirements),
        "qualifications": covered(row.qualifications),
        "questions_until": row.questions_until,
        "opened_at": row.opened_at,
        "ended_at": row.ended_at,
        "end_reason": covered(row.end_reason),
        "bids_opened": opened,
        "lots": [{"code": lot.code, "name": lot.name, "ceiling": yuan(lot.ceiling)} for lot in row.lots.all()],
        "criteria": [
            {"code": one.code, "name": one.name, "kind": one.kind, "weight": str(one.weight), "rule": one.rule}
            for one in row.criteria.all()
        ],
        "enquiries": [
            {
                "question": covered(one["text"]),
                "asked_at": one["asked_at"],
                "answer": covered(one["answer"]),
                "answered_at": one["answered_at"],
            }
            for one in answered
        ],
    }


def thread(row: Project) -> dict[str, Any]:
    """A thread with what is public of its calls and contracts."""
    calls = row.calls.filter(published_at__isnull=False).order_by("published_at")
    return shown.thread(row) | {
        "summary": covered(row.summary),
        "term_start": row.term_start,
        "term_end": row.term_end,
        "beneficiaries": row.beneficiaries,
        "needs": list(row.needs.order_by("pk").values_list("number", flat=True)),
        "calls": list(calls.values_list("number", flat=True)),
        "notices": list(row.notices.values_list("number", flat=True)),
        "contracts": contracts(row),
        "record": address(packages.record_path(ocid_of(row.number))),
    }


def contracts(row: Project) -> list[dict[str, Any]]:
    """The published contracts, with what was paid and the published grade."""
    found = (
        Contract.objects.filter(award__lot__call__project=row, signed_at__isnull=False, published_at__isnull=False)
        .select_related("award__bid__supplier", "evaluation")
        .prefetch_related("amendments")
        .order_by("pk")
    )
    paid: dict[int, Decimal] = {}
    for contract_id, amount in Payment.objects.filter(contract__in=found).values_list("contract", "amount"):
        paid[contract_id] = paid.get(contract_id, Decimal(0)) + amount
    return [
        {
            "number": one.number,
            "supplier": shown.organisation(one.supplier),
            "amount": yuan(one.amount),
            "amount_signed": yuan(one.first_amount),
            "supplements": [
                {"number": row.number, "amount": yuan(row.amount), "term_end": row.term_end, "signed_at": row.signed_at}
                for row in one.amendments.all()
                if row.published_at is not None
            ],
            "paid": yuan(paid.get(one.pk)),
            "state": one.state,
            "signed_at": one.signed_at,
            "grade": _grade(one),
        }
        for one in found
    ]


def _grade(contract: Contract) -> str:
    verdict = getattr(contract, "evaluation", None)
    return verdict.grade if verdict is not None and verdict.state == EvaluationState.PUBLISHED else ""
