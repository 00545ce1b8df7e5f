"""The evaluation report, and the list of every kind of paper a thread makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from procurement.awards.documents import award_letter, scoring_report
from procurement.awards.models import Award
from procurement.bids.documents import opening_record, receipt
from procurement.bids.models import Bid
from procurement.calls.models import Call, Lot
from procurement.calls.wording import call_words, lot_name, paper, project_words
from procurement.common.pdf import Pdf, render
from procurement.contracts.documents import contract as contract_paper
from procurement.contracts.documents import contract_words, needs_rows
from procurement.contracts.enums import AmendmentState
from procurement.contracts.models import Amendment, Contract
from procurement.contracts.supplement_paper import amendment as amendment_paper
from procurement.delivery.documents import acceptance
from procurement.delivery.models import Milestone, Payment
from procurement.evaluation import actions, formulas, report, verdict
from procurement.evaluation.enums import Part
from procurement.evaluation.models import Evaluation
from procurement.projects.models import Project

EVALUATING = 7  # knot of the thread: 评价


def evaluation_report(evaluation: Evaluation) -> Pdf:
    """The report: facts, method, conclusion, indicators, problems, advice, annexes (绩效).

    Raises ``ValueError`` before the result is computed.
    """
    evaluation = Evaluation.objects.select_related(
        "survey", "contract__award__bid__supplier", "contract__award__lot__call__project__buyer"
    ).get(pk=evaluation.pk)
    if evaluation.computed_at is None:
        raise ValueError(f"the evaluation of {evaluation.contract.number} has not been computed")
    contract, project = evaluation.contract, evaluation.contract.project
    milestones = list(contract.milestones.prefetch_related("deliverables", "scores").select_related("acceptance"))
    context = {
        **_facts(contract),
        **_heard(evaluation, milestones),
        **_money(contract),
        "total": evaluation.total,
        "grade": evaluation.grade,
        "levels": report.LEVELS,
        "reply": _reply(evaluation),
        "reported": evaluation.reported_at or evaluation.computed_at,
        "evidence": _evidence(evaluation, milestones),
    }
    return render(
        "pdf/evaluation_report.html",
        context,
        title="项目绩效评价报告",
        paper=paper(
            project,
            stage=EVALUATING,
            number=f"{contract.number}-E",
            dated=evaluation.published_at or evaluation.replied_at or evaluation.reported_at or evaluation.computed_at,
        ),
    )


def _facts(contract: Any) -> dict[str, Any]:
    """What the report says of the thread before it judges anything."""
    project = contract.project
    return {
        "project": project_words(project),
        "buyer": project.buyer,
        "supplier": contract.award.bid.supplier,
        "lot": lot_name(contract.award.lot),
        "call": call_words(contract.award.lot.call),
        "contract": contract_words(contract),
        "needs": needs_rows(project),
    }


def _money(contract: Any) -> dict[str, Any]:
    payments = list(contract.payments.select_related("milestone").order_by("paid_at", "pk"))
    paid = sum((item.amount for item in payments), Decimal(0))
    return {
        "payments": _payments(payments, contract),
        "paid": paid,
        "execution": _percent(formulas.budget_execution(paid, contract.amount)),
    }


def _heard(evaluation: Evaluation, milestones: list[Milestone]) -> dict[str, Any]:
    """What residents, stations, evaluators and the buyer said, and what follows from it."""
    stations = list(evaluation.station_ratings.select_related("station").order_by("pk"))
    sample = actions.sample(evaluation)
    items = report.item_rows(verdict.counts(evaluation))
    rows = report.milestone_rows(milestones)
    parts = report.part_rows(evaluation, _bases(sample, len(items), len(stations), rows))
    found = report.findings(parts, items, rows, stations, sample)
    buyer = evaluation.project.buyer
    return {
        "insufficient": not sample["sufficient"],
        "sample": _sample(sample),
        "parts": parts,
        "parts_chart": report.parts_chart(parts),
        "items": items,
        "items_chart": report.items_chart(items),
        "item_texts": _item_texts(items),
        "stations": [
            *({"name": row.station.name, "score": row.score, "opinion": row.comment} for row in stations),
            {"name": f"{buyer.name}（购买主体）", "score": evaluation.buyer_score, "opinion": ""},
        ],
        "milestones": rows,
        "targets_chart": report.targets_chart(rows),
        "strengths": found.strengths,
        "problems": found.problems,
        "causes": found.causes,
        "advice": found.advice,
    }


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{formulas.shown(value)}%"


def _bases(sample: dict[str, Any], items: int, stations: int, milestones: list[dict[str, Any]]) -> dict[str, str]:
    scored = sum(1 for row in milestones if row["score"] is not None)
    return {
        Part.RESIDENTS: f"有效答卷 {sample['answers']} 份，{items} 题平均",
        Part.STATION: f"{stations} 个站点平均",
        Part.EVALUATORS: f"{scored} 个节点验收评分平均",
        Part.BUYER: "购买主体打分",
        Part.BUDGET_EXECUTION: "已支付金额 ÷ 合同金额",
    }


def _sample(sample: dict[str, Any]) -> dict[str, Any]:
    margin = "—" if sample["margin"] is None else f"±{sample['margin']} 个百分点"
    if not sample["answers"]:
        text = "没有收到有效答卷，居民评价没有得分。"
    elif sample["sufficient"]:
        text = f"有效答卷达到所需样本，在 95% 的置信度下误差为 {margin}。"
    else:
        text = f"有效答卷没有达到所需样本，误差为 {margin}，本报告在居民评价处标明“样本不足”。"
    if sample["not_residents"]:
        text += f"另有 {sample['not_residents']} 份答卷的填答人不是服务对象，已剔除，不计入得分。"
    return {
        "population": sample["population"],
        "needed": sample["needed"],
        "answers": sample["answers"],
        "rate": _percent(sample["response_rate"]),
        "margin": margin,
        "set_aside": sample["not_residents"],
        "text": text,
    }


def _item_texts(items: list[dict[str, Any]]) -> list[str]:
    if len(items) < 2:
        return []
    best, worst = max(items, key=lambda row: row["score"]), min(items, key=lambda row: row["score"])
    if best["score"] == worst["score"]:
        return [f"各题满意度相同，均为 {best['score']} 分。"]
    high, low = (f"“{row['name']}”（{row['score']} 分）" for row in (best, worst))
    gap = best["score"] - worst["score"]
    return [f"各题中满意度最高的是{high}，最低的是{low}，相差 {gap} 分。"]


def _payments(payments: list[Payment], contract: Contract) -> list[dict[str, Any]]:
    rows, total = [], Decimal(0)
    for item in payments:
        total += item.amount
        rows.append(
            {
                "name": item.milestone.name,
                "at": item.paid_at,
                "amount": item.amount,
                "cumulative": _percent(formulas.budget_execution(total, contract.amount)),
            }
        )
    return rows


def _reply(evaluation: Evaluation) -> str:
    if evaluation.statement:
        return evaluation.statement
    if evaluation.published_at is not None:
        return "承接主体在公开前的陈述期内没有提出意见。"
    return "承接主体可以在报告公开前提出陈述意见；截至本报告日期尚未提出。"


def _evidence(evaluation: Evaluation, milestones: list[Milestone]) -> list[dict[str, Any]]:
    contract, award = evaluation.contract, evaluation.contract.award
    call = award.lot.call
    rows: list[tuple[str, str, Any]] = [
        ("采购公告", call.number, call.published_at),
        ("响应文件开启记录", f"{call.number}-K", call.opened_at),
        ("评审报告", f"{call.number}-P{award.lot.code}", award.proposed_at),
        ("结果通知书", f"{call.number}-T{award.lot.code}", award.noticed_at),
        ("合同", contract.number, contract.signed_at),
    ]
    for item in milestones:
        found = getattr(item, "acceptance", None)
        if found is not None:
            rows.append((f"“{item.name}”节点验收报告", found.number, found.at))
    rows.append(("居民评价答卷汇总", f"{contract.number}-S", evaluation.survey.closed_at))
    return [{"name": name, "number": number, "at": at} for name, number, at in rows]


@dataclass(frozen=True)
class Document:
    """A paper that exists by now: its kind, a file name of its own within the thread, how to make it."""

    kind: str
    file: str
    make: Callable[[], Pdf]


REGISTRY: dict[str, Callable[[Any], Pdf]] = {
    "receipt": receipt,
    "opening_record": opening_record,
    "scoring_report": scoring_report,
    "award_letter": award_letter,
    "contract": contract_paper,
    "amendment": amendment_paper,
    "acceptance": acceptance,
    "evaluation_report": evaluation_report,
}


def subjects(project: Project) -> Iterator[tuple[str, Any]]:
    """Every kind of paper with the row it is about, as far as the thread has come, in order."""
    calls = Call.objects.filter(project=project).order_by("pk")
    lots = Lot.objects.filter(call__project=project, call__panel__signed_at__isnull=False, failed_reason="")
    groups: list[tuple[str, Any]] = [
        (
            "receipt",
            Bid.objects.filter(lot__call__project=project, envelopes__isnull=False).distinct().order_by("pk"),
        ),
        ("opening_record", calls.filter(opened_at__isnull=False)),
        ("scoring_report", lots.order_by("pk")),
        (
            "award_letter",
            Award.objects.filter(lot__call__project=project, noticed_at__isnull=False)
            .exclude(state="revoked")
            .order_by("pk"),
        ),
        ("contract", Contract.objects.filter(award__lot__call__project=project).order_by("pk")),
        (
            "amendment",
            Amendment.objects.filter(contract__award__lot__call__project=project)
            .exclude(state=AmendmentState.DROPPED)
            .order_by("pk"),
        ),
        (
            "acceptance",
            Milestone.objects.filter(contract__award__lot__call__project=project, acceptance__isnull=False).order_by(
                "contract", "position"
            ),
        ),
        (
            "evaluation_report",
            Evaluation.objects.filter(contract__award__lot__call__project=project, computed_at__isnull=False).order_by(
                "pk"
            ),
        ),
    ]
    for kind, rows in groups:
        for row in rows:
            yield kind, row


def documents_of(project: Project) -> list[Document]:
    """Every paper of a thread: ``contract.pdf``; ``receipt-1.pdf``, ``receipt-2.pdf`` if several."""
    found = list(subjects(project))
    counts: dict[str, int] = {}
    for kind, _row in found:
        counts[kind] = counts.get(kind, 0) + 1
    seen: dict[str, int] = {}
    documents = []
    for kind, row in found:
        seen[kind] = seen.get(kind, 0) + 1
        file = f"{kind}.pdf" if counts[kind] == 1 else f"{kind}-{seen[kind]}.pdf"
        documents.append(Document(kind, file, lambda make=REGISTRY[kind], row=row: make(row)))
    return documents
