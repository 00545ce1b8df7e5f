"""Every trait reaches the state it is named after, in a log without a fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from procurement.common.credit_codes import problem
from tests.factories.accounts import OrganisationFactory, QualificationFactory, RegistrationFactory
from tests.factories.awards import AwardFactory, ChallengeFactory, PanelFactory
from tests.factories.bids import BidFactory
from tests.factories.calls import CallFactory
from tests.factories.contracts import AmendmentFactory, ContractFactory
from tests.factories.delivery import MilestoneFactory
from tests.factories.evaluation import EvaluationFactory
from tests.factories.needs import NeedFactory
from tests.factories.projects import ProjectFactory
from workflows import chain

STAGES = (
    NeedFactory, ProjectFactory, CallFactory, BidFactory, PanelFactory,
    AwardFactory, ChallengeFactory, ContractFactory, AmendmentFactory, MilestoneFactory, EvaluationFactory,
    RegistrationFactory, QualificationFactory,
)  # fmt: skip
NAMED_OTHERWISE = {"sealed": "submitted"}


def traits() -> Iterator[tuple[Any, str]]:
    for factory in STAGES:
        yield from ((factory, trait) for trait in factory._meta.parameters)


@pytest.mark.django_db
@pytest.mark.parametrize(("factory", "trait"), list(traits()), ids=lambda value: getattr(value, "__name__", value))
def test_a_trait_reaches_its_state(factory: Any, trait: str) -> None:
    subject = factory(**{trait: True})
    assert subject.state == subject.fresh().state == NAMED_OTHERWISE.get(trait, trait)
    assert list(chain.faults()) == []


def test_every_state_has_its_trait() -> None:
    for factory in STAGES:
        states = set(factory._meta.model._meta.get_field("state").choices)
        wanted = {str(value) for value, _label in states} - {factory._meta.model.initial_state}
        assert {NAMED_OTHERWISE.get(trait, trait) for trait in factory._meta.parameters} == wanted


@pytest.mark.django_db
def test_a_live_thread_lives_now() -> None:
    project = ProjectFactory(imported=False, approved=True)
    assert not project.brought_in
    assert CallFactory(project=project).project == project


@pytest.mark.django_db
def test_credit_codes_are_valid() -> None:
    assert [problem(OrganisationFactory(**kind).code) for kind in ({"buyer": True}, {"supplier": True})] == [None, None]
    assert OrganisationFactory(station=True).code is None
