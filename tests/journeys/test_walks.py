"""Random walks over every machine, through the same doors people take: no walk breaks an invariant.

Anybody of the demo does anything that any page offers, with sensible or senseless answers, in any order.
"""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Sum
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.accounts.workspace.desk import Deed, deeds_for
from procurement.accounts.workspace.views import actor_of
from procurement.bids.models import Bid
from procurement.cases import demo
from procurement.contracts.models import Contract
from procurement.delivery.models import Milestone, Payment
from procurement.evaluation.models import Evaluation
from procurement.projects.models import Project
from tests import threads
from workflows import chain

STEPS = 25
ANSWERS: dict[str, list[str]] = {
    "NumberInput": ["1", "3", "40", "100", "-1", ""],
    "Textarea": ["写明情况。", "sessions = 40", ""],
    "TextInput": ["20万", "名称", "-5", ""],
    "DateInput": ["2027-03-01", "2026-12-31", "31/12/2026"],
    "DateTimeInput": ["2027-01-20T09:30", "yesterday"],
    "CheckboxInput": ["on"],
}
LAWFUL = {200, 302, 400, 403, 404, 409}


def filled(field: Any, chance: random.Random) -> Any:
    choices = [str(value) for value, _label in getattr(field, "choices", [])]
    if choices:
        several = type(field.widget).__name__ == "CheckboxSelectMultiple"
        return chance.sample(choices, chance.randint(0, len(choices))) if several else chance.choice(choices)
    return chance.choice(ANSWERS.get(type(field.widget).__name__, [""]))


class Walker:
    """One of the demo's people at a browser."""

    def __init__(self, name: str) -> None:
        self.user = threads.login(name)
        self.client = Client()
        self.client.force_login(self.user)

    def step(self, chance: random.Random) -> int | None:
        request = self.client.get("/workspace/").wsgi_request
        request.user = self.user
        actor = actor_of(request)
        open_deeds: list[tuple[Deed, Any]] = []
        for deed in deeds_for(actor):
            open_deeds += [(deed, subject) for subject in deed.waiting(actor)[:3]]
        if not open_deeds:
            return None
        deed, subject = chance.choice(open_deeds)
        fields = deed.fields(subject, actor) if deed.fields else {}
        answers = {name: filled(field, chance) for name, field in fields.items()} | {"sure": "on"}
        answer = self.client.post(f"/workspace/{deed.key}/{subject.pk}/", answers)
        assert answer.status_code in LAWFUL, (deed.key, answers)
        return answer.status_code


def check() -> None:
    assert list(chain.faults()) == []
    for contract in Contract.objects.annotate(paid=Sum("payments__amount")):
        assert (contract.paid or Decimal(0)) <= contract.amount
    assert not Payment.objects.filter(milestone__accepted_at__isnull=True).exists()
    assert not Milestone.objects.filter(state="paid", payment__isnull=True).exists()
    assert not Bid.objects.filter(opened_at__isnull=True, price__isnull=False).exists()
    assert not Bid.objects.filter(opened_at__lt=F("lot__call__deadline")).exists()
    assert not Project.objects.filter(approved_by=F("drafted_by")).exists()
    assert not Evaluation.objects.filter(total__gt=100).exists()
    for project in Project.objects.filter(state="closed"):
        assert not Contract.objects.filter(award__lot__call__project=project, state="published").exists()


class _Undo(Exception):  # noqa: N818 - takes a walk back, it is no fault
    pass


@pytest.mark.django_db
@pytest.mark.parametrize("scene", [scene.key for scene in demo.SCENES])
def test_no_walk_breaks_an_invariant(scene: str) -> None:
    threads.waiting(scene)
    names = [login.username for login in demo.LOGINS]

    @settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(seed=st.integers(0, 10**6))
    def walk(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - a walk, no secret
        try:
            with transaction.atomic():
                for _number in range(STEPS):
                    Walker(chance.choice(names)).step(chance)
                check()
                raise _Undo
        except _Undo:
            pass

    walk()
