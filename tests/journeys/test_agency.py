"""An agency runs a buyer's call by mandate: it drafts, the buyer publishes, one officer of each opens."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.models import Organisation, User
from procurement.awards import candidates
from procurement.bids import actions as bidding
from procurement.bids.documents import opening_record
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.opendata import record
from procurement.projects.models import Project
from tests.accounts.doors import as_role, as_user, member
from tests.accounts.test_workspace import logged_in
from tests.bids import openings
from tests.calls.test_drafting import draft, fresh_project, values
from tests.common.reading import text_of
from tests.factories.accounts import MandateFactory, OrganisationFactory, who
from workflows import engine
from workflows.chain import faults
from workflows.clock import database_now
from workflows.errors import TransitionBlocked
from workflows.models import TransitionLog

pytestmark = pytest.mark.django_db


class Agency:
    """A mandated agency with a drafter and an officer."""

    def __init__(self, buyer: Organisation, **terms: Any) -> None:
        self.mandate = MandateFactory(buyer=buyer, **terms)
        self.house = self.mandate.agency
        self.drafter = as_role(self.house, Role.DRAFTER)
        self.officer = as_role(self.house, Role.OFFICER)


def handed_in(agency: Agency, project: Project) -> Call:
    """The agency drafts, on the pages, as the buyer's own drafter would."""
    assert f"/workspace/calls/new/{project.pk}/" in agency.drafter.get("/workspace/").content.decode()
    call = draft(agency.drafter, project)
    words = values(agency.drafter, call, "documents") | {
        "qualifications": "依法登记的社会组织",
        "contact": "示例代理 0571-00000000",
    }
    documents = f"/workspace/calls/{call.pk}/draft/documents/"
    assert agency.drafter.post(documents, words | {"go": "review"}).status_code == 302
    assert agency.drafter.post(f"/workspace/calls/{call.pk}/hand-in/").status_code == 302
    assert call.fresh().handed_in_at is not None
    return call.fresh()


def past_its_deadline(call: Call, bidders: int = 3) -> Call:
    lot = call.fresh().lots.get()
    content = bidding.offer(Decimal("80000.00"), {}, "每周五天。")
    for _number in range(bidders):
        bidding.submit_bid(lot, content, **who(OrganisationFactory(), Role.SUPPLIER))
    Call.objects.filter(pk=call.pk).update(deadline=database_now() + timedelta(milliseconds=1))
    return Call.objects.select_related("project__buyer").get(pk=call.pk)


def row_of(call: Call, action: str) -> TransitionLog:
    return TransitionLog.objects.filter(subject_type="calls.call", subject_id=call.pk, action=action).latest("sequence")


def test_drafted_by_the_agency_published_by_the_buyer_opened_by_both() -> None:
    project = fresh_project()
    agency = Agency(project.buyer)
    call = handed_in(agency, project)
    begun = row_of(call, "draft")
    assert (begun.organisation, begun.facts["on_behalf_of"]) == (agency.house, project.buyer_id)
    assert begun.facts["mandates"] == [agency.mandate.number]

    # approving is the buyer's alone
    assert agency.drafter.post(f"/workspace/call.publish/{call.pk}/", {"sure": "on"}).status_code == 403
    assert logged_in("approver").post(f"/workspace/call.publish/{call.pk}/", {"sure": "on"}).status_code == 302
    assert agency.house.name in project.notices.get(kind="call").fields["agency"]
    listed = agency.officer.get("/workspace/tables/mandated_calls/").content.decode()
    assert project.title in listed
    assert project.buyer.name in listed

    call = past_its_deadline(call)
    one = openings.Attendant(call, who(agency.house, Role.OFFICER)["by"])
    two = openings.Attendant(call, who(project.buyer, Role.OFFICER)["by"])
    assert one.do("confirm").status_code == 302
    assert call.fresh().state == "published"  # one officer opens nothing, whoever's
    assert one.do("confirm").status_code == 409
    assert two.do("confirm").status_code == 302
    assert call.fresh().state == "opened"
    said = [found.organisation for found in TransitionLog.objects.filter(action="confirm_opening").order_by("pk")]
    assert said == [agency.house, project.buyer]
    paper = text_of(opening_record(call.fresh()))
    assert agency.house.name in paper
    assert project.buyer.name in paper
    rows = [record.sentence(row, project) for row in record.visible(project)]
    assert (agency.house.name, "代理机构（代采购人）") in {(row["who"], row["role"]) for row in rows}
    assert list(faults()) == []


def test_two_officers_are_two_people_over_both_organisations() -> None:
    """An officer of the agency who is one of the buyer too gives one word, not two."""
    call = openings.past_deadline()
    agency = Agency(call.project.buyer)
    both = who(agency.house, Role.OFFICER)["by"]
    member(call.project.buyer, Role.OFFICER, username="x").delete()
    both.memberships.create(organisation=call.project.buyer, roles=[str(Role.OFFICER)])
    client = as_user(both)
    path = f"/workspace/bids/openings/{call.pk}/"
    for house, told in ((agency.house, 302), (call.project.buyer, 409)):
        client.post("/act-for/", {"organisation": house.pk})
        assert client.post(path, {"do": "confirm", "round": "first", "sure": "on"}).status_code == told
    assert call.fresh().state == "published"


def test_whoever_drafted_for_the_agency_does_not_approve_for_the_buyer() -> None:
    project = fresh_project()
    agency = Agency(project.buyer)
    call = handed_in(agency, project)
    drafted: User = who(agency.house, Role.DRAFTER)["by"]
    drafted.memberships.create(organisation=project.buyer, roles=[str(Role.APPROVER)])
    client = as_user(drafted)
    client.post("/act-for/", {"organisation": project.buyer_id})
    assert client.post(f"/workspace/call.publish/{call.pk}/", {"sure": "on"}).status_code == 409
    assert call.fresh().state == "draft"


@pytest.mark.parametrize("terms", [{"lapsed": True}, {"to_come": True}, {"revoked": True}, {"thread": "HQ-0000-0"}])
def test_without_a_mandate_in_force_there_is_nothing(terms: dict[str, Any]) -> None:
    call = openings.past_deadline()
    agency = Agency(call.project.buyer, **terms)
    for path in (
        f"/workspace/bids/openings/{call.pk}/", f"/workspace/calls/{call.pk}/questions/",
        f"/workspace/calls/new/{call.project_id}/", f"/workspace/call.open/{call.pk}/",
    ):  # fmt: skip
        assert {client.get(path).status_code for client in (agency.drafter, agency.officer)} <= {403, 404}, path
        assert (agency.officer if "open" in path else agency.drafter).get(path).status_code == 404, path
    assert call.number not in agency.officer.get("/workspace/").content.decode()
    assert call.project.title not in agency.drafter.get("/workspace/tables/mandated_calls/").content.decode()


@pytest.mark.parametrize(
    ("act", "reached"),
    [(MandateAct.OPENING, "opening"), (MandateAct.QUALIFICATION, "qualification"), (MandateAct.PANEL, "draw")],
)
def test_each_act_of_a_mandate_opens_its_own_page(act: str, reached: str) -> None:
    call = openings.open_up(openings.past_deadline())
    officer = Agency(call.project.buyer, acts=[act]).officer
    pages = {
        "opening": f"/workspace/bids/openings/{call.pk}/",
        "qualification": f"/workspace/awards/{call.pk}/qualification/",
        "draw": f"/workspace/awards/{call.pk}/draw/",
    }
    told = {name: officer.get(path).status_code for name, path in pages.items()}
    assert told.pop(reached) == 200
    assert set(told.values()) <= {403, 404}


def test_offers_are_read_by_an_agency_only_where_it_has_to_do_with_them() -> None:
    call = openings.open_up(openings.past_deadline())
    bid = Bid.objects.filter(lot__call=call).first()
    assert bid is not None
    for acts, told in ((["qualification"], 200), (["drafting", "questions"], 404)):
        assert (
            Agency(call.project.buyer, acts=acts).officer.get(f"/workspace/bids/offers/{bid.pk}/").status_code == told
        )


class TestConflicts:
    """P14: neither the agency, nor its branches, nor whoever shares its head bids in what it runs."""

    def blocked(self, supplier: Organisation, call: Call) -> list[str]:
        bid = Bid(lot=call.lots.get(), supplier=supplier)
        return [str(reason.rule) for reason in engine.blockers(bid.submit, **who(supplier, Role.SUPPLIER))]

    def open_call(self) -> tuple[Call, Agency]:
        project = fresh_project()
        agency = Agency(project.buyer)
        call = handed_in(agency, project)
        logged_in("approver").post(f"/workspace/call.publish/{call.pk}/", {"sure": "on"})
        return Call.objects.select_related("project__buyer").get(pk=call.pk), agency

    def test_who_is_near_to_the_agency_does_not_bid(self) -> None:
        call, agency = self.open_call()
        branch = OrganisationFactory(name=f"{agency.house.name}第二分公司")
        kin = OrganisationFactory()
        head = member(agency.house, Role.SIGNATORY).user
        head.memberships.create(organisation=kin, roles=[str(Role.MANAGER)])
        free = OrganisationFactory()
        assert [self.blocked(one, call) for one in (agency.house, branch, kin, free)] == [["P14"], ["P14"], ["P14"], []]
        with pytest.raises(TransitionBlocked):
            bidding.submit_bid(
                call.lots.get(), bidding.offer(Decimal("80000.00"), {}, "每周五天。"), **who(branch, Role.SUPPLIER)
            )

    def test_nor_once_its_mandate_is_revoked(self) -> None:
        call, agency = self.open_call()
        type(agency.mandate).objects.filter(pk=agency.mandate.pk).update(
            ended_at=database_now(), ended_by=agency.mandate.granted_by, end_reason="解除协议。"
        )
        assert self.blocked(OrganisationFactory(name=f"{agency.house.name}第二分公司"), call) == ["P14"]

    def test_its_people_do_not_judge_what_it_runs(self) -> None:
        call = openings.open_up(openings.past_deadline())
        agency = Agency(call.project.buyer)
        expert = member(OrganisationFactory(), Role.EVALUATOR).user
        expert.memberships.create(organisation=agency.house, roles=[str(Role.DRAFTER)])
        told = {row["reference"]: row["reasons"] for row in candidates.assemble(call, database_now()).excluded}
        assert ["staff", agency.house.name] in told[candidates.reference(expert)]


def test_an_agency_of_many_calls_asks_the_database_no_more_often() -> None:
    agency = Agency(OrganisationFactory(buyer=True))
    counts = []
    for more in (1, 5):
        for _number in range(more):
            call = openings.past_deadline(bidders=1)
            MandateFactory(buyer=call.project.buyer, agency=agency.house)
        path = "/workspace/tables/mandated_calls/"
        agency.officer.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert agency.officer.get(path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
