"""The public lists: what each filter gives is what its count says, odd addresses are no error, queries stay flat."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.evaluation.models import Survey
from procurement.opendata.search import index
from tests.cms import rows

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
PATHS = [
    "/",
    "/calls/",
    "/notices/",
    "/needs/",
    "/threads/",
    "/reports/",
    "/organisations/",
    "/statistics/",
    "/calendar/",
]
ODD = [
    "?page=0&state=x&domain=%00&money=-&buyer=99999999999&area=x&least=1e999&most=NaN&sort=%27",
    "?least=%EF%BC%91%EF%BC%92&most=-1&buyer=%D9%A1&area=%D9%A1%D9%A2",
    "?year=0000&buyer=-1&area=' OR 1=1",
    "?month=2026-13",
    "?month=99999-1&q=%00%00&kind=x&side=x&grade=x&page=-7",
    "?month=0001-01&q=" + "长" * 3000,
]


@pytest.fixture
def some() -> list[Any]:
    """Three calls of two buyers."""
    league = rows.organisation("共青团示例市委", "11330100000000001A", "youth_league")
    found = [
        rows.call(rows.project("新市民子女暑期托管")),
        rows.call(rows.project("青少年心理服务台", domain="youth", buyer=league, budget=rows.Decimal(486_000))),
        rows.call(
            rows.project("职工法律服务", state="closed", domain="worker", budget=rows.Decimal(50_000)),
            state="concluded",
            deadline=rows.timezone.now() - rows.timedelta(days=30),
        ),
    ]
    index.rebuild()  # words are found by it
    return found


class TestFacets:
    def test_every_count_is_what_its_link_gives(self, client: Client, some: list[Any]) -> None:
        seen = 0
        for facet in client.get("/calls/").context["facets"]:
            for choice in facet["choices"]:
                found = client.get(f"/calls/?{choice['query']}").context["calls"].paginator.count
                assert found == choice["count"], (facet["name"], choice)
                seen += 1
        assert seen >= 10

    def test_counts_keep_the_other_filters(self, client: Client, some: list[Any]) -> None:
        page = client.get("/calls/?domain=youth")
        states = next(facet for facet in page.context["facets"] if facet["name"] == "state")
        assert [(choice["value"], choice["count"]) for choice in states["choices"]] == [("open", 1)]
        domains = next(facet for facet in page.context["facets"] if facet["name"] == "domain")
        assert {choice["value"] for choice in domains["choices"]} == {"children", "youth", "worker"}

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ("state=open", {"新市民子女暑期托管", "青少年心理服务台"}),
            ("state=concluded", {"职工法律服务"}),
            ("money=30-100", {"青少年心理服务台"}),
            ("least=200,000&most=300000", {"新市民子女暑期托管"}),
            ("q=心理 共青团", {"青少年心理服务台"}),
            ("area=3301", {"新市民子女暑期托管", "青少年心理服务台", "职工法律服务"}),
            ("domain=worker&state=open", set()),
        ],
    )
    def test_filters(self, client: Client, some: list[Any], query: str, wanted: set[str]) -> None:
        found = client.get(f"/calls/?{query}").context["calls"].object_list
        assert {call.project.title for call in found} == wanted

    def test_the_largest_comes_first_where_asked(self, client: Client, some: list[Any]) -> None:
        found = client.get("/calls/?sort=ceiling").context["calls"].object_list
        assert [call.ceiling for call in found] == sorted((call.ceiling for call in found), reverse=True)


class TestOddAddresses:
    @pytest.mark.parametrize("path", PATHS)
    def test_are_no_error(self, client: Client, some: list[Any], path: str) -> None:
        for query in ODD:
            assert client.get(path + query).status_code == 200, query

    @pytest.mark.parametrize("path", ["/organisations/0/", "/organisations/99999999999/", "/statistics/x.csv"])
    def test_what_is_not_there_is_not_found(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 404


def queries(client: Client, path: str) -> int:
    client.get(path)  # what is asked once a process
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def fill(count: int) -> None:
    for number in range(count):
        of = rows.call(rows.project(f"项目 {number}"))
        rows.notice(of)
        rows.need(f"需求 {number}")


@pytest.mark.parametrize("path", ["/", "/calls/", "/notices/", "/needs/", "/threads/", "/calendar/", "/statistics/"])
def test_queries_stay_flat(client: Client, path: str) -> None:
    fill(1)
    one = queries(client, path)
    fill(19)
    assert queries(client, path) == one
    assert one <= 25


def judged(count: int) -> Any:
    """Published evaluations of one supplier and one buyer, each with its survey."""
    for number in range(count):
        found = rows.evaluation(f"已评价项目 {number}")
        Survey.objects.create(evaluation=found, population=120)
    return found.contract


def test_queries_of_records_stay_flat(client: Client) -> None:
    contract = judged(1)
    paths = [
        "/reports/",
        "/organisations/",
        *(f"/organisations/{one.pk}/" for one in (contract.supplier, contract.buyer)),
    ]
    one = [queries(client, path) for path in paths]
    judged(9)
    assert [queries(client, path) for path in paths] == one
    assert max(one) <= 25
