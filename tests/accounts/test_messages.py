"""Messages that follow from acts beside the straight way: challenges, duties, postponed openings, needs heard again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Notification, Organisation
from procurement.accounts.notifications import events
from procurement.accounts.notifications.events import Told
from procurement.awards import challenges, deadlines, duties
from procurement.awards.models import Award
from procurement.awards.notifications import WHAT_IS_OWED
from procurement.bids.models import Bid
from procurement.contracts.models import Contract
from procurement.needs.models import Need
from procurement.opendata.models import Subscription
from procurement.projects.models import Notice
from tests import threads
from tests.accounts.test_workspace import logged_in
from tests.bids import openings
from tests.contracts.test_changes import change
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory, who
from tests.factories.awards import AwardFactory, ChallengeFactory, challenge, decide
from tests.factories.bids import BidFactory
from tests.factories.contracts import AmendmentFactory, ContractFactory
from tests.factories.needs import NeedFactory
from workflows import jobs
from workflows.clock import database_now
from workflows.models import Job

pytestmark = pytest.mark.django_db


def told(code: str, **arguments: Any) -> Told | None:
    found = events.find(code)
    assert found is not None
    return found.tell(**arguments)


def hear(code: str, **arguments: Any) -> set[int | None]:
    """The organisations whose people are told."""
    found = told(code, **arguments)
    return {organisation for _person, organisation in found.people} if found else set()


def last(kind: str) -> dict[str, Any]:
    """The arguments of the job that was left last."""
    return Job.objects.filter(kind=kind).latest("pk").arguments


def supervisor() -> Organisation:
    office = OrganisationFactory(buyer=True, kind=OrganisationKind.STATE_ORGAN)
    MembershipFactory(organisation=office, roles=[str(Role.REGULATOR)])
    return office


class TestChallenges:
    def test_the_buyer_hears_that_one_was_filed_and_not_by_whom(self) -> None:
        award = AwardFactory(noticed=True)
        who(award.project.buyer, Role.OFFICER)
        found = challenge(award)
        assert hear("challenge.filed", **last("challenge.filed")) == {award.project.buyer_id}
        said = told("challenge.filed", challenge_id=found.pk)
        assert said is not None
        assert found.supplier.name not in " ".join(events.words("challenge.filed", said.parameters))
        assert said.parameters["due"] == found.due_on.isoformat()

    def test_a_decision_goes_to_whoever_filed_it_and_to_the_others_concerned(self) -> None:
        award = AwardFactory(noticed=True)
        who(award.bid.supplier, Role.SUPPLIER)
        found = challenge(award)
        decide(found, "dismiss")
        arguments = last("challenge.decided")
        assert hear("challenge.decided", **arguments) == {found.supplier_id}
        others = hear("challenge.decided.others", **arguments)
        assert award.bid.supplier_id in others
        assert found.supplier_id not in others
        assert hear("challenge.withdrawn", **arguments) == set()
        assert hear("challenge.filed", **arguments) == set()  # late, it is over

    def test_a_query_is_answered_to_whoever_asked_alone(self) -> None:
        found = ChallengeFactory(kind="query")
        decide(found, "answer")
        assert hear("challenge.decided", challenge_id=found.pk) == {found.supplier_id}
        assert told("challenge.decided.others", challenge_id=found.pk) is None

    def test_a_complaint_is_the_supervisors_and_never_the_buyers_own(self) -> None:
        office, refused = supervisor(), ChallengeFactory(dismissed=True)
        found = challenge(refused.award, kind="complaint", against=refused)
        buyer = found.project.buyer
        MembershipFactory(organisation=buyer, roles=[str(Role.REGULATOR)])
        who(buyer, Role.APPROVER)
        people = told("challenge.filed", challenge_id=found.pk)
        assert people is not None
        assert {organisation for _person, organisation in people.people} == {office.pk, buyer.pk}
        watching = buyer.memberships.get(roles=[str(Role.REGULATOR)]).user_id
        assert watching not in {person for person, _organisation in people.people}

    def test_a_contract_that_rests_and_goes_on_is_told_to_both_sides(self) -> None:
        contract: Contract = ContractFactory(signed=True)
        award = Award.objects.get(pk=contract.award_id)
        found = challenge(award)
        assert contract.fresh().state == "suspended"
        sides = {contract.buyer.pk, contract.supplier.pk}
        assert hear("contract.suspended", **last("contract.changed")) == sides
        assert hear("contract.resumed", **last("contract.changed")) == set()
        decide(found, "dismiss")
        assert hear("contract.resumed", **last("contract.changed")) == sides
        assert hear("contract.suspended", **last("contract.changed")) == set()


class TestDuties:
    def _due(self, monkeypatch: pytest.MonkeyPatch, *, overdue: bool) -> tuple[Award, int]:
        award: Award = AwardFactory()
        monkeypatch.setattr(duties, "brought_in_on", lambda projects: {})
        (duty,) = [one for one in duties.of_thread(award.project, database_now()) if one.rule == "T2"]
        reminder = deadlines.remind(duty, overdue=overdue)
        assert reminder is not None
        return award, reminder.pk

    @pytest.mark.parametrize(("overdue", "code", "other"), [(False, "due", "overdue"), (True, "overdue", "due")])
    def test_those_who_owe_it_are_told_which_rule_asks(
        self, monkeypatch: pytest.MonkeyPatch, overdue: bool, code: str, other: str
    ) -> None:
        award, reminder = self._due(monkeypatch, overdue=overdue)
        who(award.project.buyer, Role.APPROVER)
        assert hear(f"duty.{code}", reminder_id=reminder) == {award.project.buyer_id}
        assert told(f"duty.{other}", reminder_id=reminder) is None
        said = told(f"duty.{code}", reminder_id=reminder)
        assert said is not None
        text = events.words(f"duty.{code}", said.parameters)[1]
        assert "T2" in text
        assert str(duties.of_thread(award.project, database_now())[0].due) in text

    def test_each_of_what_a_rule_asks_has_words_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(duties, "brought_in_on", lambda projects: {})
        contract, amendment = ContractFactory(signed=True), AmendmentFactory(signed=True)
        said = {}
        for project in (contract.project, amendment.project):
            for duty in duties.of_thread(project, database_now()):
                reminder = deadlines.remind(duty, overdue=False)
                assert reminder is not None
                found = told("duty.due", reminder_id=reminder.pk)
                assert found is not None
                said[duty.name] = events.words("duty.due", found.parameters)[1].split(" ")[0]
        assert set(said) == {"T8", "T8.filed", "T8.supplement"}
        assert len(set(said.values())) == len(said)
        assert str(WHAT_IS_OWED["T8.filed"]).split(" ")[0] in said["T8.filed"]

    def test_every_duty_has_words(self) -> None:
        """Wherever one is made: its rule, and its part where it names one."""
        made = set()
        for path in (settings.BASE_DIR / "procurement").rglob("duties.py"):
            for rule, part in re.findall(r'Duty\(\s*"(T\d+)"[^\n]*?(?:, "(\w+)")?\)\n', path.read_text()):
                made.add(f"{rule}.{part}" if part else rule)
        assert {"T1", "T7", "T8.filed", "T8.supplement"} <= made
        assert made <= set(WHAT_IS_OWED)

    def test_what_was_done_meanwhile_is_not_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        award, reminder = self._due(monkeypatch, overdue=False)
        AwardFactory.advance(award, "confirmed")
        assert told("duty.due", reminder_id=reminder) is None

    def test_the_outbox_tells_each_once(self) -> None:
        call = openings.past_deadline(1)
        officer = who(call.project.buyer, Role.OFFICER)["by"]
        supplier = Bid.objects.get(lot__call=call).supplier
        asks = who(supplier, Role.SUPPLIER)
        challenges.file(call, **asks, kind="query", about="documents", words={"claims": "场地由谁提供？"})
        (duty,) = [one for one in duties.of_thread(call.project, database_now()) if one.rule == "T4"]
        assert deadlines.remind(duty, overdue=False) is not None
        assert deadlines.remind(duty, overdue=False) is None
        jobs.run_due()
        Job.objects.filter(kind="duty.due").update(state=Job.State.PENDING)
        jobs.run_due()
        assert list(officer.notifications.filter(event="duty.due").values_list("path", flat=True)) == [duty.address]


class TestOpenings:
    def test_a_postponed_opening_reaches_bidders_officers_and_holders_of_the_documents(self) -> None:
        call = openings.past_deadline()
        holder = OrganisationFactory()
        MembershipFactory(organisation=holder)
        call.takings.create(organisation=holder, taken_by=UserFactory(), taken_at=database_now())
        until = f"{timezone.localtime(database_now() + timedelta(hours=2)):%Y-%m-%dT%H:%M:%S}"
        assert openings.officer(call).do("postpone", until=until, reason="机房停电。").status_code == 302
        jobs.run_due()
        rows = Notification.objects.filter(event="call.postponed")
        bidders = set(Bid.objects.filter(lot__call=call).values_list("supplier", flat=True))
        assert set(rows.values_list("organisation", flat=True)) == {*bidders, holder.pk, call.project.buyer_id}
        assert not Notification.objects.filter(event="call.final_postponed").exists()
        for row in rows:
            assert until[:10] in events.words(row.event, row.parameters)[1]

    def test_one_lots_end_reaches_those_who_bid_for_it(self) -> None:
        call = openings.past_deadline(3)
        second = openings.second_lot(call)
        bid = BidFactory(lot=second, sealed=True)
        approver = openings.colleague(call, Role.APPROVER)
        answer = approver.do("fail_lot", lot=str(second.pk), reason="供应商不足三家。")
        assert answer.status_code == 302, answer.status_code
        heard = hear("lot.failed", **last("lot.failed"))
        assert heard == {bid.supplier_id, call.project.buyer_id}

    def test_a_bidder_hears_of_its_own_bid_only(self) -> None:
        call = openings.open_up(openings.past_deadline())
        first, *_rest = Bid.objects.filter(lot__call=call).order_by("pk")
        page = f"/workspace/bid.qualify/{first.pk}/"
        assert openings.officer(call).client.post(page, {}).status_code == 302
        jobs.run_due()
        rows = Notification.objects.filter(event="bid.qualified")
        assert set(rows.values_list("organisation", flat=True)) == {first.supplier_id}


class TestNeeds:
    @pytest.mark.parametrize(
        ("reach", "role", "act", "code"),
        [
            ("submitted", Role.DRAFTER, "need.screen", "need.screened"),
            ("answered", Role.STATION, "need.confirm", "need.confirmed"),
            ("answered", Role.STATION, "need.dispute", "need.disputed"),
        ],
    )
    def test_the_other_side_hears_of_each_step(self, reach: str, role: Role, act: str, code: str) -> None:
        need: Need = NeedFactory(**{reach: True})
        ours = need.addressed_to if role == Role.DRAFTER else need.station
        who(need.addressed_to, Role.DRAFTER), who(need.station, Role.STATION)
        client = Client()
        client.force_login(who(ours, role)["by"])
        form = {"reason": "孩子还是没有人带。", "sure": "on"}
        assert client.post(f"/workspace/{act}/{need.pk}/", form).status_code == 302
        other = need.station_id if role == Role.DRAFTER else need.addressed_to_id
        assert hear(code, **last(code)) == {other}

    def test_a_closed_project_asks_the_station_whether_the_need_was_met(self) -> None:
        need: Need = NeedFactory(answered=True)
        assert last("need.answered") == {"need_id": need.pk}
        found = told("need.answered", need_id=need.pk)
        assert found is not None
        assert found.path == f"/workspace/need.confirm/{need.pk}/"
        assert {organisation for _person, organisation in found.people} == {need.station_id}


def test_a_published_change_of_the_contract_reaches_both_sides() -> None:
    threads.waiting("to-review")
    contract = Contract.objects.get()
    path = f"/workspace/contract.publish_change/{contract.pk}/"
    assert logged_in("approver").post(path, change(contract)).status_code == 302
    notice = Notice.objects.get(kind="contract_change")
    assert hear("contract.supplemented", notice_id=notice.pk) == {contract.buyer.pk, contract.supplier.pk}
    other = Notice.objects.get(kind="contract")
    assert told("contract.supplemented", notice_id=other.pk) is None


def test_who_follows_calls_with_an_account_is_told_once() -> None:
    call = openings.past_deadline(1)
    notice = Notice.objects.get(kind="call", project=call.project)
    reader, now = UserFactory(), database_now()
    mine = Subscription.objects.create(user=reader, created_at=now, confirmed_at=now)
    found = told("subscription.matched", subscription_id=mine.pk, notice_id=notice.pk)
    assert found is not None
    assert list(found.people) == [(reader.pk, None)]
    Notification.objects.create(
        recipient=reader, event="call.published", group="new_calls", key="k", path=found.path, created_at=now
    )
    assert told("subscription.matched", subscription_id=mine.pk, notice_id=notice.pk) is None


class TestSupplements:
    """Each step of a supplement tells whoever is next, and of both sides when it counts."""

    @pytest.mark.parametrize(
        ("code", "state", "heard"),
        [
            ("amendment.drafted", {}, "supplier"),
            ("amendment.agreed", {"agreed": True}, "both"),
            ("amendment.signed", {"signed": True}, "both"),
            ("amendment.dropped", {"dropped": True}, "both"),
        ],
    )
    def test_the_next_is_told(self, code: str, state: dict[str, bool], heard: str) -> None:
        found = AmendmentFactory(**state)
        for role in (Role.DRAFTER, Role.APPROVER, Role.SIGNATORY):
            who(found.buyer, role)
        for role in (Role.SUPPLIER, Role.SIGNATORY):
            who(found.supplier, role)
        stranger = OrganisationFactory(buyer=True)
        who(stranger, Role.APPROVER)
        wanted = {found.supplier.pk} if heard == "supplier" else {found.supplier.pk, found.buyer.pk}
        assert hear(code, amendment_id=found.pk) == wanted
        said = told(code, amendment_id=found.pk)
        assert said is not None
        assert found.number in " ".join(events.words(code, said.parameters))
