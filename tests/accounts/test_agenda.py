"""What waits, by when: groups by urgency, and duties of the law above everything else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from procurement.accounts.workspace import agenda, duties
from procurement.accounts.workspace.desk import Actor
from procurement.calls.models import Call
from procurement.delivery.models import Milestone
from tests import threads
from tests.accounts.test_workspace import logged_in
from workflows.reasons import cited

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def body(name: str) -> str:
    return logged_in(name).get("/workspace/").content.decode().split("<main")[1]


class TestGroups:
    def test_what_is_due_now_comes_first_with_its_time(self) -> None:
        threads.waiting("to-open")
        page = body("officer1")
        assert 'id="g-now"' in page
        assert page.index("/workspace/bids/openings/") > page.index('id="g-now"')
        assert 'class="small late"' in page
        assert 'class="strip"' in page

    @pytest.mark.parametrize(("days", "group"), [(-1, "now"), (0, "near"), (2, "near"), (10, "later")])
    def test_a_day_ends_with_its_evening(self, days: int, group: str) -> None:
        day = timezone.localdate() + timedelta(days=days)
        due, to_the_day = agenda._moment(day)
        assert to_the_day
        row = agenda.Row(None, None, "", None, due, to_the_day, 0)  # type: ignore[arg-type]
        assert row.group(timezone.now()) == group

    def test_a_milestone_stands_under_its_day(self) -> None:
        project = threads.waiting("to-review")
        milestone = Milestone.objects.filter(contract__award__lot__call__project=project, state="planned").first()
        assert milestone is not None
        Milestone.objects.filter(pk=milestone.pk).update(due=timezone.localdate() + timedelta(days=1))
        page = body("supplier")
        assert page.index('id="g-near"') < page.index(f"/workspace/milestone.deliver/{milestone.pk}/")

    def test_nothing_to_do_says_so(self) -> None:
        threads.demo.make_logins()
        assert 'class="empty"' in body("regulator")


@pytest.fixture
def owed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    monkeypatch.setattr(duties, "_sources", [])
    found: list[Any] = []
    duties.source(lambda actor: found if actor.organisation else [])
    return found


class TestDuties:
    def test_they_stand_above_with_rule_article_and_day(self, owed: list[Any]) -> None:
        project = threads.waiting("to-award")
        call = Call.objects.get(project=project)
        late, soon = timezone.localdate() - timedelta(days=2), timezone.localdate() + timedelta(days=1)
        owed.append(duties.Duty("T3", "条例 art 43", "公布结果", soon, "/workspace/x/", project.buyer, project))
        owed.append(
            duties.Duty("T2", "条例 art 44", "确认结果", late, f"/workspace/{call.pk}/", project.buyer, project)
        )
        page = body("approver")
        assert page.index("确认结果") < page.index("公布结果") < page.index('id="g-')
        assert f"T2 · {cited('条例 art 44', settings.LANGUAGE_CODE)}" in page
        assert str(late) in page
        assert page.count('<tr class="hot">') == 1

    def test_a_source_knows_who_asks(self, owed: list[Any]) -> None:
        owed.append(duties.Duty("T2", "a", "b", timezone.localdate(), "/"))
        actor = Actor(None, None, frozenset(), timezone.now())
        assert duties.for_actor(actor) == []

    def test_a_moment_counts_as_its_day(self, owed: list[Any]) -> None:
        at = datetime(2026, 5, 8, 23, 59, tzinfo=timezone.get_default_timezone())
        owed.append(duties.Duty("T2", "a", "b", at, "/"))
        actor = Actor(None, object(), frozenset(), at + timedelta(minutes=2))
        (row,) = duties.for_actor(actor)
        assert row["late"]
        assert str(row["due"]) == "2026-05-08"
