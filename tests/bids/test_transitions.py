"""Every transition of a bid: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.bids import actions
from procurement.bids.models import Bid
from procurement.calls.enums import Method
from tests.factories.bids import OFFER, BidFactory, invite
from tests.workflows.transition import AND_AT_THE_END, TransitionTest

ENVELOPE = {"given": {"sealed": b"sealed"}}


class BidTransition(TransitionTest):
    machine = Bid

    def make(self, source: str) -> Bid:
        return BidFactory(final_offered=True) if source == "final_offered" else BidFactory(reach=source)

    def party(self, subject: Bid) -> Organisation:
        return subject.project.buyer


class TestSubmit(BidTransition):
    act, sources, target, roles = "submit", ("draft", "withdrawn"), "submitted", (Role.SUPPLIER,)
    fails_at = AND_AT_THE_END

    def party(self, subject: Bid) -> Organisation:
        return subject.supplier

    def more(self, subject: Bid) -> dict[str, Any]:
        return ENVELOPE

    def through(self, subject: Bid) -> None:
        actions.submit_bid(subject.lot, OFFER, **self.by(subject))


class TestWithdraw(BidTransition):
    act, sources, target, roles = "withdraw", ("submitted",), "withdrawn", (Role.SUPPLIER,)

    def party(self, subject: Bid) -> Organisation:
        return subject.supplier


class TestOpen(BidTransition):
    act, sources, target, automatic = "open", ("submitted",), "opened", True

    def moment(self, subject: Bid) -> datetime:
        return subject.call.deadline

    def more(self, subject: Bid) -> dict[str, Any]:
        return {"given": {"offer": {"price": Decimal("80000.00"), "quantities": {}, "proposal": ""}}}


class TestQualify(BidTransition):
    act, sources, target, roles = "qualify", ("opened",), "qualified", (Role.OFFICER, Role.DRAFTER)


class TestReject(BidTransition):
    act, target, roles = "reject", "rejected", (Role.OFFICER, Role.DRAFTER)
    sources = ("opened", "qualified", "final_offered")

    def more(self, subject: Bid) -> dict[str, Any]:
        return {"reason": "缺少资格证明。"}


class TestOfferFinal(BidTransition):
    act, sources, target, roles = "offer_final", ("qualified",), "final_offered", (Role.SUPPLIER,)
    fails_at = AND_AT_THE_END

    def make(self, source: str) -> Bid:
        bid = BidFactory(opened=True, call__method=Method.CONSULTATION)
        invite(bid.call)
        return bid

    def party(self, subject: Bid) -> Organisation:
        return subject.supplier

    def more(self, subject: Bid) -> dict[str, Any]:
        return ENVELOPE

    def through(self, subject: Bid) -> None:
        actions.offer_final(subject, OFFER, **self.by(subject))


class TestScore(BidTransition):
    act, sources, target, automatic = "score", ("qualified", "final_offered"), "scored", True

    def more(self, subject: Bid) -> dict[str, Any]:
        return {"points": {"P": "20"}, "total": "20.00", "rank": 1}


class TestWin(BidTransition):
    act, sources, target, automatic = "win", ("scored",), "won", True


class TestLose(BidTransition):
    act, sources, target, automatic = "lose", ("scored",), "lost", True


class TestReconsider(BidTransition):
    """An upheld challenge has the bid scored again."""

    act, sources, target, automatic = "reconsider", ("scored", "won", "lost"), "qualified", True
