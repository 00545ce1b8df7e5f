"""Every transition of a supplement: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.contracts import amending
from procurement.contracts.models import Amendment, AmendmentSignature
from tests.factories.accounts import who
from tests.factories.clock import acting
from tests.factories.contracts import AmendmentFactory
from tests.factories.projects import REASON
from tests.workflows.transition import AND_AT_THE_END, LightsOutError, TransitionTest, everything, go_out


class AmendmentTransition(TransitionTest):
    machine = Amendment

    def make(self, source: str) -> Amendment:
        return AmendmentFactory(reach=source if source != "drafted" else "")

    def party(self, subject: Amendment) -> Organisation:
        return subject.buyer


class TestAgree(AmendmentTransition):
    act, sources, target, roles = "agree", ("drafted",), "agreed", (Role.SUPPLIER, Role.SIGNATORY)
    fails_at = AND_AT_THE_END

    def party(self, subject: Amendment) -> Organisation:
        return subject.supplier

    def through(self, subject: Amendment) -> None:
        amending.agree(subject, **self.by(subject))


class TestSign(AmendmentTransition):
    act, sources, target, roles = "sign", ("agreed",), "signed", (Role.SIGNATORY,)

    def make(self, source: str) -> Amendment:
        amendment = AmendmentFactory(agreed=True)
        with acting(amendment) as moment:
            for party, side in ((amendment.supplier, "supplier"), (amendment.buyer, "buyer")):
                AmendmentSignature.objects.create(
                    amendment=amendment, party=side, by=who(party, Role.SIGNATORY)["by"], at=moment,
                    content_sha256=amending.content_hash(amendment),
                )  # fmt: skip
        return amendment

    def test_a_failure_at_the_last_signature_leaves_none(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """Signature, state, the contract's amount and its payments come together or not at all."""
        amendment = AmendmentFactory(agreed=True)
        with acting(amendment):
            amending.sign(amendment, **who(amendment.supplier, Role.SIGNATORY))
        signatory, before = who(amendment.buyer, Role.SIGNATORY), everything()
        money = amendment.contract.amount
        monkeypatch.setattr("workflows.jobs.enqueue", go_out)
        with acting(amendment), pytest.raises(LightsOutError):
            amending.sign(amendment, **signatory)
        assert everything() == before
        assert (amendment.signatures.count(), amendment.contract.fresh().amount) == (1, money)


class TestPublish(AmendmentTransition):
    act, sources, target, roles = "publish", ("signed",), "published", (Role.APPROVER,)
    fails_at = AND_AT_THE_END

    def through(self, subject: Amendment) -> None:
        amending.publish(subject, **self.by(subject))


class TestDrop(AmendmentTransition):
    act, sources, target, roles = "drop", ("drafted", "agreed"), "dropped", (Role.DRAFTER, Role.APPROVER)
    fails_at = AND_AT_THE_END

    def more(self, subject: Amendment) -> dict[str, Any]:
        return {"reason": REASON}

    def through(self, subject: Amendment) -> None:
        amending.drop(subject, **self.by(subject), reason=REASON)

    def others(self, subject: Amendment) -> Iterator[dict[str, Any]]:
        yield from super().others(subject)
        yield who(subject.supplier, Role.FINANCE)

    def test_the_supplier_may_let_it_go_too(self, subject: Amendment) -> None:
        with acting(subject):
            amending.drop(subject, **who(subject.supplier, Role.SUPPLIER), reason=REASON)
        assert subject.fresh().state == "dropped"
