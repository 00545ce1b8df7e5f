"""Handing in a bid, where two people of one supplier press the button in the same instant."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connections, transaction

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.bids import actions
from procurement.bids.models import Bid, Envelope
from procurement.calls.models import Call, Lot
from tests import threads
from tests.bids import openings
from tests.factories.accounts import who as factory_who
from tests.factories.bids import OFFER, BidFactory
from workflows.clock import database_now
from workflows.errors import TransitionBlocked


@pytest.mark.django_db(transaction=True)
def test_one_is_in_the_other_is_told_why() -> None:
    project = threads.waiting("open-for-bids-1")
    lot = Lot.objects.get(call__project=project)
    centre, who = Organisation.objects.get(code="52330199MJ9000022B"), threads.login("supplier")
    gate, outcomes = threading.Barrier(4), []

    def run() -> None:
        try:
            own = Lot.objects.get(pk=lot.pk)
            gate.wait()
            actions.submit_bid(own, actions.offer("195000.00", {"H": "41000"}), by=who, organisation=centre)
            outcomes.append("in")
        except TransitionBlocked as refusal:
            outcomes.append(refusal.reasons[0].rule)
        finally:
            connections.close_all()

    runners = [threading.Thread(target=run) for _number in range(4)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert sorted(outcomes) == ["B2", "B2", "B2", "in"]
    assert (Bid.objects.count(), Envelope.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("does", ["submit", "withdraw"])
def test_an_opening_waits_for_whoever_came_in_time_and_has_not_finished(does: str) -> None:
    """Else a bid judged in the deadline's last moment would lie in an opened call, and never be opened itself."""
    call = openings.past_deadline(3)
    bid = BidFactory(lot=call.lots.get(), sealed=does == "withdraw")
    person = factory_who(bid.supplier, Role.SUPPLIER)
    deadline = database_now() + timedelta(seconds=5)
    Call.objects.filter(pk=call.pk).update(deadline=deadline)
    judged, at = threading.Event(), Lot.objects.get(pk=bid.lot_id)

    def late_finisher() -> None:
        try:
            with transaction.atomic():
                if does == "submit":
                    actions.submit_bid(at, OFFER, **person)
                else:
                    actions.withdraw_bid(Bid.objects.get(pk=bid.pk), **person)
                judged.set()
                while database_now() < deadline + timedelta(seconds=2):  # it passes, the transaction is still open
                    time.sleep(0.05)
        finally:
            connections.close_all()

    finisher = threading.Thread(target=late_finisher)
    finisher.start()
    assert judged.wait(30)
    while database_now() <= deadline:
        time.sleep(0.05)
    openings.open_up(call)
    finisher.join()
    state = Bid.objects.get(pk=bid.pk).state
    assert state == ("opened" if does == "submit" else "withdrawn")
    assert not Bid.objects.filter(lot__call=call, state="submitted").exists()
    for one in Bid.objects.filter(lot__call=call, state="opened", pk=bid.pk):
        assert one.envelopes.get().sealed_at == one.submitted_at <= deadline
