"""The public interface: right, polite, and never put out by odd questions."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from procurement.opendata.api import queries
from procurement.opendata.api.v1 import api
from procurement.opendata.search import index
from procurement.projects.models import NeedLink, Project
from tests import threads
from tests.cms import rows
from tests.opendata.test_ocds import brought_in

pytestmark = pytest.mark.django_db
LISTS = {
    "/api/v1/calls": queries.CallQuery,
    "/api/v1/notices": queries.NoticeQuery,
    "/api/v1/threads": queries.ThreadQuery,
    "/api/v1/needs": queries.NeedQuery,
    "/api/v1/organisations": queries.OrganisationQuery,
    "/api/v1/evaluations": queries.EvaluationQuery,
    "/api/v1/statistics": queries.StatisticQuery,
}
FEEDS = [f"/feeds/{kind}.{form}" for kind in ("calls", "notices") for form in ("rss", "atom", "json")]


@pytest.fixture(autouse=True)
def _no_limit(settings: Any) -> None:
    settings.OPENDATA_REQUESTS_A_MINUTE = 100_000


@pytest.fixture
def closed() -> Project:
    return brought_in("C1")


def items(client: Client, path: str) -> list[dict[str, Any]]:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return response.json()["items"]


def many(count: int) -> None:
    """Calls on threads of their own, each with a notice, a need and its supporters."""
    for _number in range(count):
        call = rows.call()
        rows.notice(call)
        NeedLink.objects.create(project=call.project, need=rows.need())


class TestAnswers:
    @pytest.mark.parametrize("path", [*LISTS, *FEEDS, "/api/v1/docs", "/api/v1/openapi.json"])
    def test_an_empty_site_answers(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 200

    def test_tell_the_thread(self, client: Client, closed: Project) -> None:
        (call,) = items(client, "/api/v1/calls")
        assert (call["title"], call["open"], call["brought_in"]) == (closed.title, False, True)
        full = client.get(f"/api/v1/calls/{call['number']}").json()
        assert full["bids_opened"] == 3
        thread = client.get(f"/api/v1/threads/{closed.number}").json()
        assert thread["contracts"][0]["amount"] == thread["contracts"][0]["paid"] == "208000.00"
        (verdict,) = items(client, "/api/v1/evaluations")
        assert verdict["grade"] == thread["contracts"][0]["grade"]
        assert verdict["population"] > 0
        by_name = {row["name"]: row for row in items(client, "/api/v1/organisations")}
        winner = by_name[verdict["supplier"]["name"]]
        assert (winner["awards"], winner["evaluations"], winner["mean_total"]) == (1, 1, verdict["total"])
        (figures,) = items(client, "/api/v1/statistics")
        assert (figures["threads"], figures["paid"]) == (1, "208000.00")
        for kind, key in (("notices", "number"), ("needs", "number"), ("organisations", "code")):
            for row in items(client, f"/api/v1/{kind}"):
                assert client.get(f"/api/v1/{kind}/{row[key]}").status_code == 200

    def test_a_notice_names_no_person(self, client: Client, closed: Project) -> None:
        for row in items(client, "/api/v1/notices"):
            assert not {"committee", "contacts", "members"} & set(
                client.get(f"/api/v1/notices/{row['number']}").json()["fields"]
            )

    def test_a_rehearsal_is_in_nothing(self, client: Client, closed: Project) -> None:
        Project.objects.filter(pk=closed.pk).update(rehearsal=True)
        for path in LISTS:
            assert items(client, path) == []
        assert client.get(f"/api/v1/threads/{closed.number}").status_code == 404
        for path in FEEDS:
            assert closed.title not in client.get(path).content.decode()

    def test_sealed_bids_are_not_counted(self, client: Client) -> None:
        project = threads.waiting("to-open")
        number = project.calls.get().number
        assert client.get(f"/api/v1/calls/{number}").json()["bids_opened"] is None

    def test_filters(self, client: Client, closed: Project) -> None:
        index.update_thread(closed.pk)
        code = closed.buyer.code
        asked = {
            f"buyer={code}": 1,
            "buyer=" + "9" * 18: 0,
            f"domain={closed.domain}&q={closed.title[:4]}": 1,
            "open=true": 0,
            "state=concluded": 1,
            "published_to=2001-01-01": 0,
        }
        for query, count in asked.items():
            assert len(items(client, f"/api/v1/calls?{query}")) == count, query

    def test_feeds_take_the_filters_of_the_list(self, client: Client, closed: Project) -> None:
        for form in ("rss", "atom", "json"):
            assert closed.title in client.get(f"/feeds/calls.{form}?state=concluded&page=2&sort=").content.decode()
            assert closed.title not in client.get(f"/feeds/calls.{form}?state=open").content.decode()
        found = client.get("/feeds/notices.json?kind=result").json()
        assert found["version"] == "https://jsonfeed.org/version/1.1"
        assert len(found["items"]) == 1


class TestManners:
    def test_pages_show_every_row_once(self, client: Client) -> None:
        many(7)
        seen, path = [], "/api/v1/calls?limit=3"
        while path:
            page = client.get(path).json()
            seen += [row["number"] for row in page["items"]]
            path = page["next"] or ""
        assert len(seen) == len(set(seen)) == 7

    def test_queries_do_not_grow_with_rows(self, client: Client) -> None:
        def counts() -> list[int]:
            found = []
            for path in (*(p for p in LISTS), *FEEDS):
                with CaptureQueriesContext(connection) as queries_made:
                    assert client.get(path).status_code == 200
                found.append(len(queries_made))
            return found

        many(1)
        one = counts()
        many(29)
        assert counts() == one

    def test_an_unchanged_answer_is_not_sent_again(self, client: Client, closed: Project) -> None:
        first = client.get("/api/v1/calls")
        again = client.get("/api/v1/calls", headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        Project.objects.filter(pk=closed.pk).update(title="另一个名称")
        assert client.get("/api/v1/calls", headers={"if-none-match": first["ETag"]}).status_code == 200

    def test_the_limit_is_told_and_kept(self, client: Client, settings: Any) -> None:
        settings.OPENDATA_REQUESTS_A_MINUTE = 2
        answers = [client.get("/api/v1/calls") for _number in range(3)]
        assert [answer.status_code for answer in answers][:2] == [200, 200]
        assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
        refused = answers[2]
        assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
        assert 1 <= int(refused["Retry-After"]) <= 60

    def test_other_sites_may_read_and_nobody_may_write(self, client: Client) -> None:
        assert client.get("/api/v1/calls")["Access-Control-Allow-Origin"] == "*"
        assert client.options("/api/v1/calls").status_code == 204
        refused = client.post("/api/v1/calls")
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, OPTIONS")

    @pytest.mark.parametrize(
        ("path", "field"),
        [("/api/v1/calls?limit=0", "limit"), ("/api/v1/calls?cursor=abc", "cursor"), ("/api/v1/calls?q=%00", "q"),
         ("/api/v1/calls?published_from=0", "published_from"), ("/api/v1/calls?domian=youth", "domian"),
         ("/api/v1/evaluations?grade=A", "grade"), ("/feeds/calls.rss?domain=x", "domain")],
    )  # fmt: skip
    def test_errors_name_the_field(self, client: Client, path: str, field: str) -> None:
        response = client.get(path)
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
        assert [error["field"] for error in response.json()["errors"]] == [field]


class TestOddInput:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_never_breaks_anything(self, client: Client, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from([*LISTS, *FEEDS, "/api/ocds/releases.json"]))
        names = [*getattr(LISTS.get(path), "model_fields", {"since": 0, "limit": 0, "q": 0, "domain": 0, "state": 0})]
        odd = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
            [
                "-1",
                "9" * 30,
                "1e9",
                "true",
                "null",
                "NaN",
                "2026-02-30",
                "0000-00-00",
                "0001-01-01",
                "9999-12-31",
                "\x00",
                "'; --",
                "%",
                "MTIzfDE",
            ]
        )
        query = data.draw(st.dictionaries(st.sampled_from(names), odd, max_size=4))
        response = client.get(path, query)
        assert response.status_code in (200, 400)
        if response.status_code == 400:
            assert response.json()["errors"]


def in_this_connection(environ: Any, start: Any) -> Any:
    """The site as a server calls it, but within the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        return get_wsgi_application()(environ, start)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def schema() -> Any:
    found = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
    found.app = in_this_connection
    return found


contract = schema()


@contract.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: Any, db: None) -> None:
    case.call_and_validate()
