"""Notices of changed contracts name the old number, the clause and the supplement, in two working days (T8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from procurement.contracts.models import Contract
from procurement.projects.models import Notice, Project
from tests import threads
from tests.accounts.test_workspace import logged_in, outsider
from workflows.clock import database_now
from workflows.models import TransitionLog

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def contract() -> Contract:
    threads.waiting("to-review")
    return Contract.objects.get()


def change(of: Contract, **more: str) -> dict[str, str]:
    return {
        "supplement_number": f"{of.number}-补1",
        "signed_on": timezone.localdate(database_now()).isoformat(),
        "clause": "place",
        "becomes": "在城东社区党群服务中心，每周六上午。",
        "reason": "原场地修缮。",
        "sure": "on",
    } | more


class TestChange:
    def test_is_published_and_linked_both_ways(self) -> None:
        found = contract()
        approver = logged_in("approver")
        address = f"/workspace/contract.publish_change/{found.pk}/"
        assert approver.get(address).status_code == 200
        assert approver.post(address, change(found)).status_code == 302
        notice = Notice.objects.get(kind="contract_change")
        clause = found.clauses.get(key="place")
        assert notice.fields["contract_number"] == found.number
        assert (notice.fields["clause"], notice.fields["was"]) == (clause.heading, clause.text)
        assert notice.corrects == Notice.objects.get(kind="contract")
        number = Project.objects.get().number
        assert notice.number in Client().get(f"/threads/{number}/notices/{notice.corrects.number}/").content.decode()
        assert approver.post(address, change(found, becomes="线上。", supplement_number="补2")).status_code == 302
        assert Notice.objects.filter(kind="contract_change").latest("pk").fields["was"] == notice.fields["is"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"clause": "price"},
            {"signed_on": "2099-01-01"},
            {"signed_on": "2001-01-01"},
            {"becomes": ""},
            {"reason": ""},
        ],
        ids=["money", "future", "older", "no words", "no reason"],
    )
    def test_refused(self, wrong: dict[str, str]) -> None:
        found = contract()
        answer = logged_in("approver").post(f"/workspace/contract.publish_change/{found.pk}/", change(found, **wrong))
        assert answer.status_code in (400, 409)
        assert not Notice.objects.filter(kind="contract_change").exists()

    def test_the_same_words_are_no_change(self) -> None:
        found = contract()
        same = change(found, becomes=found.clauses.get(key="place").text)
        assert logged_in("approver").post(f"/workspace/contract.publish_change/{found.pk}/", same).status_code == 409

    def test_late_is_published_and_logged_as_late(self) -> None:
        found = contract()
        Contract.objects.filter(pk=found.pk).update(signed_at=found.signed_at - timedelta(days=30))
        day = (timezone.localdate(database_now()) - timedelta(days=20)).isoformat()
        late = change(found, signed_on=day)
        assert logged_in("approver").post(f"/workspace/contract.publish_change/{found.pk}/", late).status_code == 302
        facts = TransitionLog.objects.get(action="publish_change").facts
        assert [rule["rule"] for rule in facts["rules"]] == ["T8"]

    def test_whose_it_is(self) -> None:
        found = contract()
        address = f"/workspace/contract.publish_change/{found.pk}/"
        assert Client().get(address).status_code == 302
        assert outsider().get(address).status_code == 404
        assert logged_in("drafter").get(address).status_code == 403
        assert logged_in("supplier").get(address).status_code == 403
