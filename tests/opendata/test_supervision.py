"""Tables of the supervisors: they read every buyer's threads, and nobody else reads these tables."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.awards import duties
from procurement.calls import splitting, thresholds
from procurement.calls.models import Call
from procurement.projects.models import Project
from tests.accounts.doors import as_role
from tests.bids import openings
from tests.factories.accounts import OrganisationFactory, office
from tests.factories.calls import CallFactory
from workflows import engine
from workflows.clock import database_now

pytestmark = pytest.mark.django_db
NAMES = ("all_threads", "all_calls", "all_challenges", "overdue", "splitting", "irregularities")


def regulator() -> Client:
    return as_role(office(), Role.REGULATOR)


def shown(name: str, client: Client | None = None, **asked: str) -> str:
    answer = (client or regulator()).get(f"/workspace/tables/{name}/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def in_pieces(times: int = 2) -> tuple[Organisation, list[Call]]:
    """Calls of one buyer for one catalogue item out of one budget line, this year, together over the tender line."""
    first = CallFactory(published=True).project
    tender = thresholds.tender_threshold(first.buyer, database_now())
    assert tender is not None
    calls = list(Call.objects.filter(project=first))
    for _number in range(times - 1):
        call = CallFactory(published=True)
        Project.objects.filter(pk=call.project_id).update(
            buyer=first.buyer, catalogue_item=first.catalogue_item, budget_line=first.budget_line
        )
        calls.append(call)
    Project.objects.filter(calls__in=calls).update(budget=tender / times + 1, fund_source="fiscal")
    return first.buyer, calls


class TestSplitting:
    def test_listed_to_the_supervisors_and_to_their_own_buyer(self) -> None:
        buyer, calls = in_pieces()
        for client in (regulator(), as_role(buyer, Role.APPROVER)):
            page = shown("splitting", client)
            assert all(call.number in page for call in calls)
        other = as_role(OrganisationFactory(buyer=True), Role.APPROVER)
        assert not any(call.number in shown("splitting", other) for call in calls)

    @pytest.mark.parametrize("change", [
        {"project__fund_source": "union_dues"}, {"project__rehearsal": True}, {"method": "open_tender"},
        {"budget": "less"}, {"year": "before"},
    ])  # fmt: skip
    def test_not_what_the_rule_does_not_mean(self, change: dict[str, Any]) -> None:
        _buyer, calls = in_pieces()
        call = calls[0]
        assert len(splitting.pieces(splitting.Q())) == 2
        if "budget" in change:
            Project.objects.filter(pk=call.project_id).update(budget=Decimal(1))
        elif "year" in change:
            before = call.published_at - timedelta(days=400)
            Call.objects.filter(pk=call.pk).update(published_at=before)
        elif "method" in change:
            Call.objects.filter(pk=call.pk).update(**change)
        else:
            field, value = next(iter(change.items()))
            Project.objects.filter(pk=call.project_id).update(**{field.removeprefix("project__"): value})
        assert splitting.pieces(splitting.Q()) == []

    def test_says_how_often_and_how_much_together(self) -> None:
        _buyer, calls = in_pieces(3)
        pieces = splitting.pieces(splitting.Q())
        assert {piece.call.pk for piece in pieces} == {call.pk for call in calls}
        assert {piece.times for piece in pieces} == {3}
        assert all(piece.together == sum(one.project.budget for one in pieces) for piece in pieces)


def test_every_table_is_filtered_searched_and_exported() -> None:
    in_pieces()
    client = regulator()
    for name in NAMES:
        whole = shown(name, client)
        assert 'class="filters"' in whole
        assert client.get(f"/workspace/tables/{name}/", {"q": "没有这样的词", "sort": "title"}).status_code == 200
        answer = client.get(f"/workspace/tables/{name}/export/csv/")
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbf")
        assert client.get(f"/workspace/tables/{name}/export/xlsx/").status_code == 200


def test_computed_rows_are_searched_filtered_and_sorted_like_the_others() -> None:
    _buyer, calls = in_pieces()
    for call, title in zip(calls, ("甲项目", "乙项目"), strict=True):
        Project.objects.filter(pk=call.project_id).update(title=title)
    client = regulator()
    assert calls[0].number not in shown("splitting", client, q=calls[1].number)
    assert calls[0].number in shown("splitting", client, method=calls[0].method)
    assert calls[0].number not in shown("splitting", client, method="negotiation")
    up, down = (shown("splitting", client, sort=sort) for sort in ("title", "-title"))
    assert [call.number for call in sorted(calls, key=lambda call: up.index(call.number))] != [
        call.number for call in sorted(calls, key=lambda call: down.index(call.number))
    ]


def test_what_acts_found_is_an_irregularity() -> None:
    call = openings.past_deadline()
    engine.note(call, "opening_stopped", by=None, round="first", what="信封被改动")
    assert "信封被改动" in shown("irregularities")
    assert "信封被改动" not in shown("irregularities", kind="attachment_fault")


def test_overdue_only_what_is_past_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    call = CallFactory(published=True)
    today = database_now().date()
    owed = [
        duties.Duty(
            "T2", "令87", f"事项{days}", today + timedelta(days=days), call.project, call, call.project.buyer, ()
        )
        for days in (-3, 5)
    ]
    monkeypatch.setattr(duties, "of_threads", lambda at, projects: owed)
    page = shown("overdue")
    assert "事项-3" in page
    assert "事项5" not in page


def test_many_threads_cost_no_more_queries() -> None:
    client, counts = regulator(), {}
    for more in (1, 6):
        for _number in range(more):
            openings.past_deadline(bidders=1)
        for name in ("all_threads", "all_calls", "splitting", "overdue"):
            client.get(f"/workspace/tables/{name}/")
            with CaptureQueriesContext(connection) as captured:
                shown(name, client)
            counts.setdefault(name, []).append(len(captured))
    assert {name: found for name, found in counts.items() if found[0] != found[1]} == {}
