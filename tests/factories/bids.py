from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.awards.models import Award
from procurement.bids import actions, opening
from procurement.bids.models import Bid
from procurement.calls.enums import Method
from procurement.calls.models import Call, Lot
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.calls import CallFactory, confirm_opening
from tests.factories.clock import acting
from tests.factories.staged import StagedFactory
from workflows import engine

OFFER = actions.offer(Decimal("80000.00"), {"H": Decimal(400)}, "每周五天，每天八小时。")


def hand_in(bid: Bid) -> None:
    with acting(bid):
        actions.submit_bid(bid.lot, OFFER, **who(bid.supplier, Role.SUPPLIER))


def withdraw(bid: Bid) -> None:
    with acting(bid):
        actions.withdraw_bid(bid, **who(bid.supplier, Role.SUPPLIER))


def open_all(bid: Bid) -> None:
    CallFactory.advance(bid.lot.call, "opened")


def qualify(bid: Bid) -> None:
    with acting(bid):
        actions.qualify_bid(bid, **who(bid.project.buyer, Role.OFFICER))


def reject(bid: Bid) -> None:
    with acting(bid):
        actions.reject_bid(bid, **who(bid.project.buyer, Role.OFFICER), reason="缺少资格证明。")


def qualify_all(call: Call) -> None:
    for bid in Bid.objects.filter(lot__call=call, state="opened"):
        qualify(bid)


def invite(call: Call) -> None:
    """Lets everyone in and invites their final offers, for half an hour."""
    qualify_all(call)
    with acting(call) as moment:
        opening.invite_final_offers(call, **who(call.project.buyer, Role.OFFICER), until=moment + timedelta(minutes=30))


def offer_final(bid: Bid) -> None:
    call = Call.objects.get(pk=bid.lot.call_id)
    if call.final_offers_until is None:
        invite(call)
        bid.refresh_from_db()
    with acting(bid):
        actions.offer_final(bid, OFFER, **who(bid.supplier, Role.SUPPLIER))


def open_final_offers(call: Call) -> None:
    """Everyone still in hands in a final offer; then both officers open them."""
    for bid in Bid.objects.filter(lot__call=call, state="qualified"):
        offer_final(bid)
    call.refresh_from_db()
    confirm_opening(call, "final", at=call.final_offers_until)


def score(bid: Bid, *, best: bool = True) -> None:
    """The panel scores all bids: this one best, or worst."""
    from tests.factories.awards import PanelFactory, fill_sheets

    panel = PanelFactory(call=bid.lot.call, scoring=True)
    fill_sheets(panel, bid if best else bid.lot.bids.exclude(pk=bid.pk).first())
    PanelFactory.advance(panel, "signed")


def _confirm(bid: Bid) -> None:
    from tests.factories.awards import AwardFactory

    AwardFactory.advance(Award.objects.get(lot=bid.lot), "confirmed")


def win(bid: Bid) -> None:
    score(bid)
    _confirm(bid)


def lose(bid: Bid) -> None:
    score(bid, best=False)
    _confirm(bid)


def _method(call: Any) -> Method:
    """Final offers are of a consultation. A trait cannot say so: where it is off the call would be left with none."""
    return Method.CONSULTATION if call.factory_parent.reach == "final_offered" else Method.OWN_RULE


class BidFactory(StagedFactory):
    """A bid of a supplier of its own for a published call's lot; ``sealed`` is the state ``submitted``."""

    class Meta:
        model = Bid

    class Params:
        sealed = factory.Trait(reach="submitted")
        withdrawn = factory.Trait(reach="withdrawn")
        opened = factory.Trait(reach="opened")
        qualified = factory.Trait(reach="qualified")
        rejected = factory.Trait(reach="rejected")
        final_offered = factory.Trait(reach="final_offered")
        scored = factory.Trait(reach="scored")
        won = factory.Trait(reach="won")
        lost = factory.Trait(reach="lost")

    call = factory.Maybe(
        "lot", None, factory.SubFactory(CallFactory, published=True, method=factory.LazyAttribute(_method))
    )
    lot = None
    supplier = factory.SubFactory(OrganisationFactory, supplier=True)

    _way = {
        "submitted": ("draft", hand_in),
        "withdrawn": ("submitted", withdraw),
        "opened": ("submitted", open_all),
        "qualified": ("opened", qualify),
        "rejected": ("opened", reject),
        "final_offered": ("qualified", offer_final),
        "scored": ("opened", score),
        "won": ("opened", win),
        "lost": ("opened", lose),
    }

    @classmethod
    def begin(cls, *, lot: Lot | None, call: Call | None, supplier: Organisation) -> Bid:
        lot = lot or call.lots.get()
        bid = Bid(lot=lot, supplier=supplier, number=actions.receipt_number(lot.call.number))
        with acting(bid):
            return engine.begin(bid, **who(supplier, Role.SUPPLIER), action="draft")
