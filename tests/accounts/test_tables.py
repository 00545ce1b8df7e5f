"""The workspace's tables: whose rows, which filters, and files that a spreadsheet program opens without harm."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from procurement.accounts.enums import Role
from procurement.accounts.models import Membership, Organisation, TableExport
from procurement.accounts.workspace import exporting, spreadsheets, tables
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.common.models import PrivateFile
from procurement.projects.models import Project
from tests import threads
from tests.accounts.test_workspace import logged_in, outsider
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.projects import ProjectFactory
from workflows import deadlines, jobs
from workflows.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]

READERS = {
    "needs": {"station", "drafter", "approver"},
    "projects": {"drafter", "approver", "finance", "officer1", "signatory"},
    "notices": {"drafter", "approver"},
    "calls": {"drafter", "approver", "finance", "officer1", "signatory"},
    "bids": {"supplier"},
    "offers": {"drafter", "officer1"},
    "panels": {"expert1"},
    "seats": {"approver", "officer1"},
    "contracts": {"drafter", "approver", "finance", "officer1", "signatory", "supplier"},
    "milestones": {"drafter", "approver", "finance", "officer1", "signatory", "supplier"},
    "asked": {"drafter", "approver", "officer1"},
    "evaluations": {"drafter", "approver", "supplier"},
    "mandates": {"drafter", "approver", "finance", "officer1", "signatory"},
    "splitting": {"drafter", "approver", "regulator"},
}
OF_AGENCIES: dict[str, set[str]] = {"mandated_calls": set()}  # tests/journeys/test_agency.py
# of everybody's rows: tests/opendata/test_supervision.py, tests/accounts/test_safety.py
OF_OFFICES: dict[str, set[str]] = {
    **{key: {"regulator"} for key in ("all_threads", "all_calls", "all_challenges", "overdue", "irregularities")},
    **{key: set() for key in ("locks", "logins", "role_grants", "safety_records", "log_checks", "key_uses")},
    **{key: set() for key in ("staff_records", "organisation_records", "exports_made")},
}
EVERY = READERS | OF_AGENCIES | OF_OFFICES
OFFICES = {Role.REGULATOR, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
PEOPLE = (
    "drafter", "approver", "finance", "officer1", "signatory", "supplier", "station", "expert1", "regulator", "editor",
)  # fmt: skip


def page(name: str, table: str, query: str = "") -> str:
    answer = logged_in(name).get(f"/workspace/tables/{table}/{query}")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().split("<main")[1]


def lines(client: Client, table: str, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/workspace/tables/{table}/export/csv/{query}")
    assert answer.status_code == 200
    raw = b"".join(answer) if answer.streaming else answer.content
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


class TestMatrix:
    def test_every_table_is_in_it(self) -> None:
        assert {found.name for found in tables.all_tables()} == set(EVERY)

    def test_each_role_reads_its_own_tables(self) -> None:
        threads.waiting("to-survey")
        for person in PEOPLE:
            client = logged_in(person)
            for name, readers in EVERY.items():
                wanted = 200 if person in readers else 403
                for path in ("", "export/csv/", "export/xlsx/"):
                    got = client.get(f"/workspace/tables/{name}/{path}").status_code
                    assert got == wanted, (person, name, path, got)

    def test_another_organisation_sees_none_of_the_rows(self) -> None:
        project = threads.waiting("to-survey")
        client = outsider(*(set(Role.values) - OFFICES))
        for name in READERS:
            body = client.get(f"/workspace/tables/{name}/").content.decode().split("<main")[1]
            assert project.number not in body, name
            assert project.title not in body, name
            assert lines(client, name) == [], name

    def test_visitors_log_in_and_unknown_tables_are_not_there(self) -> None:
        assert Client().get("/workspace/tables/projects/").status_code == 302
        assert Client().get("/workspace/tables/").status_code == 302
        threads.demo.make_logins()
        assert logged_in("administrator").get("/workspace/tables/nothing/").status_code == 404
        assert logged_in("editor").get("/workspace/tables/").status_code == 200

    def test_the_first_of_ones_tables_opens(self) -> None:
        threads.waiting("approve")
        assert logged_in("finance").get("/workspace/tables/").url == "/workspace/tables/projects/"
        assert logged_in("drafter").get("/workspace/tables/projects/export/pdf/").status_code == 404


class TestRows:
    def test_every_row_shows_its_thread(self) -> None:
        project = threads.waiting("to-survey")
        for name, table in (("drafter", "projects"), ("supplier", "contracts"), ("finance", "milestones")):
            body = page(name, table)
            assert project.title in body
            assert 'class="strip"' in body

    def test_a_sealed_bid_is_seen_by_its_bidder_only(self) -> None:
        project = threads.waiting("to-open")
        bid = Bid.objects.filter(lot__call__project=project).first()
        assert bid is not None
        member = Membership.objects.filter(organisation=bid.supplier, roles__contains=["supplier"]).first()
        assert member is not None
        client = Client()
        client.force_login(member.user)
        session = client.session
        session["acting_for"] = bid.supplier_id
        session.save()
        assert [row for row in lines(client, "bids") if bid.number in row.values()]
        assert bid.number not in page("officer1", "offers")
        assert lines(logged_in("drafter"), "offers") == []

    def test_prices_are_shown_to_the_buyer_only_where_they_are_read_out(self) -> None:
        project = threads.waiting("to-qualify")
        Call.objects.filter(project=project).update(method="consultation", prices_read_out=False)
        bid = Bid.objects.filter(lot__call__project=project).first()
        assert bid is not None
        assert bid.price
        price = f"{bid.price:,.2f}"
        assert price not in page("officer1", "offers")
        assert not any(str(bid.price) in row.values() for row in lines(logged_in("officer1"), "offers"))
        Call.objects.filter(project=project).update(method="open_tender")
        assert price in page("officer1", "offers")

    def test_prices_cannot_be_sorted_out(self) -> None:
        threads.waiting("to-qualify")
        found = tables.find("offers")
        assert found is not None
        assert {column.key for column in found.columns if not column.order} == {"price", "total"}

    def test_a_verdict_is_the_suppliers_only_once_it_is_reported(self) -> None:
        threads.waiting("to-survey")
        assert lines(logged_in("supplier"), "evaluations") == []


def buyer(count: int) -> tuple[Client, Organisation]:
    """A buyer's drafter with so many projects."""
    member = MembershipFactory(organisation=OrganisationFactory(buyer=True), roles=[str(r) for r in Role])
    first = ProjectFactory(buyer=member.organisation, approved=True)
    for number in range(count - 1):
        copy_of(first, number)
    client = Client()
    client.force_login(member.user)
    return client, member.organisation


def copy_of(project: Project, number: int) -> None:
    copy = Project.objects.get(pk=project.pk)
    copy.pk, copy._state.adding, copy.number, copy.case_id = None, True, f"COPY-{number:06d}", None
    copy.title = f"项目{number:06d}"
    copy.save()


class TestAsking:
    def test_search_filter_sort_and_pages(self) -> None:
        client, _organisation = buyer(36)
        first = client.get("/workspace/tables/projects/").content.decode()
        assert first.count('<th scope="row">') == 30
        assert client.get("/workspace/tables/projects/?page=2").content.decode().count('<th scope="row">') == 6
        assert client.get("/workspace/tables/projects/?page=999").status_code == 200
        assert next(iter(lines(client, "projects", "?q=项目000007"))).get("") is None
        assert len(lines(client, "projects", "?q=项目000007")) == 1
        assert len(lines(client, "projects", "?state=closed")) == 0
        assert len(lines(client, "projects", "?state=approved")) == 36
        up = [next(iter(row.values())) for row in lines(client, "projects", "?sort=number&q=项目")]
        down = [next(iter(row.values())) for row in lines(client, "projects", "?sort=-number&q=项目")]
        assert up == sorted(up) == down[::-1]

    @pytest.mark.parametrize(
        "query", ["?sort=buyer__password", "?state=nonsense", "?sort=", "?q=%00", "?page=x", "?state=%27%3B--"]
    )
    def test_what_is_unknown_counts_as_not_asked(self, query: str) -> None:
        client, _organisation = buyer(1)
        assert client.get(f"/workspace/tables/projects/{query}").status_code == 200
        assert len(lines(client, "projects", query)) == 1

    def test_empty_states_say_what_to_do(self) -> None:
        client, _organisation = buyer(1)
        assert 'class="empty"' in client.get("/workspace/tables/calls/").content.decode()
        assert 'href="?"' in client.get("/workspace/tables/projects/?q=xyz").content.decode()

    @pytest.mark.parametrize("form", ["page", "csv", "xlsx"])
    def test_the_query_count_is_flat(self, form: str) -> None:
        client, organisation = buyer(1)
        path = "/workspace/tables/projects/" + ("" if form == "page" else f"export/{form}/")

        def ask() -> int:
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(path)
                b"".join(answer) if answer.streaming else answer.content
            return len(asked)

        ask()
        few = ask()
        for number in range(29):
            copy_of(organisation.projects.all()[0], number)
        assert ask() == few

    def test_every_table_is_flat_for_both_parties(self) -> None:
        """The same rows twice cost what they cost once: nothing is asked row by row."""
        threads.waiting("to-survey")
        for name, person in (("milestones", "drafter"), ("notices", "drafter"), ("seats", "approver")):
            client = logged_in(person)
            client.get(f"/workspace/tables/{name}/?page=1")
            with CaptureQueriesContext(connection) as asked:
                body = client.get(f"/workspace/tables/{name}/").content.decode()
            assert body.count('<th scope="row">') > 1, name
            repeated = [one["sql"] for one in asked.captured_queries if "LIMIT 21" in one["sql"]]
            assert len(repeated) <= 2, (name, repeated)


class TestFiles:
    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
    def test_a_formula_stays_text(self, text: str) -> None:
        client, organisation = buyer(1)
        organisation.projects.update(title=text)
        (row,) = lines(client, "projects")
        assert next(iter(row.values())) == f"'{text}"
        answer = client.get("/workspace/tables/projects/export/xlsx/")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        cell = sheet.cell(2, 1)
        assert cell.data_type == "s"
        assert str(cell.value).strip() == text.strip()

    def test_chinese_numbers_days_and_control_characters(self) -> None:
        client, organisation = buyer(1)
        organisation.projects.update(title="暑期\x0b托管", budget=Decimal("1234567.80"))
        answer = client.get("/workspace/tables/projects/export/xlsx/")
        assert answer["Content-Type"] == spreadsheets.XLSX_TYPE
        assert 'filename="projects-' in answer["Content-Disposition"]
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        values = [cell.value for cell in sheet[2]]
        assert values[0] == "暑期托管"
        assert 1234567.8 in values
        assert "1234567.80" in lines(client, "projects")[0].values()

    def test_csv_is_streamed(self) -> None:
        client, _organisation = buyer(1)
        answer = client.get("/workspace/tables/projects/export/csv/")
        assert answer.streaming
        assert answer["Content-Type"].startswith("text/csv")


class TestLongExports:
    @pytest.fixture
    def long(self, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, Organisation]:
        monkeypatch.setattr(exporting, "AT_ONCE", 3)
        monkeypatch.setattr(exporting, "EVERY", 2)
        return buyer(6)

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_a_job_writes_it_and_its_owner_fetches_it(self, long: tuple[Client, Organisation], form: str) -> None:
        client, _organisation = long
        address = client.get(f"/workspace/tables/projects/export/{form}/?state=approved").url
        waiting = client.get(address).content.decode()
        assert 'http-equiv="refresh"' in waiting
        assert "<rect" in waiting
        assert client.get(f"{address}file/").status_code == 404
        jobs.run_due()
        ready = client.get(address).content.decode()
        assert f"{address}file/" in ready
        raw = b"".join(client.get(f"{address}file/"))
        if form == "csv":
            assert raw.decode("utf-8-sig").count("\r\n") == 7
        else:
            assert load_workbook(io.BytesIO(raw)).active.max_row == 7  # type: ignore[union-attr]
        other, _theirs = buyer(1)
        assert other.get(address).status_code == 404
        assert other.get(f"{address}file/").status_code == 404

    def test_progress_is_seen_while_it_is_written(self, long: tuple[Client, Organisation]) -> None:
        client, _organisation = long
        address = client.get("/workspace/tables/projects/export/csv/").url
        export = TableExport.objects.get()
        from django.core.cache import cache

        cache.set(exporting._progress_key(export), 4)
        assert ">4 " in client.get(address).content.decode() or "4 " in client.get(address).content.decode()
        assert exporting.written(export) == 4

    def test_whoever_lost_the_role_gets_no_rows(self, long: tuple[Client, Organisation]) -> None:
        client, organisation = long
        client.get("/workspace/tables/projects/export/csv/")
        organisation.memberships.update(active=False)
        jobs.run_due()
        export = TableExport.objects.get()
        from procurement.common import vault

        assert export.file is not None
        assert b"".join(vault.open_plain(export.file)).decode("utf-8-sig").count("\r\n") == 1

    def test_a_failed_job_says_so(self, long: tuple[Client, Organisation]) -> None:
        client, _organisation = long
        address = client.get("/workspace/tables/projects/export/csv/").url
        Job.objects.filter(kind=exporting.KIND).update(state=Job.State.FAILED)
        assert 'role="alert"' in client.get(address).content.decode()

    def test_the_file_is_gone_after_a_week(self, long: tuple[Client, Organisation]) -> None:
        client, _organisation = long
        address = client.get("/workspace/tables/projects/export/csv/").url
        jobs.run_due()
        TableExport.objects.update(done_at=timezone.now() - exporting.KEPT - timedelta(hours=1))
        deadlines.fire()
        assert not PrivateFile.objects.exists()
        assert client.get(f"{address}file/").status_code == 404
        assert 'class="empty"' in client.get(address).content.decode()

    def test_too_many_rows_are_refused_in_words(
        self, long: tuple[Client, Organisation], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, _organisation = long
        monkeypatch.setattr(exporting, "LARGEST", 5)
        answer: Any = client.get("/workspace/tables/projects/export/csv/", follow=True)
        assert answer.redirect_chain[-1][0].startswith("/workspace/tables/projects/")
        assert not TableExport.objects.exists()
        assert "6" in str(next(iter(answer.context["messages"])))
