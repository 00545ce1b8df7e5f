"""Staff from a list: every row is looked at first, and all are invited or nobody."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core import signing
from django.test import Client

from procurement.accounts import sheets
from procurement.accounts.enums import Role
from procurement.accounts.models import Invitation, Organisation
from tests.accounts.books import HOSTILE, book, hostile, upload, with_part
from tests.accounts.doors import as_role, do_jobs, links, member
from tests.factories.accounts import OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
PATH = "/workspace/people/import/"


@pytest.fixture
def buyer() -> Organisation:
    return OrganisationFactory(buyer=True)


@pytest.fixture
def client(buyer: Organisation) -> Client:
    return as_role(buyer, Role.MANAGER)


def staff(*rows: tuple[Any, ...]) -> bytes:
    return book([column.label for column in sheets.COLUMNS], rows)


GOOD = (
    ("张某", "13900000011", "zhang@example.org", "起草人、审批人"),
    ("李某", 13900000012, None, "Finance"),
    (None, None, None, None),
    ("王某", None, "wang@example.org", "officer; signatory"),
)


def send(client: Client, content: bytes) -> Any:
    return client.post(PATH, {"file": upload(content)})


def wrong(page: Any) -> dict[str, int]:
    """Cells that the page names, and how often."""
    assert page.status_code == 400
    found: dict[str, int] = {}
    for problem, _column in page.context["problems"]:
        cell = f"{problem.column}{problem.row}"
        found[cell] = found.get(cell, 0) + 1
    return found


class TestGoodList:
    def test_is_shown_first_and_then_everybody_is_invited(self, client: Client, buyer: Organisation) -> None:
        page = send(client, staff(*GOOD))
        assert page.status_code == 200
        assert not Invitation.objects.exists()
        done = client.post(PATH, {"rows": page.context["rows"]})
        assert done.status_code == 200
        made = {one.name: one for one in Invitation.objects.filter(organisation=buyer)}
        assert {name: one.roles for name, one in made.items()} == {
            "张某": ["approver", "drafter"], "李某": ["finance"], "王某": ["officer", "signatory"],
        }  # fmt: skip
        assert made["李某"].mobile == "13900000012"
        assert len(do_jobs()) == 2
        assert links(done)

    def test_the_template_is_one_that_can_be_filled_in(self, client: Client) -> None:
        answer = client.get(f"{PATH}staff.xlsx")
        made = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert wrong(send(client, answer.content)) == {"A2": 1}  # the example was left in
        sheet = made.worksheets[0]
        for column, value in enumerate(GOOD[0], start=1):
            sheet.cell(2, column).value = value
        buffer = io.BytesIO()
        made.save(buffer)
        assert send(client, buffer.getvalue()).status_code == 200
        assert len(list(made.worksheets[1].iter_rows())) == 6

    def test_rows_behind_a_wrong_size_are_read_too(self, client: Client) -> None:
        """Some programs write the size of an empty sheet: no row may be lost by that."""
        content = staff(*GOOD)
        with io.BytesIO(content) as stream:
            import zipfile

            part = zipfile.ZipFile(stream).read("xl/worksheets/sheet1.xml")
        lying = part.replace(b'<dimension ref="A1:D5"', b'<dimension ref="A1:A1"')
        assert lying != part
        page = send(client, with_part(content, "xl/worksheets/sheet1.xml", lying))
        assert len(page.context["people"]) == 3


class TestBadRows:
    def test_each_is_named_by_row_and_column_and_nobody_is_invited(self, client: Client, buyer: Organisation) -> None:
        member(buyer, Role.DRAFTER, email="there@example.org")
        page = send(
            client,
            staff(
                ("张某", "13900000011", "zhang@example.org", "起草人"),
                ("", "123", "not an address", "king"),
                ("李某", "", "", ""),
                ("王某", "13900000011", "ZHANG@example.org", "Finance"),
                ("赵某", "", "There@example.org", "起草人"),
                ("=1+1", "13900000019", "", "起草人"),
                ("钱某", "13900000018", "", "系统管理员"),
                ("长" * 61, "13900000017", "", "起草人"),
            ),
        )
        assert wrong(page) == {
            "A3": 1, "B3": 1, "C3": 1, "D3": 1, "B4": 1, "D4": 1, "B5": 1, "C5": 1, "C6": 1, "A7": 1, "D8": 1, "A9": 1,
        }  # fmt: skip
        assert not Invitation.objects.exists()

    def test_too_many_rows(self, client: Client) -> None:
        many = [(f"某{number}", f"139{number:08d}", "", "起草人") for number in range(501)]
        assert len(send(client, staff(*many[:500])).context["people"]) == 500
        page = send(client, staff(*many))
        assert page.status_code == 400
        assert page.context["form"].errors.keys() == {"file"}

    def test_rows_far_below_are_not_lost_in_silence(self, client: Client) -> None:
        page = send(client, staff(GOOD[0], *[(None,) * 4] * 2600, GOOD[1]))
        assert page.context["form"].errors.keys() == {"file"}

    def test_an_empty_list_and_another_heading(self, client: Client) -> None:
        assert send(client, staff()).context["form"].errors.keys() == {"file"}
        swapped = book(["Mobile", "Name", "E-mail", "Roles"], [("13900000011", "张某", "", "起草人")])
        assert "A1" in str(send(client, swapped).context["form"].errors["file"])

    def test_a_hundred_problems_are_shown_and_the_rest_counted(self, client: Client) -> None:
        page = send(client, staff(*[("某", "1", "", "起草人")] * 150))
        assert (len(page.context["problems"]), page.context["more"] > 0) == (100, True)


class TestFiles:
    @pytest.mark.parametrize("kind", HOSTILE)
    def test_a_file_that_is_no_list_is_refused_in_words(self, client: Client, kind: str) -> None:
        page = send(client, hostile(staff(GOOD[0]))[kind])
        assert page.status_code == 400
        assert page.context["form"].errors.keys() == {"file"}
        assert not Invitation.objects.exists()

    def test_no_file_at_all(self, client: Client) -> None:
        assert client.post(PATH, {}).context["form"].errors.keys() == {"file"}


class TestConfirming:
    def test_rows_of_another_hand_are_not_taken(self, client: Client, buyer: Organisation) -> None:
        rows = send(client, staff(*GOOD)).context["rows"]
        for other in (as_role(OrganisationFactory(buyer=True), Role.MANAGER), as_role(buyer, Role.APPROVER)):
            assert other.post(PATH, {"rows": rows}).status_code in (400, 403)
        forged = signing.dumps([{"name": "x", "roles": ["system_admin"]}], salt="staff-list")
        assert client.post(PATH, {"rows": forged}).status_code == 400
        assert client.post(PATH, {"rows": rows[:-2]}).status_code == 400
        assert not Invitation.objects.exists()

    def test_somebody_who_joined_meanwhile_stops_all(self, client: Client, buyer: Organisation) -> None:
        rows = send(client, staff(*GOOD)).context["rows"]
        member(buyer, Role.DRAFTER, email="wang@example.org")
        assert wrong(client.post(PATH, {"rows": rows})) == {"C5": 1}
        assert not Invitation.objects.exists()

    def test_a_failure_in_the_middle_invites_nobody(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = send(client, staff(*GOOD)).context["rows"]
        real, calls = Invitation.save, []

        def fails(self: Invitation, *args: Any, **more: Any) -> None:
            calls.append(self)
            if len(calls) == 3:
                raise RuntimeError
            real(self, *args, **more)

        monkeypatch.setattr(Invitation, "save", fails)
        with pytest.raises(RuntimeError):
            client.post(PATH, {"rows": rows})
        assert not Invitation.objects.exists()
