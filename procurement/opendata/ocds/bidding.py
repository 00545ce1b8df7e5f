"""The opening and the result: how many bid, who, and prices only where and when RULES P9 lets them be told."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from procurement.awards.models import Award
from procurement.bids.enums import STILL_IN, BidState
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.opendata.ocds import terms
from procurement.opendata.ocds.events import Event
from procurement.opendata.ocds.tender import lot_id
from procurement.opendata.ocds.thread import Facts
from procurement.projects.enums import NoticeKind


def _bid(bid: Bid, *, status: str, price: Decimal | None) -> dict[str, Any]:
    return {
        "id": bid.number,
        "date": terms.moment(bid.submitted_at),
        "status": status,
        "tenderers": [terms.reference(bid.supplier)],
        "value": terms.money(price),
    }


def _opened(facts: Facts, call: Call) -> Event:
    """Who bid and when; the price only where it was read out (P9)."""
    bids = facts.bids_of(call)
    suppliers = list({bid.supplier_id: bid.supplier for bid in bids}.values())
    body = {
        "tender": {
            "id": facts.project.number,
            "numberOfTenderers": len(suppliers),
            "tenderers": [terms.reference(supplier) for supplier in suppliers],
            "documents": [facts.paper("opening_record", call, "openingRecord", "开标记录")],
        },
        "bids": {
            "statistics": [
                {"id": f"bids-{call.pk}", "measure": "bids", "value": len(bids), "date": terms.moment(call.opened_at)}
            ],
            "details": [
                _bid(bid, status="pending", price=bid.first_price if call.reads_prices_out else None) for bid in bids
            ],
        },
    }
    parties = [(supplier, ("tenderer",)) for supplier in suppliers]
    key = f"opening-{call.pk}"
    assert call.opened_at is not None  # noqa: S101 - the caller has looked
    return Event(key, f"tender-{key}", "tenderUpdate", call.opened_at, body, parties)


def _statistics(award: Award, bids: list[Bid], divided: bool) -> list[dict[str, Any]]:
    valid = [bid for bid in bids if bid.state in STILL_IN]
    prices = [bid.price for bid in valid if bid.price is not None]
    lot = lot_id(award.lot) if divided else None
    rows: list[tuple[str, Any]] = [
        ("validBids", len(valid)),
        ("lowestValidBidValue", float(min(prices)) if prices else None),
        ("highestValidBidValue", float(max(prices)) if prices else None),
    ]
    return [
        {
            "id": f"{measure}-{award.lot_id}",
            "measure": measure,
            "value": value,
            "currency": "CNY" if measure.endswith("Value") else None,
            "relatedLot": lot,
        }
        for measure, value in rows
        if value is not None
    ]


def _awarded(facts: Facts, award: Award) -> Event:
    """The result of a lot. The prices of its bids are told now: until here they were the panel's alone (P9)."""
    call, project = award.lot.call, facts.project
    bids = [bid for bid in facts.bids if bid.lot_id == award.lot_id]
    body = {
        "tender": {"id": project.number, "status": "complete"},
        "bids": {
            "statistics": _statistics(award, bids, facts.divided(call)),
            "details": [
                _bid(bid, status="disqualified" if bid.state == BidState.REJECTED else "valid", price=bid.price)
                for bid in bids
            ],
        },
        "awards": [
            {
                "id": f"award-{award.pk}",
                "title": award.lot.name or project.title,
                "status": "active",
                "date": terms.moment(award.noticed_at),
                "value": terms.money(award.amount),
                "suppliers": [terms.reference(award.bid.supplier)],
                "relatedBid": award.bid.number,
                "x_succeeds": f"award-{award.succeeds_id}" if award.succeeds_id else None,
                "relatedLots": [lot_id(award.lot)] if facts.divided(call) else None,
                "contractPeriod": terms.period(project.term_start, project.term_end),
                "documents": [
                    *_result(facts, award),
                    facts.paper("scoring_report", award.lot, "evaluationReports", "评审报告"),
                    facts.paper("award_letter", award, "winningBid", "中标（成交）通知书"),
                ],
            }
        ],
    }
    parties = [(award.bid.supplier, ("supplier",))]
    key = f"award-{award.pk}"
    assert award.noticed_at is not None  # noqa: S101 - only noticed ones are read
    return Event(key, key, "award", award.noticed_at, body, parties)


def _revoked(facts: Facts, award: Award) -> Event:
    """A result that fell to a challenge: the award of the next candidate, or of the panel's new scores, is another."""
    entry = {"id": f"award-{award.pk}", "status": "cancelled", "x_endReason": terms.words(award.revoke_reason)}
    assert award.revoked_at is not None  # noqa: S101 - the caller has looked
    key = f"award-cancelled-{award.pk}"
    return Event(key, f"award-{award.pk}", "awardCancellation", award.revoked_at, {"awards": [entry]})


def _result(facts: Facts, award: Award) -> list[dict[str, Any]]:
    """The notice of this result: of several lots' notices the one that names the winner."""
    return [
        facts.notice(found)
        for found in facts.notices
        if found.kind == NoticeKind.RESULT and award.bid.supplier.name in " ".join(found.fields.values())
    ]


def tell(facts: Facts) -> Iterator[Event]:
    """The opening of each call and the result of each lot."""
    yield from (_opened(facts, call) for call in facts.calls if call.opened_at is not None)
    for award in facts.awards:
        yield _awarded(facts, award)
        if award.revoked_at is not None:
            yield _revoked(facts, award)
