"""Drafting a call on its pages: kept while typed, judged while typed, handed in only when lawful."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

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


def fresh_draft() -> Call:
    project = fresh_project()
    return draft(logged_in("drafter"), project)


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


class TestTheSide:
    def test_the_whole_sentence_is_shown_with_every_phrase_marked(self) -> None:
        call = fresh_draft()
        client = logged_in("drafter")
        words = "依法登记。供应商须在本县注册，具有本县奖项者<优先>；近三年无重大违法记录。"
        sent = values(client, call, "documents") | {"qualifications": words}
        side = client.post(f"/workspace/calls/{call.pk}/draft/documents/", sent, headers={"X-Autosave": "1"})
        [(_where, sentence)] = side.context["marked"]
        assert sentence == ("供应商<mark>须在本县注册</mark>，具有<mark>本县奖项</mark>者&lt;优先&gt;；")

    def test_what_was_bought_before_is_listed_with_its_sum(self) -> None:
        call = fresh_draft()
        project = call.project
        address = f"/workspace/calls/{call.pk}/draft/timetable/"
        assert logged_in("drafter").get(address).context["bought"]["projects"] == []
        other = Call.objects.exclude(pk=call.pk).get()
        Project.objects.filter(pk=other.project_id).update(
            catalogue_item=project.catalogue_item, budget_line=project.budget_line, rehearsal=False
        )
        Call.objects.filter(pk=other.pk).update(published_at=call.saved_at, method="own_rule")
        page = logged_in("drafter").get(address)
        bought = page.context["bought"]
        assert bought["projects"] == [other.project]
        assert bought["together"] == project.budget + other.project.budget
        assert other.project.number in page.content.decode()

    def test_a_rule_is_told_under_its_field_with_the_way_out(self) -> None:
        call = fresh_draft()
        client = logged_in("drafter")
        address = f"/workspace/calls/{call.pk}/draft/timetable/"
        early = call.saved_at.strftime("%Y-%m-%dT23:59")
        sent = values(client, call, "timetable") | {"method": "consultation", "deadline": early}
        page = client.post(address, sent, headers={"X-Autosave": "1"})
        assert 'data-hint-for="deadline" data-blocks="1"' in page.content.decode()
        page = client.get(address)
        suggested = page.content.decode().split('name="fill_deadline" value="')[1].split('"')[0]
        # the button works without a script: the form is sent with it
        sent = values(client, call, "timetable") | {"fill_deadline": suggested}
        assert client.post(address, sent).status_code == 302
        call = call.fresh()
        assert timezone.localtime(call.deadline).strftime("%Y-%m-%dT%H:%M") == suggested
        assert not [r for r in drafting.judged(call, at=call.saved_at) if r.rule in ("P1", "P2", "P3")]

    def test_house_wording_is_added_to_what_stands_there(self) -> None:
        call = fresh_draft()
        client = logged_in("drafter")
        address = f"/workspace/calls/{call.pk}/draft/documents/"
        [first, *_rest] = [one for one in client.get(address).context["phrases"] if one.field == "qualifications"]
        sent = values(client, call, "documents") | {"qualifications": "甲", "fill_qualifications": first.text}
        assert client.post(address, sent).status_code == 302
        assert call.fresh().qualifications.splitlines() == ["甲", *first.text.splitlines()]

    def test_the_notice_is_shown_before_it_is_handed_in_with_what_it_lacks(self) -> None:
        call = fresh_draft()
        client = logged_in("drafter")
        notice = client.get(f"/workspace/calls/{call.pk}/draft/review/").context["notice"]
        lacking = [row.name for section in notice.sections for row in section.rows if row.missing]
        assert lacking == ["qualifications"]
        assert notice.reasons[0].facts["missing"] == lacking

    def test_as_many_queries_with_thirty_purchases_as_with_one(self) -> None:
        call = fresh_draft()
        client = logged_in("drafter")
        other = Call.objects.exclude(pk=call.pk).get()
        address = f"/workspace/calls/{call.pk}/draft/timetable/"
        Project.objects.filter(pk=other.project_id).update(
            catalogue_item=call.project.catalogue_item, budget_line=call.project.budget_line, rehearsal=False
        )
        Call.objects.filter(pk=other.pk).update(published_at=call.saved_at, method="own_rule")
        counts = []
        for more in (0, 29):
            for number in range(more):
                _copy(other, number)
            with CaptureQueriesContext(connection) as queries:
                page = client.get(address)
            counts.append(len(queries))
        assert len(page.context["bought"]["projects"]) == 30
        assert counts[0] == counts[1]


def _copy(call: Call, number: int) -> None:
    """Another published call of another project like it."""
    project = Project.objects.get(pk=call.project_id)
    project.pk, project.number, project.case_id = None, f"{project.number}-{number}", None
    project._state.adding = True
    project.save()
    call = Call.objects.get(pk=call.pk)
    call.pk, call.number, call.project = None, f"{call.number}-{number}", project
    call._state.adding = True
    call.save()
