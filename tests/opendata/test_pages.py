"""What everybody reads: complete, and never a word too early."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.accounts.models import Membership, User
from procurement.bids.models import Bid
from procurement.calls.models import Lot
from procurement.cases.replay.driver import replay
from procurement.contracts.models import Contract
from procurement.evaluation import actions as evaluation_actions
from procurement.evaluation.models import AnswerSheet, Evaluation
from procurement.opendata import record
from procurement.projects.models import Project
from tests import threads
from workflows import chain, jobs
from workflows.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
LISTS = ["/threads/", "/needs/", "/reports/", "/calls/", "/"]


def staff_of(organisation: object, name: str) -> Client:
    """Somebody of that organisation alone, whatever the role."""
    user = User.objects.create_user(name)
    Membership.objects.create(user=user, organisation=organisation, roles=["supplier", "drafter"])
    client = Client()
    client.force_login(user)
    return client


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

    def test_how_many_bid_is_not_told_before_the_opening(self, client: Client) -> None:
        project = threads.waiting("to-open")
        assert not record.visible(project).filter(subject_type="bids.bid").exists()
        response = client.get(f"/threads/{project.number}/")
        assert response.context["rows"] == record.visible(project).count()
        sealed = set(Bid.objects.filter(lot__call__project=project).values_list("log_head", flat=True))
        assert response.context["head"] not in sealed
        assert response.context["whole"] is True

    def test_a_bidder_learns_nothing_of_the_others_before_the_opening(self) -> None:
        project = threads.waiting("to-open")
        first, *others = Bid.objects.filter(lot__call__project=project).select_related("supplier")
        client = staff_of(first.supplier, "bidder")
        for path in ("", "log/"):
            page = client.get(f"/threads/{project.number}/{path}").content.decode()
            assert not any(other.supplier.name in page or other.number in page for other in others)
        assert client.get(f"/threads/{project.number}/documents/receipt/{first.pk}/").status_code == 202
        for other in others:
            assert client.get(f"/threads/{project.number}/documents/receipt/{other.pk}/").status_code == 404

    def test_who_makes_a_final_offer_is_not_told_before_they_are_opened(self, client: Client, closed: Project) -> None:
        visible = record.visible(closed)
        assert visible.filter(action="offer_final").count() == 3
        bid = Bid.objects.filter(lot__call__project=closed).first()
        assert len(client.get(f"/verify/{bid.number}/").context["found"]) == 2
        closed.calls.update(final_opened_at=None)
        assert not visible.all().filter(action="offer_final").exists()
        assert len(client.get(f"/verify/{bid.number}/").context["found"]) == 1

    def test_members_are_named_only_with_the_result(self, client: Client) -> None:
        project = threads.waiting("to-award")
        seats = project.calls.get().panel.seats.select_related("user")
        pages = [client.get(f"/threads/{project.number}/{path}").content.decode() for path in ("", "log/?page=3")]
        assert seats
        assert not any(str(seat.user) in page for seat in seats for page in pages)

    def test_a_draft_dropped_before_approval_is_nobodys_business(self, client: Client, closed: Project) -> None:
        draft = Project.objects.get(pk=closed.pk)
        draft.pk, draft._state.adding, draft.number, draft.case_id = None, True, "DROPPED-1", None
        draft.__dict__.pop("state")
        draft.state, draft.end_reason = "terminated", "不再需要"
        draft.approved_at = draft.approved_by = None
        draft.title = "没有批准的草稿"
        draft.save()
        assert client.get("/threads/DROPPED-1/").status_code == 404
        assert client.get("/verify/DROPPED-1/").status_code == 200
        assert "没有批准的草稿" not in client.get("/threads/").content.decode()

    def test_receipts_are_the_bidders_own(self, client: Client) -> None:
        project = threads.waiting("to-open")
        bid = Bid.objects.filter(lot__call__project=project).first()
        path = f"/threads/{project.number}/documents/receipt/{bid.pk}/"
        assert client.get(path).status_code == 404
        client.force_login(threads.login("drafter"))
        assert client.get(path).status_code == 404

    def test_the_buyer_reads_receipts_once_they_are_opened(self, closed: Project) -> None:
        bid = Bid.objects.filter(lot__call__project=closed).first()
        path = f"/threads/{closed.number}/documents/receipt/{bid.pk}/"
        assert staff_of(closed.buyer, "buyer-staff").get(path).status_code == 202
        other = Bid.objects.filter(lot__call__project=closed).exclude(pk=bid.pk).first()
        assert staff_of(other.supplier, "another-bidder").get(path).status_code == 404

    def test_the_scoring_report_waits_for_the_result(self, client: Client) -> None:
        project = threads.waiting("to-award")
        lot = Lot.objects.get(call__project=project)
        assert client.get(f"/threads/{project.number}/documents/scoring_report/{lot.pk}/").status_code == 404

    def test_every_paper_that_is_listed_can_be_had(self, client: Client, closed: Project) -> None:
        entries = client.get(f"/threads/{closed.number}/").context["entries"]
        links = [link["url"] for entry in entries for link in entry["documents"] if "/documents/" in link["url"]]
        assert {link.split("/documents/")[1].split("/")[0] for link in links} == {
            "opening_record", "scoring_report", "award_letter", "contract", "acceptance", "evaluation_report",
        }  # fmt: skip
        for link in links:
            assert client.get(link).status_code == 202, link
        for link in links:  # asked for again while it waits: not printed twice
            client.get(link)
        assert Job.objects.filter(kind="document.print").count() == len(links)

    def test_a_paper_that_cannot_be_printed_says_so(self, client: Client, closed: Project) -> None:
        contract = Contract.objects.get(award__lot__call__project=closed)
        path = f"/threads/{closed.number}/documents/contract/{contract.pk}/"
        client.get(path)
        Job.objects.filter(kind="document.print").update(state=Job.State.FAILED)
        answer = client.get(path)
        assert answer.status_code == 503
        assert "Refresh" not in answer

    def test_a_paper_is_printed_by_a_worker_and_then_shown(self, client: Client, closed: Project) -> None:
        contract = Contract.objects.get(award__lot__call__project=closed)
        path = f"/threads/{closed.number}/documents/contract/{contract.pk}/"
        assert client.get(path).status_code == 202
        jobs.run_due()
        answer = client.get(path)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith(b"%PDF")


class TestRecord:
    def test_it_is_told_in_words(self, client: Client, closed: Project) -> None:
        last = client.get(f"/threads/{closed.number}/log/").context["page"].paginator.num_pages
        for number in range(1, last + 1):
            rows = client.get(f"/threads/{closed.number}/log/?page={number}").context["page"].object_list
            assert rows
            assert not any("_" in str(row["act"]) for row in rows)
            assert all(row["recorded_at"] for row in rows)  # brought in: both times are shown

    def test_no_person_is_named(self, client: Client, closed: Project) -> None:
        log = record.visible(closed)
        names = {str(row.actor) for row in log.select_related("actor") if row.actor}
        pages = [client.get(f"/threads/{closed.number}/log/?page={number}").content.decode() for number in range(1, 8)]
        assert names
        assert not any(name in page for name in names for page in pages)

    def test_every_machine_of_a_thread_is_checked(self) -> None:
        of_no_thread = {"needs.need", "accounts.registration", "accounts.qualification"}
        assert {model._meta.label_lower for model in chain.machines()} == {*record.WAYS, *of_no_thread}

    @pytest.mark.parametrize("harm", ["UPDATE {t} SET reason = 'x' WHERE id = %s", "DELETE FROM {t} WHERE id = %s"])
    def test_a_bent_chain_is_shown(self, client: Client, closed: Project, harm: str) -> None:
        assert record.is_whole(closed)
        row = record.visible(closed).last()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(harm.format(t=row._meta.db_table), [row.pk])
            cursor.execute("SET LOCAL session_replication_role = origin")
        assert not record.is_whole(closed)
        assert list(chain.faults())
        assert client.get(f"/threads/{closed.number}/").context["whole"] is False


class TestReports:
    def test_the_score_stands_beside_its_sample(self, client: Client, closed: Project) -> None:
        found = client.get("/reports/").context["listed"].object_list[0]
        page = client.get("/reports/").content.decode()
        assert found.project == closed
        for words in (found.residents, found.sample["margin"], found.sample["answers"], found.sample["population"]):
            assert str(words) in page

    def test_it_asks_no_more_with_more_rows(self, client: Client, closed: Project) -> None:
        client.get("/reports/")
        with CaptureQueriesContext(connection) as few:
            client.get("/reports/")
        replay(threads.case("C3"), documents=False)
        with CaptureQueriesContext(connection) as many:
            assert len(client.get("/reports/").context["listed"].object_list) > 1
        assert len(many) == len(few)


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

    def test_a_contract_and_a_thread(self, client: Client, closed: Project) -> None:
        contract = Contract.objects.get(award__lot__call__project=closed)
        assert contract.number in client.get(f"/verify/{contract.number.lower()}/").content.decode()
        assert client.get("/verify/", {"q": closed.number}).status_code == 302

    def test_receipts_cannot_be_counted(self) -> None:
        project = threads.waiting("to-open")
        numbers = set(Bid.objects.filter(lot__call__project=project).values_list("number", flat=True))
        call = project.calls.get().number
        assert len(numbers) == 3
        assert not numbers & {f"{call}-B{serial:02d}" for serial in range(100)}
        assert {len(number) for number in numbers} == {len(call) + len("-B") + 8}

    def test_before_the_opening_it_tells_no_bidder(self, client: Client) -> None:
        bid = Bid.objects.filter(lot__call__project=threads.waiting("to-open")).select_related("supplier").first()
        page = client.get(f"/verify/{bid.number}/").content.decode()
        assert bid.envelopes.get().sha256 in page
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
        form = {"need_fit": "5", "overall": "4", "eligible": "yes", "opinion": "很好", "consent": "1"}
        assert client.get(f"/s/{code}/").status_code == 200
        assert client.post(f"/s/{code}/", {"need_fit": "5"}).status_code == 400
        assert client.post(f"/s/{code}/", form).status_code == 200
        assert client.post(f"/s/{code}/", form).status_code == 410
        assert AnswerSheet.objects.count() == before + 1

    def test_what_was_chosen_is_kept_when_something_is_missing(self, client: Client, code: str) -> None:
        answer = client.post(f"/s/{code}/", {"staff": "2", "opinion": "老师很耐心"})
        assert answer.status_code == 400
        assert 'name="staff" value="2" checked' in answer.content.decode()
        assert "老师很耐心" in answer.content.decode()

    def test_guessing_is_slowed_down(self, client: Client) -> None:
        answers = [client.get(f"/s/WRONG{number}/").status_code for number in range(22)]
        assert answers[0] == 404
        assert answers[-1] == 429
