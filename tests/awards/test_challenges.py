"""Who may file what and until when, what it suspends, and what a decision leads to (T4–T6, T10)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from procurement.accounts.enums import Role
from procurement.awards import challenges, filing, remedies
from procurement.awards.models import Award, Challenge, FormerResult
from procurement.calls.models import Taking
from procurement.delivery import actions as delivery
from procurement.projects.models import Notice
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.awards import (
    REPLY,
    WORDS,
    AwardFactory,
    ChallengeFactory,
    PanelFactory,
    challenge,
    decide,
    loser,
)
from tests.factories.calls import CallFactory
from tests.factories.clock import acting, noon
from tests.factories.contracts import ContractFactory, complete
from tests.factories.delivery import MilestoneFactory
from tests.factories.projects import NOT_SAID, REASON
from workflows import chain, clock
from workflows.errors import TransitionBlocked

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def codes(error: pytest.ExceptionInfo[TransitionBlocked]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def supervisors() -> dict[str, Any]:
    return who(OrganisationFactory(name="示例县财政局", kind="state_organ"), Role.REGULATOR)


def complain(found: Challenge, **more: Any) -> Challenge:
    with acting(found, **more):
        return challenges.file(
            found.call,
            **who(found.supplier, Role.SUPPLIER),
            kind="complaint",
            about=found.about,
            against=found,
            words=WORDS,
        )


class TestWhoMayFile:
    def test_the_winner_and_strangers_may_not_challenge_the_result(self) -> None:
        award = AwardFactory(noticed=True)
        for supplier in (award.bid.supplier, OrganisationFactory(supplier=True)):
            with acting(award), pytest.raises(TransitionBlocked) as refusal:
                challenges.file(
                    award.lot.call, **who(supplier, Role.SUPPLIER), kind="challenge", about="result", award=award,
                    words=WORDS,
                )  # fmt: skip
            assert codes(refusal) == ["T5"]
            assert refusal.value.reasons[0].article == "条例 art 53"

    def test_only_a_suppliers_staff_files_and_only_for_itself(self) -> None:
        award = AwardFactory(noticed=True)
        supplier = loser(award).supplier
        for by in (who(supplier, Role.FINANCE), who(award.project.buyer, Role.DRAFTER) | {"organisation": supplier}):
            with acting(award), pytest.raises(PermissionDenied):
                challenges.file(award.lot.call, **by, kind="query", about="documents", words=WORDS)
        assert not Challenge.objects.exists()

    def test_whoever_took_the_documents_may_challenge_them(self) -> None:
        call = CallFactory(published=True)
        reader = OrganisationFactory(supplier=True)
        by = who(reader, Role.SUPPLIER)
        with acting(call) as moment:
            Taking.objects.create(call=call, organisation=reader, taken_at=moment, taken_by=by["by"])
            found = challenges.file(call, **by, kind="challenge", about="documents", words=WORDS)
        assert (found.state, found.award, found.number) == ("filed", None, f"{call.number}-Z1")
        with acting(call), pytest.raises(TransitionBlocked) as refusal:
            challenges.file(call, **by, kind="challenge", about="process", words=WORDS)
        assert "T5" in codes(refusal)

    def test_a_challenge_says_what_it_asks_for_and_on_which_facts(self) -> None:
        award = AwardFactory(noticed=True)
        with pytest.raises(TransitionBlocked) as refusal:
            challenge(award, words={})
        assert codes(refusal) == ["claims", "facts"]

    def test_one_of_a_kind_at_a_time(self) -> None:
        award = AwardFactory(challenged=True)
        with pytest.raises(TransitionBlocked) as refusal:
            challenge(award)
        assert codes(refusal) == ["pending"]


class TestClocks:
    @pytest.mark.parametrize(
        ("kind", "filed", "due"),
        [
            ("query", date(2026, 9, 30), date(2026, 10, 10)),  # 3 WD; 10-10 is a make-up workday
            ("challenge", date(2026, 9, 24), date(2026, 10, 12)),  # 7 WD over the holidays (D2)
            ("challenge", date(2026, 2, 13), date(2026, 3, 1)),
            ("complaint", date(2026, 4, 27), date(2026, 6, 9)),
        ],
    )
    def test_a_reply_is_due_in_working_days(self, kind: str, filed: date, due: date) -> None:
        from procurement.rules import workdays

        days = {"query": 3, "challenge": 7, "complaint": 30}[kind]
        found = filing.due_on(kind, CallFactory(), noon(filed))
        assert found == workdays.add_working_days(filed, days)
        assert workdays.working_days_between(filed + timedelta(days=1), found) == days
        if (kind, filed) == ("challenge", date(2026, 9, 24)):
            assert found == due

    def test_a_challenge_on_the_last_day_is_in_time_and_a_day_later_refused(self) -> None:
        award = AwardFactory(noticed=True)
        last = award.challenge_until
        assert last is not None
        by = who(loser(award).supplier, Role.SUPPLIER)
        what: dict[str, Any] = {"kind": "challenge", "about": "result", "award": award, "words": WORDS}
        with acting(award, at=noon(last + timedelta(days=1))), pytest.raises(TransitionBlocked) as refusal:
            challenges.file(award.lot.call, **by, **what)
        assert codes(refusal) == ["T5"]
        with acting(award, at=noon(last)):
            assert challenges.file(award.lot.call, **by, **what).state == "filed"

    def test_a_query_is_never_too_late(self) -> None:
        award = AwardFactory(final=True)
        found = challenge(award, kind="query")
        assert (found.state, award.fresh().state) == ("filed", "final")

    def test_a_late_reply_is_logged_and_not_refused(self) -> None:
        found = ChallengeFactory()
        with acting(found, at=noon(found.due_on + timedelta(days=1))):
            challenges.dismiss(found, **who(found.project.buyer, Role.OFFICER), **REPLY)
        assert found.state == "dismissed"
        from workflows.models import TransitionLog

        row = TransitionLog.objects.get(subject_type="awards.challenge", action="dismiss")
        assert [(rule["rule"], rule["effect"]) for rule in row.facts["rules"]] == [("T5", "late")]


class TestReplies:
    def test_the_drafter_never_replies_alone(self) -> None:
        found = ChallengeFactory()
        drafter = found.call.drafted_by
        drafter.memberships.update(roles=[str(Role.DRAFTER), str(Role.APPROVER)])
        with acting(found), pytest.raises(TransitionBlocked) as refusal:
            challenges.dismiss(found, by=drafter, organisation=found.project.buyer, **REPLY)
        assert codes(refusal) == ["four_eyes"]

    def test_a_reply_has_two_parts(self) -> None:
        found = ChallengeFactory()
        with acting(found), pytest.raises(TransitionBlocked) as refusal:
            challenges.dismiss(found, **who(found.project.buyer, Role.OFFICER), decision=" ", published="")
        assert codes(refusal) == ["decision", "published"]

    def test_nothing_that_is_not_published_is_in_the_log(self) -> None:
        from workflows.models import TransitionLog

        found = ChallengeFactory(dismissed=True)
        rows = TransitionLog.objects.filter(subject_type="awards.challenge", subject_id=found.pk)
        assert "商业秘密" in found.decision
        assert not any("商业秘密" in str(row.facts) or WORDS["facts"] in str(row.facts) for row in rows)

    def test_dismissed_the_thread_goes_on(self) -> None:
        award = AwardFactory(challenged=True)
        other = award.lot.bids.exclude(pk=award.bid_id)
        assert other.exists()
        decide(award.challenges.get(), "dismiss")
        assert award.fresh().state == "dismissed"
        assert list(chain.faults()) == []

    def test_an_award_stays_challenged_while_another_challenge_is_pending(self) -> None:
        award = AwardFactory(noticed=True)
        first, second = challenge(award), challenge(award, about="process", award=None)
        decide(first, "dismiss")
        assert award.fresh().state == "challenged"
        decide(second, "uphold", changes_result=False)
        assert award.fresh().state == "dismissed"

    def test_a_challenge_of_the_procedure_from_before_the_result_meets_it_there(self) -> None:
        award = AwardFactory(confirmed=True)
        challenge(award, about="process", award=None)
        assert award.fresh().state == "confirmed"
        AwardFactory._way["noticed"][1](award)
        assert award.fresh().state == "challenged"


class TestComplaints:
    def test_it_waits_for_the_reply_or_for_its_day_to_pass(self) -> None:
        found = ChallengeFactory()
        with pytest.raises(TransitionBlocked) as refusal:
            complain(found)
        assert codes(refusal) == ["early"]
        assert complain(found, at=noon(found.due_on + timedelta(days=1))).state == "filed"

    def test_the_supervisors_decide_it_and_nobody_else(self) -> None:
        found = complain(ChallengeFactory(dismissed=True))
        for by in (who(found.project.buyer, Role.APPROVER), who(found.project.buyer, Role.REGULATOR)):
            with acting(found), pytest.raises(PermissionDenied):
                challenges.uphold(found, **by, **REPLY, changes_result=True)
        with acting(found):
            challenges.uphold(found, **supervisors(), **REPLY, changes_result=True)
        assert (found.state, Award.objects.get().state) == ("upheld", "upheld")

    def test_an_award_is_not_final_before_the_time_to_complain_is_over(self) -> None:
        from procurement.awards import actions

        award = AwardFactory(dismissed=True)
        until = award.challenges.get().complain_until
        with acting(award, at=noon(until)), pytest.raises(TransitionBlocked) as refusal:
            actions.finalise(award)
        assert codes(refusal) == ["T6"]

    def test_a_complaint_suspends_only_where_the_supervisors_say_so(self) -> None:
        contract = ContractFactory(signed=True)
        first = challenge(contract.award)
        assert contract.fresh().state == "suspended"
        decide(first, "dismiss")
        assert contract.fresh().state == "signed"
        complaint = complain(first)
        assert contract.fresh().state == "signed"
        with acting(complaint):
            challenges.assess(complaint, **supervisors(), may_change_result=True, reason=REASON)
        assert contract.fresh().state == "suspended"


class TestSuspension:
    def test_signing_waits_for_the_decision(self) -> None:
        contract = ContractFactory(agreed=True)
        found = challenge(contract.award)
        for party in (contract.supplier, contract.buyer):
            with acting(contract), pytest.raises(TransitionBlocked) as refusal:
                delivery.sign_contract(contract, **who(party, Role.SIGNATORY))
            assert codes(refusal) == ["T10"]
            assert found.number in str(refusal.value)
        assert not contract.signatures.exists()
        decide(found, "dismiss")
        ContractFactory.advance(contract.fresh(), "signed")

    def test_what_cannot_change_the_result_suspends_nothing(self) -> None:
        contract = ContractFactory(agreed=True)
        found = challenge(contract.award)
        with acting(found):
            challenges.assess(
                found, **who(found.project.buyer, Role.APPROVER), may_change_result=False, reason="只涉及联系方式。"
            )
        assert ContractFactory.advance(contract.fresh(), "signed").state == "signed"

    def test_a_query_suspends_where_the_buyer_says_it_may_change_the_result(self) -> None:
        contract = ContractFactory(signed=True)
        found = challenge(contract.award, kind="query")
        assert contract.fresh().state == "signed"
        with acting(found):
            challenges.assess(found, **who(found.project.buyer, Role.OFFICER), may_change_result=True, reason=REASON)
        assert contract.fresh().state == "suspended"
        decide(found, "answer")
        assert contract.fresh().state == "signed"

    def test_a_suspended_contract_is_not_performed(self) -> None:
        contract = ContractFactory(published=True)
        first = contract.milestones.order_by("position")[0]
        MilestoneFactory.advance(first, "invoiced")
        found = challenge(contract.award)
        first, second = contract.milestones.order_by("position")
        with acting(contract), pytest.raises(TransitionBlocked) as refusal:
            delivery.record_payment(first, **who(contract.buyer, Role.FINANCE))
        assert codes(refusal) == ["T10"]
        with acting(contract), pytest.raises(TransitionBlocked):
            delivery.deliver(second, {}, **who(contract.supplier, Role.SUPPLIER))
        decide(found, "dismiss")
        assert contract.fresh().state == "published"
        complete(contract.fresh())
        assert contract.fresh().state == "completed"

    def test_challenge_and_suspension_come_together_or_not_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from tests.workflows.transition import LightsOutError, everything, go_out

        contract = ContractFactory(signed=True)
        who(loser(contract.award).supplier, Role.SUPPLIER)
        before = everything()
        monkeypatch.setattr("procurement.contracts.models.Contract.save", go_out)
        with pytest.raises(LightsOutError):
            challenge(contract.award)
        assert (everything(), Challenge.objects.count()) == (before, 0)


class TestRemedies:
    def test_the_panel_scores_again_and_the_old_ranking_is_kept(self) -> None:
        award = AwardFactory(upheld=True)
        old = [(bid.number, bid.total) for bid in award.lot.bids.order_by("rank")]
        AwardFactory._way["revoked"][1](award)
        call, project = award.lot.call.fresh(), award.project.fresh()
        assert (call.state, call.panel.fresh().state, project.state) == ("opened", "declared", "opened")
        assert {bid.state for bid in award.lot.bids.all()} == {"qualified"}
        kept = FormerResult.objects.get(award=award)
        assert [(row["bid"], row["total"]) for row in kept.ranking] == [(number, str(total)) for number, total in old]
        assert kept.sheets
        second = award.lot.bids.get(number=old[1][0])
        panel = PanelFactory.advance(call.panel.fresh(), "scoring")
        from tests.factories.awards import fill_sheets, sign

        fill_sheets(panel, best=second)
        sign(panel)
        again = Award.objects.exclude(state="revoked").get()
        assert (again.bid, again.lot) == (second, award.lot)
        AwardFactory.advance(again, "noticed")
        assert (call.fresh().state, project.fresh().state) == ("concluded", "awarded")
        assert award.fresh().bid.number == old[0][0]
        assert list(chain.faults()) == []

    def test_the_procurement_ends_with_a_termination_notice(self) -> None:
        award = AwardFactory(upheld=True)
        with acting(award):
            remedies.end(award, **who(award.project.buyer, Role.APPROVER), reason=REASON, fill=NOT_SAID)
        assert (award.state, award.lot.call.fresh().state, award.project.fresh().state) == (
            "revoked", "cancelled", "failed",
        )  # fmt: skip
        assert Notice.objects.filter(project=award.project, kind="termination").count() == 1

    def test_an_unsigned_contract_falls_with_its_award(self) -> None:
        contract = ContractFactory(agreed=True)
        decide(challenge(contract.award), "uphold", changes_result=True)
        AwardFactory._way["revoked"][1](contract.award.fresh())
        assert (contract.fresh().state, contract.project.fresh().state) == ("terminated", "opened")

    def test_a_signed_contract_is_terminated_first(self) -> None:
        contract = ContractFactory(signed=True)
        decide(challenge(contract.award), "uphold", changes_result=True)
        assert contract.fresh().state == "suspended"
        with pytest.raises(TransitionBlocked) as refusal:
            AwardFactory._way["revoked"][1](contract.award.fresh())
        assert codes(refusal) == ["contract"]
        assert (Award.objects.get().state, FormerResult.objects.count()) == ("upheld", 0)

    def test_only_an_approver_and_only_with_a_reason(self) -> None:
        award = AwardFactory(upheld=True)
        with acting(award), pytest.raises(PermissionDenied):
            remedies.score_again(award, **who(award.project.buyer, Role.DRAFTER), reason=REASON)
        with acting(award), pytest.raises(TransitionBlocked):
            remedies.score_again(award, **who(award.project.buyer, Role.APPROVER), reason=" ")
        assert award.fresh().state == "upheld"

    def test_what_was_upheld_before_the_result_keeps_it_from_being_confirmed(self) -> None:
        award = AwardFactory()
        decide(challenge(award, about="process", award=None), "uphold", changes_result=True)
        with pytest.raises(TransitionBlocked) as refusal:
            AwardFactory.advance(award, "confirmed")
        assert codes(refusal) == ["upheld"]
        assert award.fresh().state == "proposed"

    def test_without_a_result_an_upheld_challenge_changes_none(self) -> None:
        call = CallFactory(opened=True)
        bid = call.lots.get().bids.first()
        with acting(call):
            found = challenges.file(
                call, **who(bid.supplier, Role.SUPPLIER), kind="challenge", about="process", words=WORDS
            )
        decide(found, "uphold", changes_result=True)
        assert (found.state, found.changes_result) == ("upheld", False)
        assert clock.claimed_time() is None
