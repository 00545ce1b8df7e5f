"""Questions before the clarification limit, answers to all, and corrections that keep the old words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from procurement.calls.models import Call, Correction, Question, Taking
from procurement.projects.models import Notice
from tests import threads
from tests.accounts.test_workspace import logged_in, outsider
from tests.forms import filled
from workflows.clock import database_now

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def open_call() -> Call:
    threads.waiting("open-for-bids-1")
    return Call.objects.select_related("project__buyer").get()


def form_of(client: Client, call: Call) -> dict[str, str]:
    return filled(client.get(f"/workspace/calls/{call.pk}/correct/").context["form"])


class TestQuestions:
    def test_asked_and_answered_without_the_askers_name(self) -> None:
        call = open_call()
        supplier = logged_in("supplier")
        assert supplier.post(f"/workspace/call.ask/{call.pk}/", {"text": "场地由谁提供？"}).status_code == 302
        question = Question.objects.get()
        assert question.supplier.name not in Client().get(f"/calls/{call.number}/").content.decode()
        drafter = logged_in("drafter")
        assert question.supplier.name in drafter.get(f"/workspace/calls/{call.pk}/questions/").content.decode()
        drafter.post(f"/workspace/question.answer/{question.pk}/", {"answer": "由采购人提供。"})
        page = Client().get(f"/calls/{call.number}/").content.decode()
        assert "场地由谁提供？" in page
        assert "由采购人提供。" in page
        assert question.supplier.name not in page
        log = Client().get(f"/threads/{call.project.number}/log/").content.decode()
        assert question.supplier.name not in log

    def test_not_after_the_limit(self) -> None:
        call = open_call()
        Call.objects.filter(pk=call.pk).update(questions_until=call.published_at)
        supplier = logged_in("supplier")
        answer = supplier.post(f"/workspace/call.ask/{call.pk}/", {"text": "还能问吗？"})
        assert answer.status_code in (302, 409)
        assert not Question.objects.exists()

    def test_an_answer_comes_late_but_comes(self) -> None:
        call = open_call()
        logged_in("supplier").post(f"/workspace/call.ask/{call.pk}/", {"text": "？？"})
        question = Question.objects.get()
        Question.objects.filter(pk=question.pk).update(asked_at=question.asked_at - timedelta(days=30))
        drafter = logged_in("drafter")
        address = f"/workspace/question.answer/{question.pk}/"
        assert "T4" in drafter.get(address).content.decode()
        assert drafter.post(address, {"answer": "是。"}).status_code == 302
        assert question.fresh().state == "answered"

    def test_taking_the_documents_once(self) -> None:
        call = open_call()
        supplier = logged_in("supplier")
        for _again in range(2):
            supplier.post(f"/workspace/calls/{call.pk}/take/", {"next": f"/calls/{call.number}/"})
        assert Taking.objects.count() == 1
        assert logged_in("drafter").post(f"/workspace/calls/{call.pk}/take/", {}).status_code == 403


class TestCorrections:
    def test_old_beside_new_and_linked_both_ways(self) -> None:
        call = open_call()
        approver = logged_in("approver")
        sent = form_of(approver, call) | {"contact": "新的联系人 0571-11111111"}
        shown = approver.post(f"/workspace/calls/{call.pk}/correct/", sent)
        assert "新的联系人" in shown.content.decode()
        assert not Correction.objects.exists()
        done = approver.post(f"/workspace/calls/{call.pk}/correct/", sent | {"go": "publish", "sure": "on"})
        assert done.status_code == 302, done.content.decode()[-3000:]
        correction = Correction.objects.get()
        assert [change["name"] for change in correction.changes] == ["contact"]
        assert not correction.of_content
        original = Notice.objects.get(project=call.project, kind="call")
        assert correction.notice.corrects == original
        assert list(original.corrections.all()) == [correction.notice]
        assert call.fresh().contact == "新的联系人 0571-11111111"
        assert "新的联系人" in Client().get(f"/calls/{call.number}/").content.decode()

    def test_content_changed_late_moves_the_deadline(self) -> None:
        call = open_call()
        Call.objects.filter(pk=call.pk).update(deadline=call.deadline - timedelta(days=60))
        soon = Call.objects.get(pk=call.pk)
        Call.objects.filter(pk=call.pk).update(deadline=database_now() + timedelta(days=1))
        approver = logged_in("approver")
        sent = form_of(approver, soon) | {"requirements": "改了的需求", "go": "publish", "sure": "on"}
        refused = approver.post(f"/workspace/calls/{call.pk}/correct/", sent)
        assert refused.status_code == 409
        assert "P4" in refused.content.decode()
        assert not Correction.objects.exists()
        assert call.fresh().requirements != "改了的需求"
        later = (database_now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
        assert approver.post(f"/workspace/calls/{call.pk}/correct/", sent | {"deadline": later}).status_code == 302
        assert Correction.objects.get().of_content
        assert call.fresh().requirements == "改了的需求"

    @pytest.mark.parametrize(
        "wrong",
        [{"weight_1": "1"}, {"deadline": "2020-01-01T00:00"}, {"ceiling": "-5"}, {"ceiling": "99999999"}],
        ids=["weights", "earlier", "negative", "above the budget"],
    )
    def test_what_a_call_must_meet_a_correction_must_too(self, wrong: dict[str, str]) -> None:
        call = open_call()
        approver = logged_in("approver")
        weights = [str(c.weight) for c in call.criteria.all()]
        sent = form_of(approver, call) | wrong | {"go": "publish", "sure": "on"}
        assert approver.post(f"/workspace/calls/{call.pk}/correct/", sent).status_code in (400, 409)
        assert not Correction.objects.exists()
        assert [str(c.weight) for c in call.criteria.all()] == weights

    def test_nothing_changed_is_no_correction(self) -> None:
        call = open_call()
        approver = logged_in("approver")
        sent = form_of(approver, call) | {"go": "publish", "sure": "on"}
        assert approver.post(f"/workspace/calls/{call.pk}/correct/", sent).status_code == 409
        assert not Correction.objects.exists()

    def test_whose_it_is(self) -> None:
        call = open_call()
        for page in ("correct", "questions"):
            address = f"/workspace/calls/{call.pk}/{page}/"
            assert Client().get(address).status_code == 302
            assert outsider_gets(address) == 404
            assert logged_in("finance").get(address).status_code == 403
            assert logged_in("supplier").get(address).status_code == 404


def outsider_gets(address: str) -> int:
    from django.contrib.auth import get_user_model

    found = get_user_model().objects.filter(username="outsider").first()
    if found is None:
        return outsider().get(address).status_code
    client = Client()
    client.force_login(found)
    return client.get(address).status_code
