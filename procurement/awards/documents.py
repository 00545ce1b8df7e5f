"""Papers of the scoring and the award: the scoring report of a lot and the letter to its winner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from procurement.awards import report
from procurement.awards.enums import SeatRole
from procurement.awards.models import Award, Seat
from procurement.calls.enums import Method
from procurement.calls.models import Lot
from procurement.calls.wording import PANELS, call_words, lot_name, paper, project_words, winner_word
from procurement.common.money import in_words
from procurement.common.pdf import Pdf, render

SCORING = 3  # knot of the thread: 评审
REPORTS = {
    Method.OPEN_TENDER: "评标报告",
    Method.CONSULTATION: "磋商评审报告",
    Method.NEGOTIATION: "谈判评审报告",
}
SIGN_WITHIN_DAYS = 30  # 采购法 art 46, printed in the letter
ORIGINS = {SeatRole.EXPERT: "专家库随机抽取", SeatRole.BUYER: "采购人委派"}
ROLES = {SeatRole.EXPERT: "评审专家", SeatRole.BUYER: "采购人代表"}


def scoring_report(lot: Lot) -> Pdf:
    """Panel, sheets, formulas with figures, ranking, low-price check, signatures, dissent (条例 art 41)."""
    material = report.gather(lot)
    call, panel = material.lot.call, material.panel
    if panel.signed_at is None:
        raise ValueError(f"the panel of {call.number} has not signed")
    rows = report.ranking(material)
    context = {
        "project": project_words(call.project),
        "buyer": call.project.buyer,
        "lot": lot_name(material.lot),
        "call": call_words(call),
        "ceiling": material.lot.ceiling,
        "received": len(material.bids),
        "panel": _panel(material.seats, call.method, brought_in=call.project.imported),
        "bids": [{"supplier": bid.supplier.name, "rejected": bid.reject_reason} for bid in material.bids],
        "low": report.low_price(material),
        "criteria": report.criteria_rows(material.criteria),
        "weight_total": sum(item.weight for item in material.criteria),
        "computed": report.computed(material),
        "judged": report.judged(material),
        "comments": report.far_scores(material),
        "ranking": rows,
        "tie_note": _ties(rows),
        "chart": report.totals_chart(material),
        "conclusion": _conclusion(rows, call.method),
    }
    return render(
        "pdf/scoring_report.html",
        context,
        title=REPORTS.get(Method(call.method), "评审报告"),
        paper=paper(call.project, stage=SCORING, number=_number(material.lot, "P"), dated=panel.signed_at),
    )


def award_letter(award: Award) -> Pdf:
    """The letter that binds buyer and winner to sign within 30 days (采购法 art 46)."""
    award = Award.objects.select_related("bid__supplier", "lot__call__project__buyer").get(pk=award.pk)
    if award.noticed_at is None or award.confirmed_at is None:
        raise ValueError(f"the result of {award.lot.call.number} has not been published")
    call = award.lot.call
    word = winner_word(call.method)
    context = {
        "project": project_words(call.project),
        "buyer": call.project.buyer,
        "supplier": award.bid.supplier,
        "lot": lot_name(award.lot),
        "call": call_words(call),
        "amount": award.amount,
        "amount_in_words": in_words(award.amount),
        "winner_word": word,
        "panel_name": PANELS[Method(call.method)],
        "total": award.bid.total,
        "rank": award.bid.rank,
        "confirmed": award.confirmed_at,
        "noticed": award.noticed_at,
        "notice_ends": award.notice_ends,
        "challenge_until": award.challenge_until,
        "sign_by": timezone.localdate(award.noticed_at) + timedelta(days=SIGN_WITHIN_DAYS),
    }
    return render(
        "pdf/award_letter.html",
        context,
        title=f"{word}通知书",
        paper=paper(call.project, stage=SCORING, number=_number(award.lot, "T"), dated=award.noticed_at),
    )


def _number(lot: Lot, letter: str) -> str:
    return f"{lot.call.number}-{letter}{lot.code}"


def _panel(seats: list[Seat] | Any, method: str, *, brought_in: bool) -> dict[str, Any]:
    experts = sum(1 for seat in seats if seat.role == SeatRole.EXPERT)
    note = (
        "本项目为补录的历史项目，成员名单按原始记录录入。"
        if brought_in
        else "成员在开始评审前均已声明与供应商不存在利害关系。"
    )
    return {
        "title": PANELS[Method(method)],
        "experts": experts,
        "note": note,
        "seats": [
            {
                "name": str(seat.user),
                "role": ROLES[SeatRole(seat.role)],
                "origin": "按原始记录录入" if brought_in else ORIGINS[SeatRole(seat.role)],
                "declared": "已声明无利害关系" if seat.declared_at else "未声明",
                "signed_at": seat.signed_at,
                "opinion": _opinion(seat),
                "dissent": seat.dissent,
            }
            for seat in seats
        ],
    }


def _opinion(seat: Seat) -> str:
    if seat.dissent:
        return "有不同意见（见下）"
    return "同意" if seat.signed_at else "未签名，视为同意"


def _ties(rows: list[dict[str, Any]]) -> str:
    totals = [row["total"] for row in rows]
    if len(set(totals)) == len(totals):
        return "没有总分相同的供应商。"
    return "总分相同的，报价较低者在前；报价也相同的，评委打分较高者在前；仍相同的，按公开可复算的抽签值排序。"


def _conclusion(rows: list[dict[str, Any]], method: str) -> str:
    if not rows:
        return "没有有效供应商，本次采购不产生候选供应商。"
    names = "；".join(f"第 {row['rank']} 名 {row['supplier']}，总分 {row['total']:.2f} 分" for row in rows[:3])
    basis = "按最后报价由低到高排序" if method == Method.NEGOTIATION else "按总分由高到低排序"
    return f"{basis}，推荐{winner_word(method)}候选供应商：{names}。"
