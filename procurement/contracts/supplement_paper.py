"""The supplement as a paper: what it changes of the contract, why, and how much all supplements add (采购法 art 49)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from procurement.calls.wording import lot_name, paper, project_words
from procurement.common.money import in_words
from procurement.common.pdf import Pdf, render
from procurement.contracts.clauses import target_name
from procurement.contracts.documents import SIGNING
from procurement.contracts.enums import IN_FORCE
from procurement.contracts.models import Amendment, InstalmentChange
from procurement.rules import rulebook

PRINTED = ("number", "amount_was", "amount", "term_end_was", "term_end", "service", "reason")
HUNDREDTH = Decimal("0.01")
FISCAL = "根据《中华人民共和国民法典》、《中华人民共和国政府采购法》第四十九条、第五十条等规定"
OWN = "根据《中华人民共和国民法典》、甲方采购管理规定"


def amendment(row: Amendment) -> Pdf:
    """The supplement; one that is not signed yet is printed as a draft, dated by its drafting."""
    way = "contract__award"
    row = Amendment.objects.select_related(f"{way}__bid__supplier", f"{way}__lot__call__project__buyer").get(pk=row.pk)
    contract, project = row.contract, row.project
    signatures = {item.party: item for item in row.signatures.select_related("by")}
    added = _added(row)
    context = {
        "project": project_words(project),
        "buyer": project.buyer,
        "supplier": contract.award.bid.supplier,
        "lot": lot_name(contract.award.lot),
        "basis": FISCAL if project.fiscal else OWN,
        "contract": {
            "number": contract.number,
            "signed": contract.signed_at,
            "term_start": contract.term_start,
            "first_amount": contract.first_amount,
        },
        "amendment": {name: getattr(row, name) for name in PRINTED} | {"signed": row.signed_at},
        "amount_in_words": in_words(row.amount),
        "added": added,
        "share": (added / contract.first_amount * 100).quantize(HUNDREDTH, ROUND_HALF_UP),
        "limit": _limit(row),
        "rows": [_row(item) for item in row.rows.all()],
        "signatures": {party: {"name": str(item.by), "at": item.at} for party, item in signatures.items()},
        "content_sha256": next((item.content_sha256 for item in signatures.values()), ""),
    }
    return render(
        "pdf/amendment.html",
        context,
        title="政府购买服务合同补充协议" if project.fiscal else "购买服务合同补充协议",
        paper=paper(project, stage=SIGNING, number=row.number, dated=row.signed_at or row.drafted_at),
    )


def _added(row: Amendment) -> Decimal:
    """What this supplement and those before it add, yuan; what they take away is not set against it (C4)."""
    earlier = row.contract.amendments.filter(pk__lt=row.pk, state__in=IN_FORCE)
    return sum((max(one.amount - one.amount_was, Decimal(0)) for one in (*earlier, row)), Decimal(0))


def _limit(row: Amendment) -> Decimal | None:
    """C4 in percent, as it was when the supplement was drafted."""
    rule = rulebook.find("C4", on=row.drafted_at, region=row.buyer.region)
    return Decimal(str(rule.values["share"])) * 100 if rule is not None else None


def _row(item: InstalmentChange) -> dict[str, Any]:
    return {
        "name": item.name,
        "targets": [{"name": target_name(key), "target": Decimal(str(value))} for key, value in item.targets.items()],
        "due_was": item.due_was,
        "due": item.due,
        "amount_was": item.amount_was,
        "amount": item.amount,
    }
