"""Releases and records: valid, immutable, complete for whoever follows the feed, and never a word too much."""

from __future__ import annotations

import json
from typing import Any

import ocdsmerge
import pytest
from django.db import InternalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.bids.models import Bid
from procurement.cases.replay.driver import replay
from procurement.opendata.models import Release
from procurement.opendata.ocds import issuing, terms
from procurement.projects.models import Project
from tests import threads
from tests.opendata import ocds
from workflows import jobs

pytestmark = pytest.mark.django_db
NAMES = sorted(path.stem for path in threads.DATA.glob("*.yaml"))


def drain() -> None:
    while jobs.run_due():
        pass


def brought_in(name: str) -> Project:
    outcome = replay(threads.case(name), documents=False)
    assert not outcome.refused, outcome.answer
    return Project.objects.get(case_id=threads.case(name).case)


def record_of(client: Client, project: Project) -> dict[str, Any]:
    response = client.get(f"/api/ocds/records/{terms.ocid_of(project.number)}.json")
    assert response.status_code == 200
    return response.json()


@pytest.fixture
def closed() -> Project:
    project = brought_in("C1")
    issuing.issue(project)
    return project


class TestReleases:
    def test_tell_the_whole_way(self, client: Client, closed: Project) -> None:
        record = record_of(client, closed)["records"][0]
        tags = [release["tag"][0] for release in record["releases"]]
        assert {"planning", "tender", "tenderUpdate", "award", "contract", "implementation"} <= set(tags)
        told = record["compiledRelease"]
        assert told["tender"]["procurementMethodDetails"] == "竞争性磋商"
        assert told["awards"][0]["value"] == {"amount": 208000.0, "currency": "CNY"}
        assert told["planning"]["documents"][0]["documentType"] == "needsAssessment"
        work = told["contracts"][0]["implementation"]
        assert sum(row["value"]["amount"] for row in work["transactions"]) == 208000.0
        assert {metric["id"] for metric in work["metrics"]} >= {"total", "grade", "residents"}
        assert {role for party in told["parties"] for role in party["roles"]} >= {"buyer", "supplier", "tenderer"}

    def test_are_issued_once(self, closed: Project) -> None:
        before = list(Release.objects.values_list("release_id", "sequence"))
        assert issuing.issue(closed) == []
        assert list(Release.objects.values_list("release_id", "sequence")) == before

    def test_never_change(self, closed: Project) -> None:
        row = Release.objects.first()
        assert row is not None
        row.body = {}
        with pytest.raises(InternalError), transaction.atomic():
            row.save()
        with pytest.raises(InternalError), transaction.atomic():
            row.delete()

    def test_a_correction_is_a_new_one(self, client: Client, closed: Project) -> None:
        first = Release.objects.get(event="planning")
        Project.objects.filter(pk=closed.pk).update(summary="更正后的采购需求")
        closed.refresh_from_db()
        (fresh,) = issuing.issue(closed)
        assert (fresh.tag, fresh.revision, fresh.event) == (["planningUpdate"], 2, "planning")
        assert Release.objects.get(pk=first.pk).body == first.body
        told = record_of(client, closed)["records"][0]["compiledRelease"]
        assert told["tender"]["status"] == "complete"  # a correction of the plan does not start the call anew

    def test_follow_from_public_acts(self, client: Client) -> None:
        project = threads.waiting("open-for-bids-1")
        drain()
        tags = list(Release.objects.filter(project=project).values_list("tag", flat=True))
        assert ["planning"] in tags
        assert ["tender"] in tags

    def test_a_brought_in_thread_is_marked(self, client: Client, closed: Project) -> None:
        assert all(row.body["x_broughtIn"] is True for row in Release.objects.all())


class TestSealed:
    @pytest.mark.parametrize("scene", ["to-open", "to-qualify", "to-score", "to-award"])
    def test_no_price_before_the_result(self, client: Client, scene: str) -> None:
        project = threads.waiting(scene)
        drain()
        pages = [
            client.get("/api/ocds/releases.json").content.decode(),
            client.get(f"/api/ocds/records/{terms.ocid_of(project.number)}.json").content.decode(),
        ]
        names = list(Bid.objects.filter(lot__call__project=project).values_list("supplier__name", flat=True))
        assert len(names) == 3
        told = json.loads(pages[1])["records"][0]["compiledRelease"]
        if scene == "to-open":
            assert "bids" not in told
            assert not any(name in page for name in names for page in pages)
        else:
            assert all("value" not in bid for bid in told["bids"]["details"])
        assert not any(price in page for price in ("180000", "195000", "208000") for page in pages)

    def test_an_asker_is_nobody(self, client: Client, closed: Project) -> None:
        call = closed.calls.get()
        bid = Bid.objects.filter(lot__call=call).select_related("supplier", "submitted_by").first()
        assert bid is not None
        from procurement.calls.models import Question

        Question.objects.create(
            call=call, supplier=bid.supplier, text="能否分期？请回电 13812345678", state="answered", answer="可以。",
            asked_at=call.published_at, asked_by=bid.submitted_by,
            answered_at=call.published_at, answered_by=call.published_by,
        )  # fmt: skip
        issuing.issue(closed)
        (enquiry,) = record_of(client, closed)["records"][0]["compiledRelease"]["tender"]["enquiries"]
        assert "author" not in enquiry
        assert enquiry["description"] == "能否分期？请回电 138****5678"

    def test_a_rehearsal_is_in_nothing(self, client: Client, closed: Project) -> None:
        Project.objects.filter(pk=closed.pk).update(rehearsal=True)
        assert client.get(f"/api/ocds/records/{terms.ocid_of(closed.number)}.json").status_code == 404
        assert client.get("/api/ocds/releases.json").json()["releases"] == []
        closed.refresh_from_db()
        assert issuing.issue(closed) == []


class TestFeed:
    def test_pages_come_one_after_the_other(self, client: Client, closed: Project) -> None:
        seen, url = [], "/api/ocds/releases.json?limit=3"
        while url:
            page = client.get(url).json()
            seen += [release["id"] for release in page["releases"]]
            url = page.get("links", {}).get("next", "")
        assert seen == list(Release.objects.values_list("release_id", flat=True))
        assert client.get(f"/api/ocds/releases.json?since={page['x_since']}").json()["releases"] == []

    @pytest.mark.parametrize(
        ("query", "field"),
        [("since=x", "since"), ("since=-1", "since"), ("limit=0", "limit"), ("limit=999", "limit"),
         ("since=" + "9" * 40, "since"), ("since=%00", "since"), ("what=1", "what"), ("since=٣", "since")],
    )  # fmt: skip
    def test_odd_queries_are_told_so(self, client: Client, query: str, field: str) -> None:
        response = client.get(f"/api/ocds/releases.json?{query}")
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert [error["field"] for error in response.json()["errors"]] == [field]

    @pytest.mark.parametrize("name", ["nothing", "ocds-huiqun-nothing", "%00", "a b"])
    def test_an_unknown_record_is_not_found(self, client: Client, name: str) -> None:
        assert client.get(f"/api/ocds/records/{name}.json").status_code == 404

    def test_queries_do_not_grow_with_rows(self, client: Client, closed: Project) -> None:
        def count(limit: int) -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(f"/api/ocds/releases.json?limit={limit}")
            return len(queries)

        assert count(1) == count(15) <= 2

    def test_an_unchanged_answer_is_not_sent_again(self, client: Client, closed: Project) -> None:
        path = f"/api/ocds/records/{terms.ocid_of(closed.number)}.json"
        first = client.get(path)
        assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 304
        assert client.get(path, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304


@ocds.needs_schemas
class TestStandard:
    @pytest.mark.parametrize("name", NAMES)
    def test_every_case_is_valid_and_merges(self, client: Client, name: str) -> None:
        project = brought_in(name)
        issuing.issue(project)
        if project.rehearsal:
            assert not Release.objects.exists()
            return
        record = record_of(client, project)
        ocid = terms.ocid_of(project.number)
        for package in (record, client.get("/api/ocds/releases.json").json(),
                        client.get(f"/api/ocds/packages/{ocid}.json").json()):  # fmt: skip
            assert ocds.faults(package) == []
        (found,) = record["records"]
        merged = ocdsmerge.Merger(ocds.merge_schema()).create_compiled_release(found["releases"])
        assert found["compiledRelease"] == merged

    def test_the_check_finds_what_is_wrong(self, closed: Project, client: Client) -> None:
        record = record_of(client, closed)
        record["records"][0]["releases"][0]["tag"] = ["nonsense"]
        record["records"][0]["compiledRelease"]["date"] = "yesterday"
        assert len(ocds.faults(record)) >= 2
