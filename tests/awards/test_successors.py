"""Naming the next candidate after an award fell (T12): when the rules let it be, and what it leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.awards import actions, remedies, successors
from procurement.awards.models import Award, FormerResult
from procurement.contracts.models import Contract
from procurement.projects.models import Notice
from tests.awards.test_challenge_pages import REPLY, Scene, scene
from tests.factories.accounts import who
from tests.factories.awards import AwardFactory, PanelFactory, challenge, decide, fill_sheets, sign
from tests.factories.bids import BidFactory
from tests.factories.calls import CallFactory
from tests.factories.clock import acting, last_act
from tests.factories.contracts import ContractFactory
from tests.factories.projects import NOT_SAID, REASON
from tests.workflows.transition import LightsOutError, everything, go_out
from workflows import chain
from workflows.errors import TransitionBlocked

__all__ = ["scene"]
pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def fallen(bidders: int = 3) -> Award:
    """An award that an upheld challenge brought down, of so many bidders."""
    call = CallFactory(published=True)
    for _number in range(bidders):
        BidFactory(lot=call.lots.get(), sealed=True)
    panel = PanelFactory(call=CallFactory.advance(call, "opened"), signed=True)
    award = AwardFactory(panel=panel, noticed=True)
    decide(challenge(award), "uphold", changes_result=True)
    return award.fresh()


def name_next(award: Award, role: Role = Role.APPROVER) -> Award:
    with acting(award):
        return successors.name_next(award, **who(award.project.buyer, role), reason=REASON)


def ranking(award: Award) -> list[tuple[Any, ...]]:
    return list(award.lot.bids.order_by("rank").values_list("number", "rank", "total", "points"))


class TestNaming:
    def test_the_second_takes_the_place_and_the_ranking_stays(self) -> None:
        award = fallen()
        before = ranking(award)
        successor = name_next(award)
        assert (successor.state, successor.bid.rank, successor.succeeds) == ("confirmed", 2, award)
        assert ranking(award) == before
        assert [bid.state for bid in award.lot.bids.order_by("rank")] == ["lost", "won", "lost"]
        assert (award.fresh().state, FormerResult.objects.get().award) == ("revoked", award)
        assert (award.lot.call.fresh().state, award.project.fresh().state) == ("opened", "awarded")
        assert award.lot.call.panel.fresh().state == "signed"
        assert list(chain.faults()) == []

    def test_its_result_is_published_with_its_own_clocks_and_linked_to_the_one_that_fell(self) -> None:
        award = fallen()
        successor = name_next(award)
        with acting(successor, after=timedelta(days=3)):
            actions.publish_result(successor, **who(successor.project.buyer, Role.DRAFTER), fill=NOT_SAID)
        second, first = Notice.objects.filter(project=award.project, kind="result").order_by("-pk")
        assert (second.corrects, second.fields["supplier"]) == (first, successor.bid.supplier.name)
        assert award.bid.supplier.name in second.fields["reason"]
        successor.refresh_from_db()
        assert successor.challenge_until > award.challenge_until
        assert (award.lot.call.fresh().state, award.project.fresh().state) == ("concluded", "awarded")
        contract: Contract = ContractFactory(award=successor, signed=True)
        assert contract.supplier == successor.bid.supplier

    def test_whoever_fell_may_challenge_the_new_result(self) -> None:
        successor = name_next(fallen())
        AwardFactory.advance(successor, "noticed")
        found = challenge(successor)
        assert found.supplier == successor.succeeds.bid.supplier
        assert successor.fresh().state == "challenged"

    def test_the_next_one_falls_too_and_the_third_is_named(self) -> None:
        successor = AwardFactory.advance(name_next(fallen(bidders=4)), "noticed")
        decide(challenge(successor), "uphold", changes_result=True)
        third = name_next(successor.fresh())
        assert third.bid.rank == 3
        assert third.bid_id not in {successor.bid_id, successor.succeeds.bid_id}

    def test_all_of_it_or_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        award = fallen()
        approver = who(award.project.buyer, Role.APPROVER)
        before = everything()
        monkeypatch.setattr(actions, "confirm_award", go_out)
        with acting(award), pytest.raises(LightsOutError):
            successors.name_next(award, **approver, reason=REASON)
        assert (everything(), Award.objects.count()) == (before, 1)

    def test_an_approver_does_it_with_a_reason(self) -> None:
        award = fallen()
        with pytest.raises(PermissionDenied):
            name_next(award, Role.DRAFTER)
        with acting(award), pytest.raises(TransitionBlocked):
            successors.name_next(award, **who(award.project.buyer, Role.APPROVER), reason=" ")
        assert award.fresh().state == "upheld"


class TestWhenItIsNotAllowed:
    def refused(self, award: Award) -> list[tuple[str, str]]:
        with pytest.raises(TransitionBlocked) as refusal:
            name_next(award)
        assert award.fresh().state == "upheld"
        return [(reason.code, reason.article) for reason in refusal.value.reasons]

    def test_too_few_are_left(self) -> None:
        award = fallen()
        type(award.lot.call).objects.filter(pk=award.lot.call_id).update(method="open_tender")
        assert self.refused(award.fresh()) == [("P7", "令87 art 43"), ("T12", "令94 art 16")]

    def test_consultation_of_services_goes_on_with_two(self) -> None:
        award = fallen()
        type(award.lot.call).objects.filter(pk=award.lot.call_id).update(method="consultation")
        assert not list(successors.refusals(award.fresh(), last_act(award)))

    def test_the_documents_were_at_fault(self) -> None:
        award = fallen()
        award.challenges.update(about="documents")
        assert self.refused(award) == [("T12", "令94 art 16")]

    def test_nobody_is_left(self) -> None:
        successor = AwardFactory.advance(name_next(fallen(bidders=2)), "noticed")
        decide(challenge(successor), "uphold", changes_result=True)
        assert self.refused(successor.fresh()) == [("T12", "令94 art 16")]

    def test_before_the_rule_was_in_force(self, monkeypatch: pytest.MonkeyPatch) -> None:
        award = fallen()
        monkeypatch.setattr(successors, "rule_for", lambda award, at: None)
        assert self.refused(award) == [("no_rule", "")]

    def test_after_a_complaint_the_article_is_another(self) -> None:
        award = fallen()
        award.challenges.update(kind="query")
        found = award.challenges.get()
        type(found).objects.filter(pk=found.pk).update(kind="complaint", against=found.pk)
        rule = successors.rule_for(award, last_act(award))
        assert rule is not None
        assert rule.article == "令94 art 32"

    def test_an_award_that_has_not_fallen_stays(self) -> None:
        award = AwardFactory(noticed=True)
        with pytest.raises(TransitionBlocked):
            name_next(award)

    def test_the_scoring_can_begin_again_instead(self) -> None:
        award = fallen()
        with acting(award):
            remedies.score_again(award, **who(award.project.buyer, Role.APPROVER), reason=REASON)
        panel = PanelFactory.advance(award.lot.call.panel.fresh(), "scoring")
        fill_sheets(panel, best=award.lot.bids.exclude(pk=award.bid_id).first())
        sign(panel)
        assert Award.objects.exclude(state="revoked").get().succeeds is None


class TestPages:
    def test_the_approver_names_the_next_and_everybody_reads_of_it(self, scene: Scene) -> None:
        found = scene.file()
        scene.client("officer").post(f"/workspace/awards/challenges/{found.pk}/", REPLY | {"outcome": "fall"})
        page = f"/workspace/awards/fallen/{scene.award.pk}/"
        heir = successors.in_line(scene.award.fresh())[0]
        assert heir.supplier.name in scene.client("approver").get(page).content.decode()
        given = {"what": "next", "reason": "质疑成立，依法另行确定。", "sure": "on"}
        assert scene.client("approver").post(page, given).status_code == 302
        successor = Award.objects.get(succeeds=scene.award)
        Organisation.objects.filter(pk=heir.supplier_id).update(address="示例县示例路 3 号")
        deed = f"/workspace/award.publish_notice/{successor.pk}/"
        assert scene.client("approver").post(deed).status_code == 302
        text = Client().get(f"/threads/{scene.project.number}/").content.decode()
        assert heir.supplier.name in text
        assert successor.fresh().state == "noticed"

    def test_what_is_not_allowed_is_no_choice_and_says_why(self, scene: Scene) -> None:
        found = scene.file()
        scene.client("officer").post(f"/workspace/awards/challenges/{found.pk}/", REPLY | {"outcome": "fall"})
        type(scene.call).objects.filter(pk=scene.call.pk).update(method="open_tender")
        page = scene.client("approver").get(f"/workspace/awards/fallen/{scene.award.pk}/")
        assert 'value="next"' not in page.content.decode()
        assert [reason.rule for reason in page.context["no_successor"]] == ["P7", "T12"]
        given = {"what": "next", "reason": "质疑成立。", "sure": "on"}
        answer = scene.client("approver").post(f"/workspace/awards/fallen/{scene.award.pk}/", given)
        assert (answer.status_code, scene.award.fresh().state) == (400, "upheld")
