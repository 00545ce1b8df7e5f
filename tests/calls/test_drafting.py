"""Drafting a call on its pages: kept while typed, judged while typed, handed in only when lawful."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from procurement.accounts.enums import Role
from procurement.accounts.models import Membership
from procurement.calls import drafting
from procurement.calls.models import Call
from procurement.projects import actions as projects
from procurement.projects.enums import NegativeItem
from procurement.projects.models import BudgetLine, Project
from tests import threads
from tests.accounts.test_workspace import logged_in, outsider
from tests.forms import filled

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def fresh_project() -> Project:
    """An approved, live project of the demo's buyer, without a call."""
    model = threads.waiting("publish")
    buyer = {"organisation": model.buyer}
    line = BudgetLine.objects.create(
        organisation=model.buyer, year=2026, name="服务", fund_source=model.fund_source, amount=Decimal(900_000)
    )
    project = projects.form_project(
        by=threads.login("drafter"),
        **buyer,
        title="暑期陪伴服务",
        summary="为外来务工人员子女提供暑期托管与陪伴",
        domain=model.domain,
        delivery_mode=model.delivery_mode,
        fund_source=model.fund_source,
        budget=Decimal(120_000),
        catalogue_item=model.catalogue_item,
        budget_line=line,
        term_start=model.term_start,
        term_end=model.term_end,
        beneficiaries=60,
    )
    projects.tick_negative_list(project, NegativeItem.values, by=threads.login("drafter"), **buyer)
    return projects.approve(project, by=threads.login("approver"), **buyer)


def draft(client: Client, project: Project, source: str = "service") -> Call:
    assert client.get(f"/workspace/calls/new/{project.pk}/").status_code == 200
    answer = client.post(f"/workspace/calls/new/{project.pk}/", {"from": source})
    assert answer.status_code == 302, answer.content.decode()[:500]
    return Call.objects.get(project=project)


def values(client: Client, call: Call, step: str) -> dict[str, str]:
    """What the page's form holds, as a browser would send it."""
    form = client.get(f"/workspace/calls/{call.pk}/draft/{step}/").context["form"]
    return filled(form) | {"version": str(Call.objects.get(pk=call.pk).version)}


class TestDrafting:
    def test_from_nothing_to_handed_in(self) -> None:
        project = fresh_project()
        client = logged_in("drafter")
        call = draft(client, project)
        assert call.deadline >= drafting.earliest_moment(call, call.saved_at)
        for step in ("project", "negative", "timetable", "criteria", "documents", "review"):
            assert client.get(f"/workspace/calls/{call.pk}/draft/{step}/").status_code == 200, step
        words = values(client, call, "documents") | {
            "qualifications": "依法登记的社会组织",
            "contact": "办公室 0571-00000000",
        }
        assert client.post(f"/workspace/calls/{call.pk}/draft/documents/", words | {"go": "review"}).status_code == 302
        assert client.post(f"/workspace/calls/{call.pk}/hand-in/", {}).status_code == 302
        call = call.fresh()
        assert (call.handed_in_at is not None, call.state) == (True, "draft"), list(
            map(str, drafting.judged(call, at=call.saved_at))
        )
        approver = logged_in("approver")
        assert f"/workspace/call.publish/{call.pk}/" in approver.get("/workspace/").content.decode()
        answer = approver.post(f"/workspace/call.publish/{call.pk}/", {"sure": "on"})
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        assert call.fresh().state == "published"
        assert call.project.notices.filter(kind="call").exists()

    def test_typing_is_judged_at_once(self) -> None:
        project = fresh_project()
        client = logged_in("drafter")
        call = draft(client, project)
        sent = values(client, call, "documents") | {"qualifications": "供应商须在本县注册"}
        address = f"/workspace/calls/{call.pk}/draft/documents/"
        side = client.post(address, sent, headers={"X-Autosave": "1"})
        assert side.status_code == 200
        assert "<mark>" in side.content.decode()
        assert "W6" in side.content.decode()
        assert call.fresh().qualifications == "供应商须在本县注册"

    def test_a_deadline_too_early_is_told_with_the_lawful_day_and_stops_the_handing_in(self) -> None:
        project = fresh_project()
        client = logged_in("drafter")
        call = draft(client, project)
        early = call.saved_at.strftime("%Y-%m-%dT23:59")
        sent = values(client, call, "timetable") | {"method": "consultation", "deadline": early}
        side = client.post(f"/workspace/calls/{call.pk}/draft/timetable/", sent, headers={"X-Autosave": "1"})
        assert "P1" in side.content.decode()
        client.post(f"/workspace/calls/{call.pk}/hand-in/", {})
        assert call.fresh().handed_in_at is None

    def test_what_is_right_is_kept_whatever_is_wrong_beside_it(self) -> None:
        project = fresh_project()
        client = logged_in("drafter")
        call = draft(client, project)
        sent = values(client, call, "timetable") | {"deadline": "some day", "approval_number": "批〔2026〕1号"}
        answer = client.post(f"/workspace/calls/{call.pk}/draft/timetable/", sent)
        assert answer.status_code == 400
        assert (call.fresh().approval_number, call.fresh().deadline) == ("批〔2026〕1号", call.deadline)

    def test_weights_may_wait_but_not_be_handed_in(self) -> None:
        project = fresh_project()
        client = logged_in("drafter")
        call = draft(client, project)
        sent = values(client, call, "criteria") | {"weight_1": "44"}
        side = client.post(f"/workspace/calls/{call.pk}/draft/criteria/", sent, headers={"X-Autosave": "1"})
        assert side.status_code == 200, side.context["form"].errors
        assert call.criteria.get(position=1).weight == 44
        assert "99" in side.content.decode()
        client.post(f"/workspace/calls/{call.pk}/hand-in/", {})
        assert call.fresh().handed_in_at is None

    def test_two_at_once_the_stale_one_is_told(self) -> None:
        project = fresh_project()
        client = logged_in("drafter")
        call = draft(client, project)
        old = values(client, call, "documents")
        first = old | {"qualifications": "甲"}
        assert client.post(f"/workspace/calls/{call.pk}/draft/documents/", first).status_code == 302
        second = old | {"qualifications": "乙"}
        assert client.post(f"/workspace/calls/{call.pk}/draft/documents/", second).status_code == 409
        assert call.fresh().qualifications == "甲"

    def test_taken_over_from_an_earlier_call(self) -> None:
        project = fresh_project()
        earlier = Call.objects.get()
        Call.objects.filter(pk=earlier.pk).update(qualifications="老条件")
        Call.objects.filter(pk=earlier.pk).update(end_reason="x")
        client = logged_in("drafter")
        call = draft(client, project)
        # a draft is nobody's model
        answer = client.post(f"/workspace/calls/{call.pk}/take-over/", {"from": f"call-{earlier.pk}"})
        assert answer.status_code == 404
        client.post(
            f"/workspace/calls/{call.pk}/take-over/", {"from": "fixed-price", "version": str(call.fresh().version)}
        )
        assert [c.kind for c in call.criteria.all()] == ["quantity", "judged", "judged"]

    def test_the_drafter_does_not_publish_and_the_approver_may_hand_back(self) -> None:
        project = fresh_project()
        client = logged_in("drafter")
        call = draft(client, project)
        sent = values(client, call, "documents") | {"qualifications": "依法登记", "contact": "办公室"}
        client.post(f"/workspace/calls/{call.pk}/draft/documents/", sent)
        client.post(f"/workspace/calls/{call.pk}/hand-in/", {})
        drafter = threads.login("drafter")
        membership = Membership.objects.get(user=drafter, organisation=project.buyer)
        membership.roles = [Role.DRAFTER, Role.APPROVER]
        membership.save()
        assert client.post(f"/workspace/call.publish/{call.pk}/", {"sure": "on"}).status_code == 409
        approver = logged_in("approver")
        assert approver.post(f"/workspace/call.hand_back/{call.pk}/", {"reason": "请补充需求"}).status_code == 302
        assert call.fresh().handed_in_at is None

    @pytest.mark.parametrize("step", ["timetable", "criteria", "review", "nonsense"])
    def test_whose_it_is(self, step: str) -> None:
        project = fresh_project()
        call = draft(logged_in("drafter"), project)
        address = f"/workspace/calls/{call.pk}/draft/{step}/"
        assert Client().get(address).status_code == 302
        assert outsider().get(address).status_code == 404
        assert logged_in("finance").get(address).status_code == (404 if step == "nonsense" else 403)


def test_a_draft_is_not_told_to_the_public() -> None:
    project = fresh_project()
    call = draft(logged_in("drafter"), project)
    assert call.number not in Client().get(f"/threads/{project.number}/").content.decode()
    assert Client().get(f"/calls/{call.number}/").status_code == 404
