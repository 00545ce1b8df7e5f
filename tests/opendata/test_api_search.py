"""``q`` of the interface and the feeds: the site's own search, by its index; and lists whose queries do not grow."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from procurement.evaluation.models import AnswerSheet, Survey
from procurement.opendata.search import find, index
from procurement.opendata.search.models import Kind, SearchEntry
from procurement.opendata.search.text import read
from procurement.projects.models import Project
from tests.cms import rows

pytestmark = pytest.mark.django_db
TITLES = ("青少年法治讲堂", "法治青年说", "少年宫暑期 AI 辅导", "关爱残疾儿童")
WORDS = ("青少年", "法治", "青年 法治", "少", "關愛", "AI辅导", "暑期，辅导", "没有这个", "讲堂 青少年", "330199-2026")
KINDS = {Kind.CALL: "calls", Kind.NOTICE: "notices", Kind.THREAD: "threads"}


@pytest.fixture(autouse=True)
def _no_limit(settings: Any) -> None:
    settings.OPENDATA_REQUESTS_A_MINUTE = 100_000


@pytest.fixture
def planted() -> None:
    for title in TITLES:
        rows.notice(rows.call(rows.project(title)))
    index.rebuild()


def shown(client: Client, path: str) -> set[str]:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return {row["title"] for row in response.json()["items"]}


@pytest.mark.parametrize("typed", WORDS)
def test_the_interface_finds_what_the_page_of_the_search_finds(client: Client, planted: None, typed: str) -> None:
    for kind, name in KINDS.items():
        chosen = {**dict.fromkeys(find.FACETS, ""), "kind": str(kind)}
        site = {entry.title for entry in find.find(read(typed), chosen).entries}
        assert shown(client, f"/api/v1/{name}?limit=100&q={typed}") == site, name
        if name != "threads":
            assert shown(client, f"/feeds/{name}.json?q={typed}") == site, name


def test_what_is_found(client: Client, planted: None) -> None:
    assert shown(client, "/api/v1/threads?q=法治") == {TITLES[0], TITLES[1]}
    assert shown(client, "/api/v1/threads?q=治青") == {TITLES[1]}
    assert shown(client, "/api/v1/threads?q=關愛") == {TITLES[3]}
    assert shown(client, "/api/v1/threads?q=！！") == set()
    assert shown(client, "/api/v1/threads?q=+") == set(TITLES)


def test_filters_hold_beside_the_words(client: Client, planted: None) -> None:
    Project.objects.filter(title=TITLES[0]).update(domain="youth")
    assert shown(client, "/api/v1/threads?q=法治&domain=youth") == {TITLES[0]}
    Project.objects.filter(title=TITLES[1]).update(rehearsal=True)
    assert shown(client, "/api/v1/threads?q=法治") == {TITLES[0]}


def test_needs_and_organisations_are_found_too(client: Client) -> None:
    rows.need("楼道灯坏了")
    rows.project()
    index.rebuild()
    assert [row["title"] for row in client.get("/api/v1/needs?q=道灯").json()["items"]] == ["楼道灯坏了"]
    found = client.get("/api/v1/organisations?q=示例县总工会").json()["items"]
    assert [row["name"] for row in found] == ["示例县总工会"]


def test_words_are_looked_up_in_the_index() -> None:
    """Never by reading every row, however many there are."""
    many = [
        index.finished(SearchEntry(kind=Kind.CALL, subject_id=number, title=f"第 {number} 次活动", url=f"/{number}/"))
        for number in range(3000)
    ]
    SearchEntry.objects.bulk_create(many)
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('search_tokens')")  # as vacuuming does; before, it costs more
        cursor.execute(f"ANALYZE {SearchEntry._meta.db_table}")
        cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows are read as quickly one by one
    assert "search_tokens" in find.subjects("法治讲堂", Kind.CALL).explain()


def judged(count: int) -> None:
    for number in range(count):
        found = rows.evaluation(f"评价 {number}")
        survey = Survey.objects.create(evaluation=found, population=120)
        AnswerSheet.objects.create(survey=survey, eligible=True, answered_on=timezone.localdate())


def test_the_list_of_verdicts_asks_as_often_for_thirty_as_for_one(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            found = client.get("/api/v1/evaluations?limit=100").json()["items"]
        assert all(row["answers"] == 1 for row in found)
        counted.append(len(found))
        return len(made)

    counted: list[int] = []
    judged(1)
    one = queries()
    judged(29)
    assert queries() == one
    assert counted == [1, 30]
