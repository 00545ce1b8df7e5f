"""Notices on personal data: which version was agreed to, when, and that none is ever edited (I4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from procurement.accounts import consents
from procurement.accounts.enums import Role
from procurement.accounts.models import Consent, ConsentNotice
from procurement.evaluation import actions as evaluation
from procurement.evaluation.models import AnswerSheet, Evaluation
from tests import threads
from tests.accounts.doors import ACCOUNT
from tests.factories.accounts import UserFactory, who

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def newer(key: str, days: int) -> ConsentNotice:
    latest = ConsentNotice.objects.filter(key=key).latest("version")
    return ConsentNotice.objects.create(
        key=key,
        version=latest.version + 1,
        title=latest.title,
        title_en=latest.title_en,
        text="新的内容",
        text_en="new words",
        effective_from=timezone.localdate() + timedelta(days=days),
    )


class TestVersions:
    def test_the_one_in_force_today_is_shown_and_recorded(self) -> None:
        newer("registration", 1)
        assert consents.current("registration").version == 1
        second = newer("registration", 0)
        assert consents.current("registration") == second
        assert consents.record("registration", UserFactory()).notice == second

    def test_planting_again_adds_nothing_and_a_lost_one_comes_back(self) -> None:
        before = set(ConsentNotice.objects.values_list("key", "version"))
        consents.plant()
        assert set(ConsentNotice.objects.values_list("key", "version")) == before == {
            ("event", 1), ("registration", 1), ("subscription", 1), ("survey", 1),
        }  # fmt: skip

    def test_neither_a_notice_nor_a_consent_can_be_changed_or_removed(self) -> None:
        kept = consents.record("registration", UserFactory())
        for change in (
            lambda: ConsentNotice.objects.filter(pk=kept.notice_id).update(text="anders"),
            lambda: ConsentNotice.objects.filter(key="survey").delete(),
            lambda: Consent.objects.filter(pk=kept.pk).update(at=timezone.now()),
            lambda: Consent.objects.filter(pk=kept.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_every_page_that_takes_data_shows_the_whole_notice_with_its_version(self) -> None:
        notice = consents.current("registration")
        for path in ("/setup/", "/accounts/register/"):
            page = Client().get(path).content.decode()
            assert notice.words.splitlines()[0] in page
            assert 'name="consent"' in page

    def test_without_the_tick_nothing_is_taken(self) -> None:
        assert Client().post("/setup/", ACCOUNT | {"consent": ""}).status_code == 400
        assert not Consent.objects.exists()


class TestSurvey:
    @pytest.fixture
    def code(self) -> str:
        project = threads.waiting("to-survey")
        found = Evaluation.objects.get(contract__award__lot__call__project=project)
        drafter = who(project.buyer, Role.DRAFTER)
        if found.state == "open":
            evaluation.start_collecting(found, **drafter)
        return evaluation.make_codes(found, 1, **drafter)[0]

    def answers(self, **more: str) -> dict[str, str]:
        return {"eligible": "yes", "overall": "5", "consent": "1"} | more

    def test_each_answer_keeps_the_version_and_the_time(self, code: str) -> None:
        page = Client().get(f"/s/{code}/").content.decode()
        assert consents.current("survey").words.splitlines()[0] in page
        assert Client().post(f"/s/{code}/", self.answers()).status_code == 200
        sheet = AnswerSheet.objects.get()
        kept = Consent.objects.get(subject=f"answer {sheet.pk}")
        assert (kept.notice.key, kept.notice.version, kept.user) == ("survey", 1, None)
        assert abs(kept.at - timezone.now()) < timedelta(minutes=5)

    @pytest.mark.parametrize("given", ["", "0", "2", "on"])
    def test_without_agreeing_to_this_version_nothing_is_kept(self, code: str, given: str) -> None:
        answer = Client().post(f"/s/{code}/", self.answers(consent=given, opinion="很好"))
        assert answer.status_code == 400
        assert "很好" in answer.content.decode()
        assert not AnswerSheet.objects.exists()
        assert Client().post(f"/s/{code}/", self.answers()).status_code == 200

    def test_a_notice_that_changed_meanwhile_is_asked_anew(self, code: str) -> None:
        newer("survey", 0)
        assert Client().post(f"/s/{code}/", self.answers()).status_code == 400
        assert Client().post(f"/s/{code}/", self.answers(consent="2")).status_code == 200

    def test_an_answer_and_its_consent_are_kept_together_or_not_at_all(
        self, code: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_args: Any, **_more: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr(consents, "record", fails)
        with pytest.raises(RuntimeError):
            Client().post(f"/s/{code}/", self.answers())
        assert not AnswerSheet.objects.exists()
