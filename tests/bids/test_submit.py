"""Handing in a bid, where two people of one supplier press the button in the same instant."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from procurement.accounts.models import Organisation
from procurement.bids import actions
from procurement.bids.models import Bid, Envelope
from procurement.calls.models import Lot
from tests import threads
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
