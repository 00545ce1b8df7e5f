"""D4: where notices must appear in the designated medium, statutory periods start at the later of the two."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from procurement.accounts.enums import Role
from procurement.awards import challenges, noticed
from procurement.awards import official as awards_official
from procurement.awards.actions import challenge_dates
from procurement.awards.models import Award
from procurement.calls import drafting, timetable
from procurement.calls.models import Call
from procurement.projects import official
from procurement.projects.models import Notice, Project
from procurement.rules import workdays
from procurement.rules.models import RuleVersion
from tests import threads
from tests.accounts.test_workspace import logged_in
from tests.calls.test_drafting import fresh_draft
from tests.factories.accounts import who
from tests.factories.awards import WORDS
from workflows import engine
from workflows.clock import database_now
from workflows.errors import TransitionBlocked

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def must_appear(required: bool = True, jurisdiction: str = "") -> None:
    """The office sets that its notices must appear in the designated medium."""
    RuleVersion.objects.create(
        rule="D4",
        variant="medium",
        article="公告格式",
        text="本单位公告须在指定媒体发布",
        effect="note",
        jurisdiction=jurisdiction,
        effective_from=date(2025, 1, 1),
        values={"required": required},
    )


def live_call(scene: str = "open-for-bids-2", method: str = "consultation") -> Call:
    """A call of a real thread (no rehearsal), published some days ago."""
    threads.waiting(scene)
    Project.objects.update(rehearsal=False, imported=False)
    Call.objects.update(method=method)
    return Call.objects.select_related("project__buyer").get()


def appeared(notice: Notice, at: datetime) -> Any:
    return logged_in("drafter").post(
        f"/workspace/notice.official/{notice.pk}/",
        {"url": "https://gp.example.gov.cn/1", "appeared_at": timezone.localtime(at).strftime("%Y-%m-%dT%H:%M:%S")},
    )


def rules(reasons: Any) -> list[str]:
    return [reason.rule for reason in reasons]


class TestWhenPeriodsStart:
    def test_at_the_publication_where_nothing_is_set(self) -> None:
        call = live_call()
        assert timetable.starts(call) == call.published_at

    def test_not_before_the_medium_is_recorded_where_it_must_appear_there(self) -> None:
        call = live_call()
        must_appear()
        assert timetable.starts(call) is None

    @pytest.mark.parametrize(("hours", "later"), [(-5, False), (30, True)], ids=["earlier there", "later there"])
    def test_at_the_later_of_the_two(self, hours: int, later: bool) -> None:
        call = live_call()
        must_appear()
        there = (call.published_at + timedelta(hours=hours)).replace(microsecond=0)
        notice = timetable.notice_of(call)
        assert notice is not None
        assert appeared(notice, there).status_code == 302
        assert timetable.starts(call) == (there if later else call.published_at)

    @pytest.mark.parametrize("jurisdiction", ["44", "3302"])
    def test_only_where_the_office_has_set_it(self, jurisdiction: str) -> None:
        call = live_call()
        must_appear(jurisdiction=jurisdiction)
        assert timetable.starts(call) == call.published_at

    @pytest.mark.parametrize("change", [{"rehearsal": True}, {"fund_source": "union_dues"}, {"imported": True}])
    def test_not_for_rehearsals_other_money_or_the_past(self, change: dict[str, Any]) -> None:
        call = live_call()
        must_appear()
        Project.objects.update(**change)
        assert not official.required(Project.objects.get(), database_now())
        assert timetable.starts(Call.objects.get(pk=call.pk)) == call.published_at


class TestOpening:
    def open_reasons(self, call: Call) -> list[str]:
        return rules(engine.blockers(Call.objects.get(pk=call.pk).open, by=None))

    def test_waits_for_the_record_and_then_for_the_whole_period(self) -> None:
        call = live_call("to-open")
        assert "D4" not in self.open_reasons(call)
        must_appear()
        assert self.open_reasons(call) == ["D4"]
        notice = timetable.notice_of(call)
        assert notice is not None
        # in time there: everything is as it was
        assert appeared(notice, call.published_at).status_code == 302
        assert self.open_reasons(call) == []

    def test_a_period_cut_short_by_the_medium_is_told_with_its_rule(self) -> None:
        call = live_call("to-open")
        must_appear()
        notice = timetable.notice_of(call)
        assert notice is not None
        assert appeared(notice, call.deadline - timedelta(days=2)).status_code == 302
        assert {"P1", "P3"} <= set(self.open_reasons(call))

    def test_a_correction_moves_the_deadline_that_the_medium_made_too_early(self) -> None:
        call = live_call()
        must_appear()
        now = database_now()
        Call.objects.filter(pk=call.pk).update(deadline=now + timedelta(days=3))
        call = Call.objects.select_related("project__buyer").get(pk=call.pk)
        notice = timetable.notice_of(call)
        assert notice is not None
        assert appeared(notice, now - timedelta(minutes=5)).status_code == 302
        who: dict[str, Any] = {"by": threads.login("approver"), "organisation": call.project.buyer}
        kept = engine.blockers(call.correct, **who, given={"fields": {"contact": "新"}}, changes=["联系方式"])
        assert "P1" in rules(kept)
        day = timetable.earliest_deadline(call, now)
        assert day is not None
        later = timezone.make_aware(datetime.combine(day.day, datetime.max.time().replace(microsecond=0)))
        moved = {"fields": {"deadline": later}}
        assert rules(engine.blockers(call.correct, **who, given=moved, changes=["截止时间"])) == []


class TestBeforeTheCall:
    def test_the_drafter_is_told_to_leave_room(self) -> None:
        call = fresh_draft()
        Call.objects.filter(pk=call.pk).update(method="consultation")
        call = Call.objects.select_related("project__buyer").get(pk=call.pk)
        now = database_now()
        Call.objects.filter(pk=call.pk).update(deadline=drafting.earliest_moment(call, now))
        call = Call.objects.select_related("project__buyer").get(pk=call.pk)
        assert "D4" not in rules(drafting.judged(call, at=now))
        must_appear()
        [told] = [reason for reason in drafting.judged(call, at=now) if reason.rule == "D4"]
        assert (told.effect, told.article) == ("warn", "公告格式")


class TestResult:
    def noticed(self) -> Award:
        threads.waiting("to-sign")
        Project.objects.update(rehearsal=False, imported=False)
        return Award.objects.select_related("lot__call__project__buyer", "bid__supplier").get()

    def test_notice_period_and_challenges_start_with_the_medium(self) -> None:
        award = self.noticed()
        assert award.state == "noticed"
        notice = noticed.notice_of(award)
        assert notice is not None
        assert awards_official.award_of(notice) == award
        assert award.challenge_until == challenge_dates(award, notice.published_at)["challenge_until"]
        must_appear()
        until = award.challenge_until
        assert "D4" in rules(engine.blockers(award.finalise, by=None))
        there = database_now() - timedelta(minutes=2)
        assert appeared(notice, there).status_code == 302
        award = Award.objects.get(pk=award.pk)
        ends = workdays.add_working_days(timezone.localdate(there), 1)
        assert (award.notice_ends, award.challenge_until) == (ends, workdays.add_working_days(ends, 7))
        assert award.challenge_until is not None
        assert until is not None
        assert award.challenge_until > until
        assert "D4" not in rules(engine.blockers(award.finalise, by=None))

    def test_no_challenge_is_late_before_the_medium_is_recorded(self) -> None:
        award = self.noticed()
        past = timezone.localdate() - timedelta(days=30)
        Award.objects.filter(pk=award.pk).update(challenge_until=past)
        supplier = award.lot.bids.exclude(pk=award.bid_id).filter(submitted_at__isnull=False)[0].supplier
        what: dict[str, Any] = {"kind": "challenge", "about": "result", "award": award.fresh(), "words": WORDS}
        by = who(supplier, Role.SUPPLIER)
        with pytest.raises(TransitionBlocked) as refusal:
            challenges.file(award.lot.call, **by, **what)
        assert rules(refusal.value.reasons) == ["T5"]
        must_appear()
        found = challenges.file(award.lot.call, **by, **what)
        assert (found.state, award.fresh().state) == ("filed", "challenged")

    def test_the_medium_moves_the_dates_of_a_challenged_result_too(self) -> None:
        award = self.noticed()
        must_appear()
        supplier = award.lot.bids.exclude(pk=award.bid_id).filter(submitted_at__isnull=False)[0].supplier
        what: dict[str, Any] = {"kind": "challenge", "about": "result", "award": award, "words": WORDS}
        challenges.file(award.lot.call, **who(supplier, Role.SUPPLIER), **what)
        notice = noticed.notice_of(award)
        assert notice is not None
        there = database_now() - timedelta(minutes=2)
        assert appeared(notice, there).status_code == 302
        ends = workdays.add_working_days(timezone.localdate(there), 1)
        assert award.fresh().challenge_until == workdays.add_working_days(ends, 7)

    def test_nothing_moves_where_the_medium_is_not_asked_for(self) -> None:
        award = self.noticed()
        notice = noticed.notice_of(award)
        assert notice is not None
        before = award.challenge_until
        logged_in("drafter").post(
            f"/workspace/notice.official_too/{notice.pk}/",
            {"url": "https://gp.example.gov.cn/1", "appeared_at": f"{timezone.localtime():%Y-%m-%dT%H:%M:%S}"},
        )
        assert notice.official_publications.exists()
        assert Award.objects.get(pk=award.pk).challenge_until == before
