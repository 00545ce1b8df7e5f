"""After a correction of the content a bid handed in before is confirmed or replaced; it stays sealed (P11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from procurement.bids import guards
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.projects.models import Project
from tests import threads
from tests.accounts.test_workspace import logged_in, outsider
from tests.forms import filled
from workflows.clock import database_now
from workflows.machine import Act

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def handed_in() -> Bid:
    """A sealed bid of the demo's supplier for a call that is still open."""
    threads.waiting("to-open")
    Call.objects.update(deadline=database_now().replace(microsecond=0) + timedelta(days=30))
    found = Bid.objects.select_related("lot__call__project__buyer", "supplier")
    return found.get(supplier__memberships__user=threads.login("supplier"))


def corrected(bid: Bid, **fields: str) -> None:
    approver = logged_in("approver")
    address = f"/workspace/calls/{bid.call.pk}/correct/"
    sent = filled(approver.get(address).context["form"]) | fields | {"go": "publish", "sure": "on"}
    answer = approver.post(address, sent)
    assert answer.status_code == 302, answer.content.decode()[-2000:]


def waits(bid: Bid) -> bool:
    return f"/workspace/bid.confirm/{bid.pk}/" in logged_in("supplier").get("/workspace/").content.decode()


class TestConfirming:
    def test_is_asked_for_when_the_content_changes_and_done_once(self) -> None:
        bid = handed_in()
        sealed = bytes(bid.envelopes.latest("pk").sealed)
        assert not waits(bid)
        corrected(bid, contact="新的联系人")
        assert not waits(bid)
        corrected(bid, requirements="改了的需求")
        assert waits(bid)
        address = f"/workspace/bid.confirm/{bid.pk}/"
        supplier = logged_in("supplier")
        assert "改了的需求" in supplier.get(address).content.decode()
        assert supplier.post(address, {}).status_code == 302
        assert not waits(bid)
        assert guards.unconfirmed_since(Bid.objects.get(pk=bid.pk)) is None
        assert (Bid.objects.get(pk=bid.pk).state, bytes(bid.envelopes.latest("pk").sealed)) == ("submitted", sealed)
        corrected(bid, requirements="又改了的需求")
        assert waits(bid)

    def test_who_did_neither_is_not_let_in(self) -> None:
        bid = handed_in()
        corrected(bid, requirements="改了的需求")
        act = Act(by=None, at=database_now(), preview=True)
        [reason] = guards.confirmed_after_correction(bid, act)
        assert (reason.rule, reason.effect) == ("P11", "block")
        Bid.objects.filter(pk=bid.pk).update(submitted_at=database_now())  # replaced
        assert list(guards.confirmed_after_correction(Bid.objects.get(pk=bid.pk), act)) == []

    def test_not_after_the_deadline(self) -> None:
        bid = handed_in()
        corrected(bid, requirements="改了的需求")
        Call.objects.update(deadline=database_now() - timedelta(seconds=1))
        assert not waits(bid)
        logged_in("supplier").post(f"/workspace/bid.confirm/{bid.pk}/", {})
        assert guards.unconfirmed_since(Bid.objects.get(pk=bid.pk)) is not None

    def test_nobody_else_sees_that_there_is_a_bid(self) -> None:
        bid = handed_in()
        corrected(bid, requirements="改了的需求")
        address = f"/workspace/bid.confirm/{bid.pk}/"
        assert Client().get(address).status_code == 302
        assert outsider().get(address).status_code == 404
        assert logged_in("approver").get(address).status_code == 403
        logged_in("supplier").post(address, {})
        number = Project.objects.get().number
        log = Client().get(f"/threads/{number}/log/").content.decode()
        assert bid.supplier.name not in log
