"""How a project comes to the states that only later stages' acts bring about."""

from __future__ import annotations

from procurement.awards.models import Award
from procurement.contracts.models import Contract
from procurement.evaluation.models import Evaluation
from procurement.projects.models import Project
from tests.factories.awards import AwardFactory, PanelFactory
from tests.factories.calls import CallFactory
from tests.factories.contracts import ContractFactory
from tests.factories.evaluation import EvaluationFactory


def tender(project: Project) -> None:
    CallFactory(project=project, published=True)


def open_bids(project: Project) -> None:
    CallFactory.advance(project.calls.get(state="published"), "opened")


def fail(project: Project) -> None:
    CallFactory.advance(project.calls.get(state="published"), "failed")


def award(project: Project) -> None:
    call = project.calls.get(state="opened")
    PanelFactory(call=call, signed=True)
    AwardFactory.advance(Award.objects.get(lot__call=call), "confirmed")


def contract(project: Project) -> None:
    found = AwardFactory.advance(Award.objects.get(lot__call__project=project), "noticed")
    ContractFactory(award=found, signed=True)


def _contract(project: Project) -> Contract:
    return Contract.objects.get(award__lot__call__project=project)


def publish_contract(project: Project) -> None:
    ContractFactory.advance(_contract(project), "published")


def deliver_all(project: Project) -> None:
    ContractFactory.advance(_contract(project), "completed")


def publish_verdict(project: Project) -> None:
    found = _contract(project)
    verdict = Evaluation.objects.filter(contract=found).first() or EvaluationFactory(contract=found)
    EvaluationFactory.advance(verdict, "published")
