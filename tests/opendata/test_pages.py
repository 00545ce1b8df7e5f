"""What everybody reads: complete, and never a word too early."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.bids.models import Bid
from procurement.cases.replay.driver import replay
from procurement.contracts.models import Contract
from procurement.evaluation import actions as evaluation_actions
from procurement.evaluation.models import AnswerSheet, Evaluation
from procurement.projects.models import Project
from tests import threads
from workflows import jobs

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
LISTS = ["/threads/", "/needs/", "/reports/", "/calls/", "/"]


@pytest.fixture
def closed() -> Project:
    replay(threads.case("C1"), documents=False)
    return Project.objects.get(case_id="C1")


class TestEmpty:
    @pytest.mark.parametrize("path", [*LISTS, "/verify/", "/s/", "/rules/"])
    def test_says_so(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 200

    @pytest.mark.parametrize("query", ["?page=-1", "?page=x&q=%00", "?state=nope&domain=1", "?q=" + "x" * 5000])
    def test_odd_queries_are_no_error(self, client: Client, query: str) -> None:
        for path in LISTS:
            assert client.get(path + query).status_code == 200


class TestThread:
    def test_shows_the_whole_way(self, client: Client, closed: Project) -> None:
        page = client.get(f"/threads/{closed.number}/").content.decode()
        for words in ("长沙市福民社会工作服务中心", "208,000.00", "贰拾万零捌仟元整", Evaluation.objects.get().grade):
            assert words in page
        for path in ("log/",):
            assert client.get(f"/threads/{closed.number}/{path}").status_code == 200
        assert client.get("/threads/HQ-nothing/").status_code == 404

    def test_every_notice_can_be_read(self, client: Client, closed: Project) -> None:
        notices = list(closed.notices.all())
        assert {notice.kind for notice in notices} >= {"call", "result", "contract", "acceptance"}
        for notice in notices:
            assert client.get(f"/threads/{closed.number}/notices/{notice.number}/").status_code == 200

    @pytest.mark.parametrize("scene", ["to-open", "to-qualify", "to-score", "to-award"])
    def test_nobody_learns_who_bid_or_what_before_the_result(self, client: Client, scene: str) -> None:
        project = threads.waiting(scene)
        call = project.calls.get()
        names = list(Bid.objects.filter(lot__call=call).values_list("supplier__name", flat=True))
        assert len(names) == 3
        paths = ["", "log/", *(f"notices/{notice.number}/" for notice in project.notices.all())]
        pages = [client.get(f"/threads/{project.number}/{path}").content.decode() for path in paths]
        pages += [client.get(path).content.decode() for path in (*LISTS, f"/calls/{call.number.lower()}/")]
        hidden = names if scene == "to-open" else []  # who, when and hash are told at the opening (P9)
        for words in (*hidden, "180,000", "195,000", "208,000", "180000", "195000"):
            assert not any(words in page for page in pages), words

    def test_receipts_are_the_bidders_own(self, client: Client) -> None:
        project = threads.waiting("to-open")
        bid = Bid.objects.filter(lot__call__project=project).first()
        path = f"/threads/{project.number}/documents/receipt/{bid.pk}/"
        assert client.get(path).status_code == 404
        client.force_login(threads.login("drafter"))
        assert client.get(path).status_code == 404

    def test_a_paper_is_printed_by_a_worker_and_then_shown(self, client: Client, closed: Project) -> None:
        contract = Contract.objects.get(award__lot__call__project=closed)
        path = f"/threads/{closed.number}/documents/contract/{contract.pk}/"
        assert client.get(path).status_code == 202
        jobs.run_due()
        answer = client.get(path)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith(b"%PDF")


class TestQueries:
    @pytest.mark.parametrize("path", ["/threads/", "/needs/"])
    def test_a_list_asks_no_more_with_more_rows(self, client: Client, closed: Project, path: str) -> None:
        client.get(path)
        with CaptureQueriesContext(connection) as few:
            client.get(path)
        for original in (closed, closed.needs.first()):
            for number in range(19):
                copy = type(original).objects.get(pk=original.pk)
                copy.pk, copy._state.adding, copy.number = None, True, f"COPY-{number}"
                if hasattr(copy, "case_id"):
                    copy.case_id = None
                copy.save()
        with CaptureQueriesContext(connection) as many:
            client.get(path)
        assert len(many) == len(few)


class TestVerify:
    def test_a_receipt_by_number_and_by_hash(self, client: Client, closed: Project) -> None:
        bid = Bid.objects.filter(lot__call__project=closed).first()
        envelope = bid.envelopes.first()
        for wanted in (bid.number, envelope.sha256, envelope.sha256.upper()):
            page = client.get("/verify/", {"q": wanted}).content.decode()
            assert envelope.sha256 in page
            assert bid.supplier.name not in page

    def test_honest_when_there_is_none(self, client: Client) -> None:
        assert "ABC-1" in client.get("/verify/ABC-1/").content.decode()


class TestSurvey:
    @pytest.fixture
    def code(self) -> str:
        project = threads.waiting("to-survey")
        found = Evaluation.objects.get(contract__award__lot__call__project=project)
        who = {"by": threads.login("drafter"), "organisation": project.buyer}
        if found.state == "open":
            evaluation_actions.start_collecting(found, **who)
        return evaluation_actions.make_codes(found, 1, **who)[0]

    def test_one_code_answers_once(self, client: Client, code: str) -> None:
        before = AnswerSheet.objects.count()
        form = {"need_fit": "5", "overall": "4", "eligible": "yes", "opinion": "很好"}
        assert client.get(f"/s/{code}/").status_code == 200
        assert client.post(f"/s/{code}/", {"need_fit": "5"}).status_code == 400
        assert client.post(f"/s/{code}/", form).status_code == 200
        assert client.post(f"/s/{code}/", form).status_code == 410
        assert AnswerSheet.objects.count() == before + 1

    def test_guessing_is_slowed_down(self, client: Client) -> None:
        answers = [client.get(f"/s/WRONG{number}/").status_code for number in range(22)]
        assert answers[0] == 404
        assert answers[-1] == 429
