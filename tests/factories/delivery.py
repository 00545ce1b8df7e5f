from __future__ import annotations

from decimal import Decimal

import factory

from procurement.accounts.enums import Role
from procurement.contracts.models import Contract
from procurement.delivery import actions
from procurement.delivery.models import Milestone
from tests.factories.accounts import UserFactory, who
from tests.factories.clock import acting, noon
from tests.factories.contracts import ContractFactory
from tests.factories.projects import NOT_SAID
from tests.factories.staged import StagedFactory


def actuals(milestone: Milestone) -> dict[str, Decimal]:
    """Everything as planned."""
    return {item.name: item.target for item in milestone.deliverables.all()}


def deliver(milestone: Milestone) -> None:
    with acting(milestone, at=noon(milestone.due)):
        actions.deliver(milestone, actuals(milestone), **who(milestone.contract.supplier, Role.SUPPLIER))


def send_back(milestone: Milestone) -> None:
    with acting(milestone):
        actions.send_back(milestone, **who(milestone.contract.buyer, Role.DRAFTER), reason="签到表缺页。")


def ask_evaluator(milestone: Milestone) -> None:
    with acting(milestone):
        actions.ask_evaluators(milestone, [UserFactory()], **who(milestone.contract.buyer, Role.DRAFTER))


def score(milestone: Milestone) -> None:
    ask_evaluator(milestone)
    with acting(milestone):
        for row in milestone.scores.select_related("evaluator"):
            actions.score_milestone(milestone, Decimal(90), by=row.evaluator)


def accept(milestone: Milestone) -> None:
    """Accepted after its scores; the one that fell due on signing has been accepted by the signatures."""
    with acting(milestone):
        actions.accept(milestone, **who(milestone.contract.buyer, Role.APPROVER), service_users=3, fill=NOT_SAID)


def refuse(milestone: Milestone) -> None:
    with acting(milestone):
        actions.refuse(milestone, **who(milestone.contract.buyer, Role.APPROVER), reason="与约定不符。")


def invoice(milestone: Milestone) -> None:
    with acting(milestone):
        actions.send_invoice(milestone, **who(milestone.contract.supplier, Role.SUPPLIER))


def pay(milestone: Milestone) -> None:
    with acting(milestone):
        actions.record_payment(milestone, **who(milestone.contract.buyer, Role.FINANCE))


class MilestoneFactory(StagedFactory):
    """The milestone that a signed contract planned; ``on_signing`` is the one accepted by the signatures."""

    class Meta:
        model = Milestone

    class Params:
        delivered = factory.Trait(reach="delivered")
        returned = factory.Trait(reach="returned")
        scored = factory.Trait(reach="scored")
        accepted = factory.Trait(reach="accepted")
        refused = factory.Trait(reach="refused")
        invoiced = factory.Trait(reach="invoiced")
        paid = factory.Trait(reach="paid")

    contract = factory.SubFactory(ContractFactory, published=True)
    on_signing = False

    _way = {
        "delivered": ("planned", deliver),
        "returned": ("delivered", send_back),
        "scored": ("delivered", score),
        "accepted": ("scored", accept),
        "refused": ("scored", refuse),
        "invoiced": ("accepted", invoice),
        "paid": ("invoiced", pay),
    }

    @classmethod
    def begin(cls, *, contract: Contract, on_signing: bool) -> Milestone:
        return contract.milestones.get(on_signing=on_signing)
