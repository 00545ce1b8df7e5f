"""What a supplement may change, what it changes, and what stays as it was signed (C2, C4, C5, C6, W5, T8)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from procurement.accounts.enums import Role
from procurement.contracts import actions, amending, hooks
from procurement.contracts.models import Amendment, Contract
from procurement.contracts.spending import contracted
from procurement.delivery import actions as delivery
from procurement.evaluation import formulas
from procurement.projects.models import BudgetLine, Notice, Project
from tests.factories.accounts import who
from tests.factories.awards import challenge
from tests.factories.clock import acting, last_act
from tests.factories.contracts import ADDED, AmendmentFactory, ContractFactory, complete, supplement
from tests.factories.delivery import MilestoneFactory
from tests.factories.projects import REASON
from workflows import chain
from workflows.errors import TransitionBlocked
from workflows.models import TransitionLog

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
TENTH = Decimal(8000)  # of the factories' contract of 80 000 yuan


def codes(error: pytest.ExceptionInfo[TransitionBlocked]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def refused(contract: Contract, added: Decimal = ADDED, **more: Any) -> list[str]:
    with pytest.raises(TransitionBlocked) as refusal:
        supplement(contract, added, **more)
    assert not Amendment.objects.filter(contract=contract, state="drafted").exists()
    return codes(refusal)


class TestLimits:
    def test_a_tenth_may_be_added_and_not_a_fen_more(self) -> None:
        contract = ContractFactory(published=True)
        with pytest.raises(TransitionBlocked) as refusal:
            supplement(contract, TENTH + Decimal("0.01"))
        (reason,) = refusal.value.reasons
        assert (reason.code, reason.article) == ("C4", "采购法 art 49")
        assert supplement(contract, TENTH).state == "drafted"

    def test_all_supplements_count_together_and_a_cut_gives_no_room_back(self) -> None:
        contract = ContractFactory(published=True)
        AmendmentFactory(contract=contract, added=Decimal(5000), published=True)
        AmendmentFactory(contract=contract.fresh(), added=Decimal(-4000), published=True)
        contract.refresh_from_db()
        assert contract.amount == Decimal(81000)
        assert refused(contract, Decimal("3000.01")) == ["C4"]
        assert supplement(contract, Decimal(3000)).amount == Decimal(84000)

    def test_payments_together_are_the_new_amount(self) -> None:
        contract = ContractFactory(published=True)
        assert refused(contract, rows=[]) == ["C5"]

    def test_a_further_step_has_a_name_of_its_own(self) -> None:
        contract = ContractFactory(published=True)
        last = hooks.payments(contract)[-1]
        for name in (last.name, contract.instalments.first().name):  # type: ignore[union-attr]
            assert refused(contract, rows=[{"name": name, "due": last.due, "amount": ADDED}]) == ["name"]
        twice = [{"name": "加办一期", "due": last.due, "amount": ADDED / 2}] * 2
        assert refused(contract, rows=twice) == ["name"]
        assert supplement(contract, rows=twice[:1], amount=contract.amount + ADDED / 2).state == "drafted"

    @pytest.mark.parametrize("amount", [Decimal(0), Decimal(-1)])
    def test_a_payment_is_more_than_nothing(self, amount: Decimal) -> None:
        contract = ContractFactory(published=True)
        last = hooks.payments(contract)[-1]
        row = {"instalment": last.instalment, "due": last.due, "amount": amount}
        assert refused(contract, rows=[row]) == ["amount"]
        assert refused(contract, rows=[{"name": "加办一期", "due": last.due, "amount": amount}]) == ["amount"]

    def test_what_has_been_handed_in_stays(self) -> None:
        contract = ContractFactory(published=True)
        MilestoneFactory.advance(contract.milestones.get(on_signing=False), "delivered")
        assert refused(contract) == ["settled"]

    def test_the_term_stays_within_a_year(self) -> None:
        contract = ContractFactory(published=True)
        assert refused(contract, term_end=date(2027, 5, 1)) == ["C2"]
        assert supplement(contract, term_end=date(2027, 4, 30)).term_end == date(2027, 4, 30)

    def test_it_says_what_changes_and_why(self) -> None:
        contract = ContractFactory(published=True)
        assert refused(contract, reason=" ") == ["C6"]
        same = {"rows": [], "amount": contract.amount}
        assert refused(contract, **same) == ["nothing"]

    def test_the_budget_line_must_have_it(self) -> None:
        contract = ContractFactory(published=True)
        line = contract.project.budget_line
        BudgetLine.objects.filter(pk=line.pk).update(amount=contract.amount + ADDED - 1)
        assert refused(contract) == ["W5"]
        BudgetLine.objects.filter(pk=line.pk).update(amount=contract.amount + ADDED)
        assert supplement(contract).state == "drafted"

    def test_the_budget_line_is_asked_again_at_the_last_signature(self) -> None:
        amendment = AmendmentFactory(agreed=True)
        with acting(amendment):
            amending.sign(amendment, **who(amendment.supplier, Role.SIGNATORY))
        BudgetLine.objects.update(amount=amendment.amount - 1)
        with acting(amendment), pytest.raises(TransitionBlocked) as refusal:
            amending.sign(amendment, **who(amendment.buyer, Role.SIGNATORY))
        assert codes(refusal) == ["W5"]
        assert amendment.contract.fresh().amount == amendment.amount_was

    def test_a_contract_that_rests_or_has_ended_is_not_amended(self) -> None:
        contract = ContractFactory(published=True)
        challenge(contract.award)
        assert refused(contract.fresh()) == ["T10"]
        ended = ContractFactory(completed=True)
        assert "contract_state" in refused(ended, rows=[{"name": "加", "due": ended.term_end, "amount": ADDED}])

    def test_one_at_a_time(self) -> None:
        contract = ContractFactory(published=True)
        first = supplement(contract)
        with pytest.raises(TransitionBlocked) as refusal:
            supplement(contract)
        assert codes(refusal) == ["open"]
        AmendmentFactory.advance(first, "dropped")
        assert supplement(contract).number == f"{contract.number}-S2"

    def test_only_the_buyers_staff_drafts_and_only_signatories_sign(self) -> None:
        contract = ContractFactory(published=True)
        for by in (who(contract.supplier, Role.SUPPLIER), who(contract.buyer, Role.FINANCE)):
            with acting(contract), pytest.raises(PermissionDenied):
                amending.draft(
                    contract, **by, amount=contract.amount, term_end=contract.term_end, rows=[], service="", reason=""
                )
        amendment = AmendmentFactory(contract=contract, agreed=True)
        with acting(contract), pytest.raises(PermissionDenied):
            amending.sign(amendment, **who(contract.buyer, Role.APPROVER))
        with acting(contract):
            amending.sign(amendment, **who(contract.buyer, Role.SIGNATORY))
        with acting(contract), pytest.raises(TransitionBlocked) as refusal:
            amending.sign(amendment, **who(contract.buyer, Role.SIGNATORY))
        assert codes(refusal) == ["signed"]


class TestEffect:
    def test_amount_term_and_payments_move_with_the_last_signature(self) -> None:
        contract = ContractFactory(published=True)
        last = contract.milestones.get(on_signing=False)
        added = {"name": "加开场次", "due": date(2026, 9, 20), "amount": Decimal(2000), "targets": {"sessions": "4"}}
        amendment = supplement(
            contract,
            amount=contract.amount + 5000,
            term_end=date(2026, 9, 30),
            rows=[{"instalment": last.instalment_id, "due": date(2026, 9, 25), "amount": last.amount + 3000}, added],
        )
        assert contract.fresh().amount == Decimal(80000)
        AmendmentFactory.advance(amendment, "signed")
        contract.refresh_from_db()
        assert (contract.amount, contract.term_end, contract.state) == (85000, date(2026, 9, 30), "published")
        assert (contract.first_amount, contract.first_term_end) == (80000, date(2026, 8, 31))
        rows = [(row.name, row.due, row.amount, row.state) for row in contract.milestones.order_by("position")]
        assert rows[1:] == [
            ("结项", date(2026, 9, 25), Decimal("59000.00"), "planned"),
            ("加开场次", date(2026, 9, 20), Decimal("2000.00"), "planned"),
        ]
        assert contract.milestones.get(name="加开场次").deliverables.get().target == 4
        assert list(chain.faults()) == []

    def test_what_was_signed_first_keeps_its_hash(self) -> None:
        contract = ContractFactory(published=True)
        before = actions.content_hash(contract)
        new = {"name": "加", "due": contract.term_end, "amount": ADDED}
        AmendmentFactory.advance(supplement(contract, rows=[new]), "signed")
        assert actions.content_hash(contract.fresh()) == before == contract.signatures.first().content_sha256
        amendment = contract.amendments.get()
        assert {row.content_sha256 for row in amendment.signatures.all()} == {amending.content_hash(amendment)}

    def test_the_new_amount_is_what_can_be_paid_and_what_is_executed(self) -> None:
        contract = AmendmentFactory(published=True).contract
        complete(contract)
        paid = sum(row.amount for row in contract.payments.all())
        assert (paid, contract.fresh().state) == (Decimal(85000), "completed")
        assert formulas.budget_execution(paid, contract.fresh().amount) == 100

    def test_more_than_the_new_amount_is_not_paid(self) -> None:
        contract = AmendmentFactory(published=True).contract.fresh()
        milestone = contract.milestones.get(on_signing=False)
        MilestoneFactory.advance(milestone, "invoiced")
        type(milestone).objects.filter(pk=milestone.pk).update(amount=Decimal(85001))
        with acting(contract), pytest.raises(TransitionBlocked) as refusal:
            delivery.record_payment(milestone.fresh(), **who(contract.buyer, Role.FINANCE))
        assert codes(refusal) == ["C5"]

    def test_the_budget_line_knows(self) -> None:
        contract = ContractFactory(published=True)
        project = contract.project
        Project.objects.filter(pk=project.pk).update(budget=contract.amount)
        before = project.budget_line.left()
        AmendmentFactory(contract=contract, signed=True)
        assert contracted(Project.objects.filter(pk=project.pk)) == {project.pk: Decimal(85000)}
        assert project.budget_line.left() == before - ADDED

    def test_a_signed_contract_can_be_amended_and_is_published_before_its_supplement(self) -> None:
        contract = ContractFactory(signed=True)
        amendment = AmendmentFactory(contract=contract, signed=True)
        with pytest.raises(TransitionBlocked) as refusal:
            AmendmentFactory.advance(amendment, "published")
        assert codes(refusal) == ["unpublished"]
        ContractFactory.advance(contract.fresh(), "published")
        assert AmendmentFactory.advance(amendment.fresh(), "published").state == "published"


class TestNotice:
    def test_names_contract_clauses_and_supplement_and_links_the_contracts_own(self) -> None:
        amendment = AmendmentFactory(published=True)
        notice = Notice.objects.get(project=amendment.project, kind="contract_change")
        assert notice.fields["contract_number"] == amendment.contract.number
        assert notice.fields["supplement_number"] == amendment.number
        assert notice.fields["clause"] == "合同价款、资金支付进度"
        assert "80,000.00" in notice.fields["was"]
        assert "捌万伍仟元整" in notice.fields["is"]
        assert notice.corrects == Notice.objects.get(project=amendment.project, kind="contract")

    def test_late_is_published_and_logged_as_late(self) -> None:
        amendment = AmendmentFactory(signed=True)
        with acting(amendment, at=last_act(amendment) + timedelta(days=9)):
            amending.publish(amendment, **who(amendment.buyer, Role.APPROVER))
        row = TransitionLog.objects.get(subject_type="contracts.amendment", action="publish")
        assert [(rule["rule"], rule["effect"]) for rule in row.facts["rules"]] == [("T8", "late")]

    def test_given_up_changes_nothing(self) -> None:
        amendment = AmendmentFactory(dropped=True)
        assert (amendment.drop_reason, amendment.contract.fresh().amount) == (REASON, Decimal(80000))
        assert hooks.payments(amendment.contract)[-1].amount == Decimal(56000)
