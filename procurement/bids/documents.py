"""Papers of the bidding: the receipt of one bid and the record of the opening."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform

from procurement.bids.enums import Round
from procurement.bids.models import Bid, Envelope
from procurement.calls.models import Call
from procurement.calls.wording import call_words, lot_name, paper, papers_word, project_words
from procurement.common.pdf import Pdf, render
from workflows.models import TransitionLog

BIDDING, OPENING = 2, 3  # knots of the thread: 公告, 评审
CONFIRM_WITHIN = timedelta(minutes=15)


def receipt(bid: Bid, *, round_: str = Round.FIRST) -> Pdf:
    """The receipt of a sealed bid (or final offer): its number, the time it came in, the envelope's SHA-256.

    Raises ``Envelope.DoesNotExist`` when nothing was handed in.
    """
    bid = Bid.objects.select_related("supplier", "lot__call__project__buyer").get(pk=bid.pk)
    envelope = bid.envelopes.filter(round=round_).latest("pk")
    call = bid.lot.call
    limit = call.deadline if round_ == Round.FIRST else call.final_offers_until
    context = {
        "project": project_words(call.project),
        "buyer": call.project.buyer,
        "supplier": bid.supplier,
        "lot": lot_name(bid.lot),
        "call": call_words(call) | {"deadline": limit, "papers": _papers(call, round_)},
        "receipt": {
            "number": bid.number,
            "at": envelope.sealed_at,
            "sha256": envelope.sha256,
            "size": len(envelope.sealed),
        },
        "late": limit is not None and envelope.sealed_at > limit,
    }
    return render(
        "pdf/receipt.html",
        context,
        title=f"{_papers(call, round_)}接收回执",
        paper=paper(
            call.project,
            stage=BIDDING,
            number=bid.number,
            dated=envelope.sealed_at,
            path=f"/verify/{bid.number}/",
        ),
    )


def opening_record(call: Call) -> Pdf:
    """Every envelope's hash, who opened it and when; prices only where P9 has them read out (令87 art 41)."""
    call = Call.objects.select_related("project__buyer").get(pk=call.pk)
    if call.opened_at is None:
        raise ValueError(f"{call.number} has not been opened")
    bids = list(Bid.objects.filter(lot__call=call).select_related("supplier", "lot").prefetch_related("envelopes"))
    confirmations = _confirmations(call)
    opened = [bid for bid in bids if bid.opened_at is not None]
    sessions = [_session(call, opened, confirmations, Round.FIRST, call.opened_at)]
    if call.final_opened_at is not None:
        sessions.append(_session(call, opened, confirmations, Round.FINAL, call.final_opened_at))
    context = {
        "project": project_words(call.project),
        "buyer": call.project.buyer,
        "call": call_words(call),
        "lots": any(bid.lot.code for bid in bids),
        "postponed": call.opens_from,
        "received": len(opened),
        "withdrawn": [
            {"supplier": bid.supplier.name, "at": bid.withdrawn_at} for bid in bids if bid.withdrawn_at is not None
        ],
        "sessions": sessions,
    }
    return render(
        "pdf/opening_record.html",
        context,
        title="开标记录" if papers_word(call.method) == "投标文件" else "响应文件开启记录",
        paper=paper(
            call.project,
            stage=OPENING,
            number=f"{call.number}-K",
            dated=call.final_opened_at or call.opened_at,
        ),
    )


def _papers(call: Call, round_: str) -> str:
    return papers_word(call.method) if round_ == Round.FIRST else "最后报价"


def _session(call: Call, bids: list[Bid], confirmations: list[Any], round_: str, at: datetime) -> dict[str, Any]:
    read_out = round_ == Round.FIRST and call.reads_prices_out
    rows = []
    for bid in bids:
        envelope = _last(bid, round_)
        if envelope is None:
            continue
        rows.append(
            {
                "supplier": bid.supplier.name,
                "receipt": bid.number,
                "lot": lot_name(bid.lot),
                "at": envelope.sealed_at,
                "sha256": envelope.sha256,
                "price": bid.first_price if read_out else None,
            }
        )
    rows.sort(key=lambda row: (row["at"], row["receipt"]))
    return {
        "title": f"{_papers(call, round_)}开启",
        "at": at,
        "rows": rows,
        "prices": read_out,
        "price_note": (
            "报价当众宣读并记录如下（政府采购货物和服务招标投标管理办法第四十一条）。"
            if read_out
            else "按照采购方式的规定，报价不公开宣读，成交结果确定前只供评审成员使用。"
        ),
        "officers": _officers(call, confirmations, round_, at),
    }


def _last(bid: Bid, round_: str) -> Envelope | None:
    envelopes = [envelope for envelope in bid.envelopes.all() if envelope.round == round_]
    return max(envelopes, key=lambda envelope: envelope.pk, default=None)


def _confirmations(call: Call) -> list[Any]:
    """The officers' words, each with the organisation it was given for as the log has it: the buyer, or its agency."""
    said = TransitionLog.objects.filter(
        subject_type="calls.call", subject_id=OuterRef("call"), action="confirm_opening", actor=OuterRef("officer")
    )
    said = said.annotate(of=KeyTextTransform("round", "facts")).filter(of=OuterRef("round"))
    houses = said.order_by("sequence").values("organisation__name")[:1]
    return list(call.confirmations.select_related("officer").annotate(house=Subquery(houses)))


def _officers(call: Call, confirmations: list[Any], round_: str, at: datetime) -> list[dict[str, Any]]:
    """The officers whose word opened this round: the first word of each within a quarter of an hour."""
    found: dict[int, dict[str, Any]] = {}
    for item in confirmations:
        if item.round == round_ and at - CONFIRM_WITHIN <= item.at <= at:
            name = item.officer.get_full_name() or item.officer.username
            found.setdefault(
                item.officer_id, {"name": name, "organisation": item.house or call.project.buyer.name, "at": item.at}
            )
    return list(found.values())
