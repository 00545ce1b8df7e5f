"""The contract, what was delivered and paid under it, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from procurement.contracts.enums import ContractState
from procurement.contracts.models import Contract
from procurement.delivery.enums import DONE
from procurement.delivery.models import Milestone, Payment
from procurement.evaluation.enums import Part
from procurement.evaluation.models import Evaluation
from procurement.opendata.ocds import terms
from procurement.opendata.ocds.changes import amended, named, rested
from procurement.opendata.ocds.events import Event
from procurement.opendata.ocds.thread import Facts
from procurement.projects.enums import NoticeKind
from workflows.models import TransitionLog

PARTS = {
    Part.RESIDENTS: "群众评价",
    Part.STATION: "站点评价",
    Part.EVALUATORS: "评估员评价",
    Part.BUYER: "采购人评价",
    Part.BUDGET_EXECUTION: "预算执行",
}


def _milestone_id(milestone: Milestone) -> str:
    return f"milestone-{milestone.pk}"


def _figure(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _observation(kind: str, row: Any, value: Decimal, milestone: Milestone) -> dict[str, Any]:
    return {
        "id": f"{kind}-{row.pk}",
        "measure": _figure(value),
        "relatedImplementationMilestone": {"id": _milestone_id(milestone), "title": milestone.name},
    }


def _metrics(milestones: list[Milestone], kind: str) -> list[dict[str, Any]]:
    """What was promised (``target``) or reached (``actual``), one metric for each thing promised."""
    found: dict[str, dict[str, Any]] = {}
    for milestone in milestones:
        for row in milestone.deliverables.all():
            value = getattr(row, kind)
            if value is None:
                continue
            metric = found.setdefault(row.name, {"id": row.name, "title": row.name, "observations": []})
            metric["observations"].append(_observation(kind, row, value, milestone))
    return list(found.values())


def _signed(facts: Facts, contract: Contract) -> Event:
    milestones = [
        row for row in facts.milestones if row.contract_id == contract.pk and row.instalment.amendment_id is None
    ]
    supplier = contract.award.bid.supplier
    body = {
        "contracts": [
            {
                **named(contract),
                "title": contract.award.lot.name or facts.project.title,
                "status": "active",
                "period": terms.period(contract.term_start, contract.first_term_end),
                "value": terms.money(contract.first_amount),
                "dateSigned": terms.moment(contract.signed_at),
                "documents": [
                    *_of_contract(facts, contract, NoticeKind.CONTRACT),
                    facts.paper("contract", contract, "contractSigned", "合同文本"),
                ],
                "milestones": [_planned(row) for row in milestones],
                "agreedMetrics": _metrics(milestones, "target"),
            }
        ]
    }
    key = f"contract-{contract.pk}"
    assert contract.published_at is not None  # noqa: S101 - only published ones are read
    parties = [(facts.project.buyer, ("buyer",)), (supplier, ("supplier",))]
    return Event(key, key, "contract", contract.published_at, body, parties)


def _of_contract(facts: Facts, contract: Contract, kind: str) -> list[dict[str, Any]]:
    found = facts.notices_of(kind)
    named = [
        row
        for row, notice in zip(found, (n for n in facts.notices if n.kind == kind), strict=True)
        if contract.number in notice.fields.values()
    ]
    return named or (found if len(facts.contracts) == 1 else [])


def _planned(milestone: Milestone) -> dict[str, Any]:
    """A step as the contract sets it: when, and how much is paid for it; supplements are told by themselves."""
    signed = milestone.instalment
    return {
        "id": _milestone_id(milestone),
        "title": milestone.name,
        "type": "payment" if milestone.on_signing else "delivery",
        "description": f"{signed.percent.normalize():f}%，{signed.amount:.2f} 元",
        "dueDate": terms.moment(signed.due, end=True),
        "status": "scheduled",
    }


def _accepted(facts: Facts, milestone: Milestone) -> Event:
    body = {
        "contracts": [
            {
                **named(milestone.contract),
                "implementation": {
                    "milestones": [
                        {
                            "id": _milestone_id(milestone),
                            "title": milestone.name,
                            "type": "payment" if milestone.on_signing else "delivery",
                            "dueDate": terms.moment(milestone.due, end=True),
                            "dateMet": terms.moment(milestone.accepted_at),
                            "status": "met",
                        }
                    ],
                    "documents": _acceptance(facts, milestone),
                    "metrics": _metrics([milestone], "actual"),
                },
            }
        ]
    }
    key = f"accepted-{milestone.pk}"
    assert milestone.accepted_at is not None  # noqa: S101 - the caller has looked
    # what was accepted with the last signature is told with the contract, never before it
    at = max(milestone.accepted_at, milestone.contract.published_at or milestone.accepted_at)
    return Event(key, f"implementation-{key}", "implementation", at, body)


def _acceptance(facts: Facts, milestone: Milestone) -> list[dict[str, Any]]:
    if getattr(milestone, "acceptance", None) is None:
        return []
    return [facts.paper("acceptance", milestone, "completionCertificate", f"验收书·{milestone.name}")]


def _paid(facts: Facts, payment: Payment, milestone: Milestone) -> Event:
    buyer, supplier = facts.project.buyer, milestone.contract.award.bid.supplier
    transaction = {
        "id": f"payment-{payment.pk}",
        "date": terms.moment(payment.paid_at),
        "value": terms.money(payment.amount),
        "payer": terms.reference(buyer),
        "payee": terms.reference(supplier),
        "x_milestone": _milestone_id(milestone),
    }
    body = {"contracts": [{**named(milestone.contract), "implementation": {"transactions": [transaction]}}]}
    key = f"payment-{payment.pk}"
    at = max(payment.paid_at, milestone.contract.published_at or payment.paid_at)
    return Event(
        key, f"implementation-{key}", "implementation", at, body, [(buyer, ("payer",)), (supplier, ("payee",))]
    )


def _ended(facts: Facts, contract: Contract) -> Event | None:
    """A contract that was completed, or ended early: both are ``terminated`` in the standard's words."""
    early = contract.state == ContractState.TERMINATED
    at = contract.completed_at
    if early:
        rows = TransitionLog.objects.filter(subject_type="contracts.contract", subject_id=contract.pk)
        at = rows.filter(action="terminate").values_list("at", flat=True).last()
    if at is None:
        return None
    entry: dict[str, Any] = {**named(contract), "status": "terminated"}
    if early:
        entry |= {"x_endReason": terms.words(contract.end_reason)}
        entry |= {"documents": _of_contract(facts, contract, NoticeKind.TERMINATION)}
    key = f"contract-ended-{contract.pk}"
    return Event(key, key, "contractTermination", at, {"contracts": [entry]})


def _judged(facts: Facts, evaluation: Evaluation) -> Event:
    """The bottom-up verdict: a total of 100, its parts, the grade."""
    contract = evaluation.contract
    grade = {"id": "grade", "title": "绩效等级", "observations": [_score(evaluation, "grade", evaluation.grade)]}
    total = {
        "id": "total",
        "title": "总得分",
        "observations": [_score(evaluation, "total", float(evaluation.total or 0))],
    }
    parts = [
        {"id": part, "title": PARTS[Part(part)], "observations": [_score(evaluation, part, float(value))]}
        for part, value in evaluation.parts.items()
        if part in Part.values
    ]
    document = facts.paper("evaluation_report", evaluation, "performanceEvaluationReport", "绩效评价报告")
    body = {
        "contracts": [
            {
                **named(contract),
                "implementation": {"metrics": [total, grade, *parts], "documents": [document]},
            }
        ]
    }
    key = f"evaluation-{evaluation.pk}"
    assert evaluation.published_at is not None  # noqa: S101 - only published ones are read
    return Event(key, f"implementation-{key}", "implementation", evaluation.published_at, body)


def _score(evaluation: Evaluation, name: str, value: Any) -> dict[str, Any]:
    unit = None if isinstance(value, str) else {"name": "分"}
    return {"id": f"{name}-{evaluation.pk}", "measure": value, "unit": unit}


def tell(facts: Facts) -> Iterator[Event]:
    """Every published contract, its accepted steps, its payments, its end and its verdict."""
    for contract in facts.contracts:
        yield _signed(facts, contract)
        yield from amended(facts, contract)
        yield from rested(facts, contract)
        ended = _ended(facts, contract)
        if ended is not None:
            yield ended
    for milestone in facts.milestones:
        if milestone.state in DONE and milestone.accepted_at is not None:
            yield _accepted(facts, milestone)
        payment = getattr(milestone, "payment", None)
        if payment is not None:
            yield _paid(facts, payment, milestone)
    yield from (_judged(facts, evaluation) for evaluation in facts.evaluations)
