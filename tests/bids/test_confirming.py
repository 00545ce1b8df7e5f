"""After a correction of the content a sealed bid is confirmed, or withdrawn and replaced (P11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from procurement.accounts.enums import Role
from procurement.bids.models import Bid
from procurement.calls import corrections
from procurement.calls.models import Call
from tests.bids import openings, rooms
from tests.factories.accounts import who
from tests.factories.bids import BidFactory
from tests.factories.calls import CallFactory
from workflows.clock import database_now
from workflows.models import TransitionLog

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def corrected(*, content: bool = True) -> tuple[Call, Bid, rooms.Room]:
    """A call corrected after a bid was sealed, and the bidder."""
    call = CallFactory(published=True)
    Call.objects.filter(pk=call.pk).update(deadline=database_now() + timedelta(days=30))
    call = Call.objects.get(pk=call.pk)
    bid = BidFactory(lot=call.lots.get(), sealed=True)
    fields = {"requirements": "暑期托管，每周六天。"} if content else {"contact": "王五 0571-000"}
    corrections.correct_call(call, fields, **who(call.project.buyer, Role.APPROVER))
    return Call.objects.get(pk=call.pk), bid, rooms.Room(bid.lot, who(bid.supplier, Role.SUPPLIER)["by"])


class TestConfirming:
    def test_is_asked_for_and_kept_in_the_log(self) -> None:
        _call, bid, room = corrected()
        address = f"/workspace/bid.confirm/{bid.pk}/"
        assert address in room.client.get("/workspace/").content.decode()
        assert address in room.client.get(f"{room.path}receipt/").content.decode()
        page = room.client.get(address).content.decode()
        assert "每周六天" in page
        assert "每周五天" in page
        assert room.client.post(address).status_code == 302
        row = TransitionLog.objects.get(subject_type="bids.bid", subject_id=bid.pk, action="confirm_bid")
        assert (row.source, row.target, len(row.facts["corrections"])) == ("submitted", "submitted", 1)
        assert address not in room.client.get("/workspace/").content.decode()
        assert address not in room.client.get(f"{room.path}receipt/").content.decode()
        assert room.client.post(address).status_code == 404
        assert bid.fresh().state == "submitted"

    def test_a_change_of_contacts_asks_for_nothing(self) -> None:
        _call, bid, room = corrected(content=False)
        assert f"/workspace/bid.confirm/{bid.pk}/" not in room.client.get("/workspace/").content.decode()

    def test_nobody_else_confirms(self) -> None:
        call, bid, _room = corrected()
        for one in (openings.stranger(call), openings.officer(call)):
            assert one.client.post(f"/workspace/bid.confirm/{bid.pk}/").status_code in (403, 404)
        assert not TransitionLog.objects.filter(action="confirm_bid").exists()

    def test_replaced_it_needs_no_confirming(self) -> None:
        _call, bid, room = corrected()
        room.client.post(f"/workspace/bid.withdraw/{bid.pk}/", {"sure": "on"})
        room.save({"price": "8万", "quantity_H": "400"})
        assert room.seal().status_code == 302
        assert f"/workspace/bid.confirm/{bid.pk}/" not in room.client.get("/workspace/").content.decode()

    def test_what_was_not_confirmed_is_marked_at_the_opening(self) -> None:
        call, _bid, room = corrected()
        BidFactory(lot=call.lots.get(), sealed=True)
        Call.objects.filter(pk=call.pk).update(deadline=database_now() - timedelta(seconds=1))
        call = openings.open_up(call)
        assert openings.regulator(call).page().count('class="tag warn"') == 1
        assert 'class="tag warn"' in openings.Attendant(call, room.user).page()
