from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import factory

from procurement.accounts.enums import Role
from procurement.awards.models import Award
from procurement.contracts import actions, amending, hooks
from procurement.contracts.models import Amendment, Contract
from procurement.delivery import actions as delivery
from tests.factories.accounts import who
from tests.factories.awards import AwardFactory, challenge
from tests.factories.clock import acting
from tests.factories.projects import NOT_SAID, REASON
from tests.factories.staged import StagedFactory

INSTALMENTS = (
    {"name": "合同签订", "due": date(2026, 5, 1), "percent": 30, "on_signing": True, "targets": {}},
    {"name": "结项", "due": date(2026, 8, 31), "percent": 70, "on_signing": False, "targets": {"sessions": "40"}},
)


def agree(contract: Contract) -> None:
    with acting(contract):
        actions.agree(contract, **who(contract.supplier, Role.SUPPLIER))


def sign(contract: Contract) -> None:
    with acting(contract):
        delivery.sign_contract(contract, **who(contract.supplier, Role.SIGNATORY))
        delivery.sign_contract(contract, **who(contract.buyer, Role.SIGNATORY))


def publish(contract: Contract) -> None:
    with acting(contract):
        delivery.publish_contract(contract, **who(contract.buyer, Role.DRAFTER), fill=NOT_SAID)


def complete(contract: Contract) -> None:
    """Delivers and pays every milestone; the last payment completes the contract."""
    from tests.factories.delivery import MilestoneFactory

    for milestone in contract.milestones.all():
        MilestoneFactory.advance(milestone, "paid")


def suspend(contract: Contract) -> None:
    challenge(contract.award)


def terminate(contract: Contract) -> None:
    with acting(contract):
        delivery.terminate_contract(contract, **who(contract.buyer, Role.APPROVER), reason=REASON, fill=NOT_SAID)


class ContractFactory(StagedFactory):
    """The contract of a published result: a part on signing, the rest for one milestone."""

    class Meta:
        model = Contract

    class Params:
        agreed = factory.Trait(reach="agreed")
        signed = factory.Trait(reach="signed")
        published = factory.Trait(reach="published")
        suspended = factory.Trait(reach="suspended")
        completed = factory.Trait(reach="completed")
        terminated = factory.Trait(reach="terminated")

    award = factory.SubFactory(AwardFactory, noticed=True)
    instalments = INSTALMENTS

    _way = {
        "agreed": ("drafted", agree),
        "signed": ("agreed", sign),
        "published": ("signed", publish),
        "suspended": ("published", suspend),
        "completed": ("published", complete),
        "terminated": ("drafted", terminate),
    }

    @classmethod
    def begin(cls, *, award: Award, instalments: Any) -> Contract:
        with acting(award):
            return actions.draft_contract(award, instalments, **who(award.project.buyer, Role.DRAFTER))


ADDED = Decimal(5000)  # yuan: five per cent of the factories' contract is more than this


def _sign_supplement(amendment: Amendment) -> None:
    with acting(amendment):
        for party in (amendment.supplier, amendment.buyer):
            amending.sign(amendment, **who(party, Role.SIGNATORY))


def _agree_to_supplement(amendment: Amendment) -> None:
    with acting(amendment):
        amending.agree(amendment, **who(amendment.supplier, Role.SUPPLIER))


def _publish_supplement(amendment: Amendment) -> None:
    with acting(amendment):
        amending.publish(amendment, **who(amendment.buyer, Role.APPROVER))


def _drop_supplement(amendment: Amendment) -> None:
    with acting(amendment):
        amending.drop(amendment, **who(amendment.buyer, Role.DRAFTER), reason=REASON)


def supplement(contract: Contract, added: Decimal = ADDED, **more: Any) -> Amendment:
    """A supplement that adds money to the last payment still to come."""
    last = hooks.payments(contract)[-1]
    row = {"instalment": last.instalment, "due": last.due, "amount": last.amount + added}
    given = {
        "amount": contract.amount + added,
        "term_end": contract.term_end,
        "rows": [row],
        "service": "增加 4 场。",
        "reason": "报名人数超过预期。",
    } | more
    with acting(contract):
        return amending.draft(contract, **given, **who(contract.buyer, Role.DRAFTER))


class AmendmentFactory(StagedFactory):
    """A supplement to a published contract that adds money to its last milestone."""

    class Meta:
        model = Amendment

    class Params:
        agreed = factory.Trait(reach="agreed")
        signed = factory.Trait(reach="signed")
        published = factory.Trait(reach="published")
        dropped = factory.Trait(reach="dropped")

    contract = factory.SubFactory(ContractFactory, published=True)
    added = ADDED

    _way = {
        "agreed": ("drafted", _agree_to_supplement),
        "signed": ("agreed", _sign_supplement),
        "published": ("signed", _publish_supplement),
        "dropped": ("drafted", _drop_supplement),
    }

    @classmethod
    def begin(cls, *, contract: Contract, added: Decimal) -> Amendment:
        return supplement(contract, added)
