"""Challenges in any order: whatever happens, a contract rests exactly while something may change its award (T10)."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.accounts.enums import Role
from procurement.awards import challenges
from procurement.awards.enums import AwardState, ChallengeKind
from procurement.awards.guards import suspending
from procurement.awards.guards.challenge import touching
from procurement.awards.models import Award, Challenge
from procurement.contracts.models import Contract
from procurement.delivery import actions as delivery
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.awards import REPLY, WORDS, challenge
from tests.factories.clock import acting
from tests.factories.contracts import ContractFactory
from tests.factories.projects import NOT_SAID
from workflows import chain
from workflows.errors import TransitionBlocked

STEPS = 10


class _Undo(Exception):  # noqa: N818 - takes a walk back, it is no fault
    pass


def _who(found: Challenge, office: Any) -> dict[str, Any]:
    if found.kind == ChallengeKind.COMPLAINT:
        return who(office, Role.REGULATOR)
    return who(found.project.buyer, Role.OFFICER)


class Walk:
    """One published contract, and everything that can be filed about its award."""

    def __init__(self, contract: Contract, chance: random.Random) -> None:
        self.contract, self.chance = contract, chance
        self.office = OrganisationFactory(kind="state_organ", name="示例县财政局")

    def step(self) -> None:
        acts: list[Callable[[], Any]] = [self.file, self.file, self.decide, self.decide, self.assess, self.complain]
        acts += [self.publish, self.withdraw]
        with suppress(TransitionBlocked), acting(self.contract), transaction.atomic():
            self.chance.choice(acts)()

    def pending(self) -> Challenge | None:
        found = list(Challenge.objects.filter(state="filed"))
        return self.chance.choice(found) if found else None

    def file(self) -> None:
        about = self.chance.choice(["result", "process", "documents"])
        award = self.contract.award.fresh() if about == "result" else None
        kind = self.chance.choice(["query", "challenge"])
        challenge(self.contract.award, kind=kind, about=about, award=award)

    def decide(self) -> None:
        if (found := self.pending()) is None:
            return
        by = _who(found, self.office)
        if found.kind == ChallengeKind.QUERY:
            challenges.answer(found, **by, **REPLY)
        elif self.chance.random() < 0.6:
            challenges.dismiss(found, **by, **REPLY)
        else:
            challenges.uphold(found, **by, **REPLY, changes_result=self.chance.random() < 0.3)

    def assess(self) -> None:
        if found := self.pending():
            may = self.chance.random() < 0.5
            challenges.assess(found, **_who(found, self.office), may_change_result=may, reason="已核对。")

    def withdraw(self) -> None:
        if found := self.pending():
            challenges.withdraw(found, **who(found.supplier, Role.SUPPLIER))

    def complain(self) -> None:
        for found in Challenge.objects.filter(kind="challenge").exclude(state="filed")[:1]:
            by = who(found.supplier, Role.SUPPLIER)
            what: dict[str, Any] = {"kind": "complaint", "about": found.about, "against": found, "words": WORDS}
            challenges.file(found.call, **by, **what)

    def publish(self) -> None:
        contract = self.contract.fresh()
        delivery.publish_contract(contract, **who(contract.buyer, Role.DRAFTER), fill=NOT_SAID)

    def check(self) -> None:
        contract, award = self.contract.fresh(), Award.objects.get(pk=self.contract.award_id)
        held = suspending(award).exists() or award.state == AwardState.UPHELD
        assert (contract.state == "suspended") is held
        cases = touching(award).filter(state="filed").exclude(kind="query").exists()
        if cases:
            assert award.state in ("challenged", "upheld")
        else:
            assert award.state != "challenged"


@pytest.mark.django_db
def test_no_walk_leaves_a_contract_running_that_should_rest() -> None:
    contract = ContractFactory(signed=True)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(seed=st.integers(0, 10**6))
    def walk(seed: int) -> None:
        try:
            with transaction.atomic():
                found = Walk(contract.fresh(), random.Random(seed))  # noqa: S311 - a walk, no secret
                for _number in range(STEPS):
                    found.step()
                    found.check()
                assert list(chain.faults()) == []
                raise _Undo
        except _Undo:
            pass

    walk()
