"""The contract as a paper: what both parties signed, its payment table, and two annexes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from procurement.awards.report import criteria_rows
from procurement.calls.enums import CriterionKind
from procurement.calls.models import Criterion
from procurement.calls.wording import call_words, lot_name, paper, project_words, winner_word
from procurement.common.money import in_words
from procurement.common.pdf import Pdf, render
from procurement.contracts.clauses import target_name
from procurement.contracts.models import Contract, Instalment
from procurement.projects.models import Project

SIGNING = 4  # knot of the thread: 合同
BASIS_FISCAL = "《中华人民共和国政府采购法》及其实施条例、《政府购买服务管理办法》"
BASIS_OWN = "甲方采购管理规定"


def contract(contract: Contract) -> Pdf:
    """The contract: parties, every clause as signed, payment table, signatures, annexes (令102 art 23).

    A contract not yet signed is printed as a draft, dated by its drafting.
    """
    contract = Contract.objects.select_related("award__bid__supplier", "award__lot__call__project__buyer").get(
        pk=contract.pk
    )
    award, project = contract.award, contract.project
    call = award.lot.call
    instalments = list(contract.instalments.filter(amendment=None))
    signatures = {item.party: item for item in contract.signatures.select_related("by")}
    context = {
        "project": project_words(project),
        "buyer": project.buyer,
        "supplier": award.bid.supplier,
        "lot": lot_name(award.lot),
        "call": call_words(call),
        "noticed": award.noticed_at,
        "winner_word": winner_word(call.method),
        "legal_basis": BASIS_FISCAL if project.fiscal else BASIS_OWN,
        "contract": contract_words(contract)
        | {"amount": contract.first_amount, "term_end": contract.first_term_end},  # as signed: supplements have a paper
        "amount_in_words": in_words(contract.first_amount),
        "clauses": _clauses(contract),
        "milestones": [_instalment(item) for item in instalments],
        "percent_total": sum((item.percent for item in instalments), Decimal(0)),
        "signatures": {party: {"name": str(item.by), "at": item.at} for party, item in signatures.items()},
        "content_sha256": next((item.content_sha256 for item in signatures.values()), ""),
        "needs": needs_rows(project),
        "commitments": _commitments(contract),
    }
    return render(
        "pdf/contract.html",
        context,
        title="政府购买服务合同" if project.fiscal else "购买服务合同",
        paper=paper(project, stage=SIGNING, number=contract.number, dated=contract.signed_at or contract.drafted_at),
    )


def _clauses(contract: Contract) -> list[dict[str, Any]]:
    return [
        {"key": item.key, "title": item.heading, "paragraphs": [line for line in item.text.splitlines() if line]}
        for item in contract.clauses.all()
    ]


def contract_words(contract: Contract) -> dict[str, Any]:
    """A contract as every later paper names it; money in yuan."""
    return {
        "number": contract.number,
        "amount": contract.amount,
        "signed": contract.signed_at,
        "term_start": contract.term_start,
        "term_end": contract.term_end,
    }


def needs_rows(project: Project) -> list[dict[str, Any]]:
    """The residents' needs a project answers, oldest first."""
    links = project.need_links.select_related("need__station").order_by("need__raised_on", "need__pk")
    return [
        {
            "number": link.need.number,
            "title": link.need.title,
            "text": link.need.text,
            "station": link.need.station.name,
            "raised_on": link.need.raised_on,
            "supporters": link.need.supporters,
        }
        for link in links
    ]


def _instalment(item: Instalment) -> dict[str, Any]:
    return {
        "name": item.name,
        "condition": "双方签名生效" if item.on_signing else "本节点验收合格",
        "targets": [{"name": target_name(key), "target": Decimal(str(value))} for key, value in item.targets.items()],
        "due": item.due,
        "percent": item.percent,
        "amount": item.amount,
    }


def _commitments(contract: Contract) -> list[dict[str, Any]]:
    bid = contract.award.bid
    criteria = list(contract.award.lot.call.criteria.all())
    rows = criteria_rows(criteria)
    for row, item in zip(rows, criteria, strict=True):
        earned = bid.points.get(item.code)
        row["points"] = None if earned is None else Decimal(str(earned))
        row["promise"] = _promise(item, contract)
    return rows


def _promise(item: Criterion, contract: Contract) -> str:
    bid = contract.award.bid
    if item.kind == CriterionKind.PRICE:
        return f"{bid.price:,.2f} 元" if bid.price is not None else ""
    if item.kind == CriterionKind.QUANTITY:
        return f"{Decimal(str(bid.quantities.get(item.code, '0'))):,f}"
    return ""
