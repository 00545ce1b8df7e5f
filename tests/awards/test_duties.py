"""Duties with a latest day (T1–T9): who owes what by when, who sees it, and who is told of it once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor
from procurement.awards import deadlines, duties, keeping
from procurement.awards.models import Award, DutyReminder, Panel, Seat
from procurement.contracts import filing
from procurement.contracts.models import Amendment, Contract
from procurement.projects.models import Project
from procurement.rules import workdays
from tests.factories.accounts import MandateFactory, OrganisationFactory, who
from tests.factories.awards import AwardFactory, ChallengeFactory, PanelFactory, challenge, decide, fill_sheets
from tests.factories.clock import acting, last_act, noon
from tests.factories.contracts import AmendmentFactory, ContractFactory
from tests.factories.delivery import MilestoneFactory
from tests.factories.projects import ProjectFactory
from tests.journeys.matrix import links
from workflows import deadlines as runner
from workflows.errors import TransitionBlocked
from workflows.models import Job, Machine, TransitionLog
from workflows.reasons import cited

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
LONG_AGO = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _as_if_brought_in_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """These threads' acts lie in the past; their record is taken to have begun before."""
    monkeypatch.setattr(duties, "brought_in_on", lambda projects: dict.fromkeys(projects, LONG_AGO))


def owed(subject: Machine, rule: str) -> list[duties.Duty]:
    project: Any = subject.project if not isinstance(subject, Project) else subject
    return [duty for duty in duties.of_thread(project, last_act(subject)) if duty.rule == rule]


def day(moment: Any) -> date:
    return timezone.localdate(moment)


class TestWhatIsOwed:
    def test_t1_the_report_within_two_days_of_the_last_sheet(self) -> None:
        panel: Panel = PanelFactory(scoring=True)
        fill_sheets(panel)
        assert owed(panel, "T1") == []
        closed = last_act(panel)
        Seat.objects.filter(panel=panel).update(sheet_signed_at=closed)
        (duty,) = owed(panel, "T1")
        assert (duty.due, duty.roles) == (workdays.add_working_days(day(closed), 2), (Role.OFFICER,))

    @pytest.mark.parametrize(("trait", "rule", "days"), [("", "T2", 5), ("confirmed", "T3", 2)])
    def test_t2_and_t3_confirming_and_publishing(self, trait: str, rule: str, days: int) -> None:
        award: Award = AwardFactory(reach=trait)
        (duty,) = owed(award, rule)
        since = award.confirmed_at or award.proposed_at
        assert duty.due == workdays.add_working_days(day(since), days)
        assert (duty.organisation, duty.article) == (award.project.buyer, "条例 art 43")

    @pytest.mark.parametrize(("kind", "rule", "days"), [("query", "T4", 3), ("challenge", "T5", 7)])
    def test_t4_and_t5_replies(self, kind: str, rule: str, days: int) -> None:
        found = ChallengeFactory(kind=kind)
        (duty,) = owed(found, rule)
        assert duty.due == found.due_on == workdays.add_working_days(day(found.filed_at), days)
        assert duty.organisation == found.project.buyer
        decide(found, "answer" if kind == "query" else "dismiss")
        assert owed(found, rule) == []

    def test_t7_is_owed_by_whoever_has_the_next_step(self) -> None:
        award: Award = AwardFactory(noticed=True)
        (duty,) = owed(award, "T7")
        assert duty.due == workdays.add_days_rolling(day(award.noticed_at), 30)
        assert (duty.organisation, duty.roles) == (award.project.buyer, (Role.DRAFTER, Role.APPROVER))
        contract: Contract = ContractFactory(award=award)
        assert [found.organisation for found in owed(contract, "T7")] == [contract.supplier]
        ContractFactory.advance(contract, "agreed")
        assert {found.organisation for found in owed(contract, "T7")} == {contract.buyer, contract.supplier}
        found = challenge(award)
        assert owed(contract, "T7") == []  # signing is suspended (T10)
        decide(found, "dismiss")
        ContractFactory.advance(contract, "signed")
        assert owed(contract, "T7") == []

    def test_t8_and_t9_publishing_and_paying(self) -> None:
        contract: Contract = ContractFactory(signed=True)
        duty, filing = owed(contract, "T8")
        assert duty.due == workdays.add_working_days(day(contract.signed_at), 2)
        assert filing.due == workdays.add_working_days(day(contract.signed_at), 7)
        assert (duty.article, filing.article) == ("条例 art 50", "采购法 art 47")
        assert duty.key != filing.key
        ContractFactory.advance(contract, "published")
        milestone = contract.milestones.order_by("position")[0]
        MilestoneFactory.advance(milestone, "invoiced")
        (duty,) = owed(contract, "T9")
        assert duty.due == workdays.add_working_days(day(milestone.fresh().invoiced_at), 10)
        assert duty.roles == (Role.FINANCE,)

    def test_t8_a_supplement_is_published_too(self) -> None:
        amendment: Amendment = AmendmentFactory(signed=True)
        (duty,) = [found for found in owed(amendment, "T8") if found.subject == amendment]
        assert (duty.due, duty.roles) == (workdays.add_working_days(day(amendment.signed_at), 2), (Role.APPROVER,))
        AmendmentFactory.advance(amendment, "published")
        assert [found.part for found in owed(amendment, "T8")] == ["filed"]

    def test_t8_a_filed_copy_is_owed_no_more(self) -> None:
        contract: Contract = ContractFactory(published=True)
        (duty,) = owed(contract, "T8")
        with acting(contract) as moment:
            given = {"filed_on": day(moment), "office": "示例县财政局"}
            filing.file_copy(contract, **who(contract.buyer, Role.DRAFTER), **given)
        assert owed(contract, "T8") == []
        assert TransitionLog.objects.get(action="file_copy").facts == {
            "filed_on": str(given["filed_on"]), "office": "示例县财政局",
        }  # fmt: skip
        assert duty.part == "filed"

    def test_t8_a_copy_filed_late_is_on_record_as_late(self) -> None:
        contract: Contract = ContractFactory(published=True)
        with acting(contract, at=last_act(contract) + timedelta(days=20)) as moment:
            filing.file_copy(contract, **who(contract.buyer, Role.DRAFTER), filed_on=day(moment), office="财政局")
        (rule,) = TransitionLog.objects.get(action="file_copy").facts["rules"]
        assert (rule["rule"], rule["article"], rule["effect"]) == ("T8", "采购法 art 47", "late")

    @pytest.mark.parametrize("days", [-1, 1], ids=["before the signature", "tomorrow"])
    def test_t8_a_day_that_cannot_be_is_refused(self, days: int) -> None:
        contract: Contract = ContractFactory(published=True)
        with acting(contract), pytest.raises(TransitionBlocked):
            filing.file_copy(
                contract, **who(contract.buyer, Role.DRAFTER), office="财政局",
                filed_on=day(contract.signed_at) + timedelta(days=days),
            )  # fmt: skip

    def test_t8_no_copy_of_what_no_fiscal_money_pays(self) -> None:
        contract: Contract = ContractFactory(published=True)
        Project.objects.update(fund_source="union_dues")
        assert owed(contract, "T8") == []

    def test_t11_files_are_kept_fifteen_years_and_then_decided_on(self) -> None:
        project: Project = ProjectFactory(terminated=True)
        ended = day(project.ended_early_at)
        until = ended.replace(year=ended.year + 15)
        (row,) = keeping.ended(Q(pk=project.pk))
        kept = keeping.kept(row, last_act(project))
        assert kept is not None
        assert (kept.ended, kept.until) == (ended, until)
        near = noon(until - keeping.NEAR)
        assert [duty.rule for duty in duties.of_thread(project, near - timedelta(days=1))] == []
        (duty,) = duties.of_thread(project, near)
        assert (duty.rule, duty.article, duty.due) == ("T11", "采购法 art 42", until)
        assert (duty.organisation, duty.roles) == (project.buyer, keeping.KEEPERS)

    def test_an_ended_thread_owes_nothing(self) -> None:
        contract: Contract = ContractFactory(terminated=True)
        assert duties.of_thread(contract.project, last_act(contract)) == []

    def test_the_number_of_queries_is_flat(self, django_assert_max_num_queries: Any) -> None:
        awards = [AwardFactory() for _number in range(3)]
        everything = Q(pk__in=[award.project.pk for award in awards])
        duties.of_threads(last_act(awards[0]), everything)
        with django_assert_max_num_queries(12):
            assert len(duties.of_threads(last_act(awards[0]), everything)) == 3


def actor(organisation: Any, role: Role) -> Actor:
    by = who(organisation, role)
    return Actor(by["by"], organisation, frozenset({str(role)}), noon(date(2026, 12, 1)))


class TestWhoSeesIt:
    def test_those_who_owe_it_and_the_supervisors(self) -> None:
        award: Award = AwardFactory(noticed=True)
        buyer = award.project.buyer
        office = OrganisationFactory(name="示例县财政局", kind="state_organ")
        assert [duty.rule for duty in duties.owed_by(actor(buyer, Role.DRAFTER))] == ["T7"]
        assert duties.owed_by(actor(buyer, Role.FINANCE)) == []
        assert duties.owed_by(actor(award.bid.supplier, Role.SUPPLIER)) == []
        assert duties.owed_by(actor(OrganisationFactory(buyer=True), Role.DRAFTER)) == []
        assert [duty.rule for duty in duties.owed_by(actor(office, Role.REGULATOR))] == ["T7"]

    def test_an_agency_is_told_of_the_days_of_what_is_left_to_it(self) -> None:
        found = ChallengeFactory()
        days = {"valid_from": LONG_AGO, "valid_until": date(2026, 12, 1)}  # the actor's day
        for terms, told in (
            ({"acts": ["replies"]}, ["T5"]),
            ({"acts": ["drafting", "panel"]}, []),
            ({"valid_until": date(2026, 11, 30)}, []),
        ):
            agency = MandateFactory(buyer=found.project.buyer, **(days | terms)).agency
            assert [duty.rule for duty in duties.owed_by(actor(agency, Role.OFFICER))] == told

    def test_the_page_lists_them_overdue_first_with_article_and_way_there(self) -> None:
        award: Award = AwardFactory(noticed=True)
        client = Client()
        client.force_login(who(award.project.buyer, Role.DRAFTER)["by"])
        page = client.get("/workspace/awards/duties/")
        text = page.content.decode()
        assert page.status_code == 200
        assert cited("采购法 art 46", settings.LANGUAGE_CODE) in text
        assert f"/workspace/contract.draft/{award.pk}/" in text
        assert page.context["overdue"] == 1
        stranger = Client()
        stranger.force_login(who(OrganisationFactory(buyer=True), Role.DRAFTER)["by"])
        assert award.project.number not in stranger.get("/workspace/awards/duties/?only=overdue").content.decode()

    def test_supervisors_are_led_to_the_thread_and_not_to_an_act_of_others(self) -> None:
        award: Award = AwardFactory(noticed=True)
        client = Client()
        office = OrganisationFactory(name="示例县财政局", kind="state_organ")
        client.force_login(who(office, Role.REGULATOR)["by"])
        for path in ("/workspace/", "/workspace/awards/duties/"):
            found = links.in_content(client.get(path))
            assert f"/threads/{award.project.number}/" in found, path
            assert links.dead(client, found) == {}, path

    def test_nobody_else_gets_in(self) -> None:
        assert Client().get("/workspace/awards/duties/").status_code == 302


class TestReminders:
    def test_the_day_before_and_when_overdue_once_each(self) -> None:
        award: Award = AwardFactory()
        (duty,) = duties.of_thread(award.project, last_act(award))
        for moment, told in (
            (noon(duty.due - timedelta(days=2)), 0),
            (noon(duty.due - timedelta(days=1)), 1),
            (noon(duty.due), 1),
            (noon(duty.due + timedelta(days=1)), 2),
            (noon(duty.due + timedelta(days=9)), 2),
        ):
            for when, action in deadlines.reminding(moment):
                assert when <= moment
                action()
            assert DutyReminder.objects.count() == told
        jobs = Job.objects.filter(kind="duty.due").values_list("arguments", flat=True)
        assert sorted(row["reminder_id"] for row in jobs) == sorted(DutyReminder.objects.values_list("pk", flat=True))
        assert all(set(row) == {"reminder_id"} for row in jobs)

    def test_a_result_becomes_final_by_itself(self) -> None:
        award: Award = AwardFactory(noticed=True)
        runner.fire()
        assert award.fresh().state == "final"

    def test_a_pending_challenge_keeps_it_from_becoming_final(self) -> None:
        award: Award = AwardFactory(noticed=True)
        challenge(award, kind="challenge", about="process", award=None)
        runner.fire()
        assert award.fresh().state == "challenged"
