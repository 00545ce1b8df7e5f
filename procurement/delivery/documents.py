"""The acceptance of one milestone as a paper."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from procurement.calls.wording import lot_name, paper, project_words
from procurement.common.pdf import Pdf, render
from procurement.contracts.clauses import target_name
from procurement.contracts.documents import contract_words
from procurement.delivery.models import Acceptance, Deliverable, Milestone

ACCEPTING = 6  # knot of the thread: 验收
CENT = Decimal("0.01")


def acceptance(milestone: Milestone) -> Pdf:
    """Targets and what was reached, scores, users' opinions, members, conclusion (条例 art 45).

    Raises ``Acceptance.DoesNotExist`` for a milestone that nobody accepted (one due on signing, too).
    """
    row = Acceptance.objects.select_related(
        "milestone__instalment",
        "milestone__contract__award__bid__supplier",
        "milestone__contract__award__lot__call__project__buyer",
    ).get(milestone=milestone)
    milestone = row.milestone
    contract = milestone.contract
    project = contract.project
    deliverables = deliverable_rows(list(milestone.deliverables.all()))
    scores = list(milestone.scores.filter(score__isnull=False).select_related("evaluator"))
    context = {
        "project": project_words(project),
        "buyer": project.buyer,
        "supplier": contract.award.bid.supplier,
        "lot": lot_name(contract.award.lot),
        "contract": contract_words(contract),
        "milestone": _milestone_words(milestone),
        "deliverables": deliverables,
        "scores": [{"name": str(item.evaluator), "score": item.score, "opinion": item.comment} for item in scores],
        "score": milestone.score.quantize(CENT, ROUND_HALF_UP) if milestone.score is not None else None,
        "users_count": row.service_users,
        "opinion": row.opinion,
        "conclusion": _conclusion(milestone, deliverables),
        "members": row.members,
        "accepted": row.at,
    }
    return render(
        "pdf/acceptance.html",
        context,
        title="服务项目验收报告",
        paper=paper(project, stage=ACCEPTING, number=row.number, dated=row.at),
    )


def _milestone_words(milestone: Milestone) -> dict[str, Any]:
    delivered = timezone.localdate(milestone.delivered_at) if milestone.delivered_at else None
    return {
        "name": milestone.name,
        "amount": milestone.amount,
        "percent": _share(milestone),
        "due": milestone.due,
        "delivered": delivered,
        "days_late": max((delivered - milestone.due).days, 0) if delivered else 0,
    }


def _share(milestone: Milestone) -> Decimal:
    """Of the contract's amount in percent: as signed, or computed anew where a supplement moved amounts."""
    contract = milestone.contract
    if contract.signed_amount is None:
        return milestone.instalment.percent
    return (milestone.amount / contract.amount * 100).quantize(CENT, ROUND_HALF_UP)


def deliverable_rows(deliverables: list[Deliverable]) -> list[dict[str, Any]]:
    """Each promise with what was reached and the share of it; unrounded figures, the share to 0.1%."""
    return [
        {
            "name": target_name(item.name),
            "target": item.target,
            "actual": item.actual,
            "rate": rate(item.actual, item.target),
            "share": None if item.actual is None or not item.target else item.actual / item.target * 100,
            "note": "" if item.actual is None else "完成" if item.actual >= item.target else "未完成",
        }
        for item in deliverables
    ]


def rate(actual: Decimal | None, target: Decimal) -> str:
    """What was reached as a percentage of the target, one decimal; a dash where nothing compares."""
    if actual is None or not target:
        return "—"
    return f"{(actual / target * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def _conclusion(milestone: Milestone, deliverables: list[dict[str, Any]]) -> str:
    """What was accepted and what fell short; the judgement itself is the buyer's act of accepting."""
    short = [row for row in deliverables if row["note"] == "未完成"]
    text = f"购买主体对“{milestone.name}”节点作出验收合格的结论"
    if milestone.score is not None:
        text += f"，评估员平均评分 {milestone.score.quantize(CENT, ROUND_HALF_UP)} 分"
    if deliverables:
        text += f"；{len(deliverables)} 项约定指标中完成 {len(deliverables) - len(short)} 项"
    if short:
        listed = "、".join(f"“{row['name']}”完成约定的 {row['rate']}" for row in short)
        text += f"，未完成的有：{listed}"
    return text + "。"
