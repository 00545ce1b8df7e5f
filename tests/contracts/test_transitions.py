"""Every transition of a contract: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.contracts import actions
from procurement.contracts.models import Contract
from procurement.delivery import actions as delivery
from tests.factories.accounts import who
from tests.factories.awards import challenge
from tests.factories.clock import acting
from tests.factories.contracts import ContractFactory
from tests.factories.projects import NOT_SAID, REASON
from tests.workflows.transition import AND_AT_THE_END, LightsOutError, TransitionTest, everything, go_out


class ContractTransition(TransitionTest):
    machine = Contract

    def make(self, source: str) -> Contract:
        return ContractFactory(reach=source)

    def party(self, subject: Contract) -> Organisation:
        return subject.buyer


class TestAgree(ContractTransition):
    act, sources, target, roles = "agree", ("drafted",), "agreed", (Role.SUPPLIER, Role.SIGNATORY)

    def party(self, subject: Contract) -> Organisation:
        return subject.supplier


class TestSign(ContractTransition):
    act, sources, target, roles = "sign", ("agreed",), "signed", (Role.SIGNATORY,)

    def make(self, source: str) -> Contract:
        contract = ContractFactory(agreed=True)
        with acting(contract):
            for party in (contract.supplier, contract.buyer):
                actions.add_signature(contract, **who(party, Role.SIGNATORY))
        return contract

    def test_a_failure_at_the_last_signature_leaves_none(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """Signature, state, milestones and the project's state come together or not at all."""
        contract = ContractFactory(agreed=True)
        with acting(contract):
            delivery.sign_contract(contract, **who(contract.supplier, Role.SIGNATORY))
        signatory, before = who(contract.buyer, Role.SIGNATORY), everything()
        monkeypatch.setattr("workflows.jobs.enqueue", go_out)
        with acting(contract), pytest.raises(LightsOutError):
            delivery.sign_contract(contract, **signatory)
        assert everything() == before
        assert (contract.signatures.count(), contract.milestones.count()) == (1, 0)


class TestPublish(ContractTransition):
    act, sources, target, roles = "publish", ("signed",), "published", (Role.DRAFTER,)
    fails_at = AND_AT_THE_END

    def through(self, subject: Contract) -> None:
        delivery.publish_contract(subject, **self.by(subject), fill=NOT_SAID)


class TestAmend(ContractTransition):
    """What the last signature of a supplement does to the contract; its state stays."""

    act, sources, automatic = "amend", ("signed", "published"), True
    target = "signed"

    def more(self, subject: Contract) -> dict[str, Any]:
        return {"given": {"amount": subject.amount + 1, "term_end": subject.term_end}}

    def test_goes_from_source_to_target_and_writes_one_line(self, subject: Contract, source: str) -> None:
        first, length = subject.amount, subject.log_length
        self.perform(subject, **self.by(subject))
        fresh = subject.fresh()
        assert (fresh.state, fresh.log_length) == (source, length + 1)
        assert (fresh.amount, fresh.first_amount) == (first + 1, first)


class TestSuspend(ContractTransition):
    act, sources, target, automatic = "suspend", ("signed", "published"), "suspended", True


class TestResume(ContractTransition):
    act, sources, target, automatic = "resume", ("suspended",), "published", True


class TestResumeSigned(ContractTransition):
    """A contract that was suspended before it was published is still to be published."""

    act, sources, target, automatic = "resume_signed", ("suspended",), "signed", True

    def make(self, source: str) -> Contract:
        contract = ContractFactory(signed=True)
        challenge(contract.award)
        return contract.fresh()


class TestFall(ContractTransition):
    act, sources, target, automatic = "fall", ("drafted", "agreed"), "terminated", True

    def more(self, subject: Contract) -> dict[str, Any]:
        return {"reason": REASON}


class TestComplete(ContractTransition):
    act, sources, target, automatic = "complete", ("published",), "completed", True


class TestTerminate(ContractTransition):
    act, target, roles = "terminate", "terminated", (Role.APPROVER,)
    sources = ("published", "drafted", "agreed", "signed", "suspended")
    fails_at = AND_AT_THE_END

    def more(self, subject: Contract) -> dict[str, Any]:
        return {"reason": REASON}

    def through(self, subject: Contract) -> None:
        delivery.terminate_contract(subject, **self.by(subject), reason=REASON, fill=NOT_SAID)
