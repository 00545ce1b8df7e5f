"""Files by year: the same rows in three formats, written while they are sent, and a dictionary that fits them."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from typing import Any

import openpyxl
import pytest
from django.test import Client

from procurement.contracts.models import Amendment, Contract
from procurement.opendata.bulk import writers
from procurement.opendata.bulk.tables import BY_NAME, TABLES
from procurement.opendata.models import Release
from procurement.opendata.ocds import issuing
from procurement.projects.models import Project
from tests.opendata.test_ocds import brought_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


@pytest.fixture
def closed() -> Project:
    """A thread with something in every table: its contract has a supplement, too."""
    project = brought_in("EX6")
    contract = Contract.objects.get(award__lot__call__project=project)
    moment = contract.published_at
    Amendment.objects.create(
        contract=contract, number=f"{contract.number}-S1", state="published",
        amount_was=contract.amount, amount=contract.amount + 1, term_end_was=contract.term_end,
        term_end=contract.term_end, service="增加 1 场。", reason="报名人数超过预期。",
        drafted_at=moment, drafted_by=contract.drafted_by, signed_at=moment, published_at=moment,
    )  # fmt: skip
    return project


def content(client: Client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200, path
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def year_of(name: str) -> int:
    table = BY_NAME[name]
    return getattr(table.rows().first(), table.at).year


def test_the_page_lists_files_and_columns(client: Client, closed: Project) -> None:
    page = client.get("/data/").content.decode()
    assert "CC BY 4.0" in page
    for table in TABLES:
        assert f"/data/{closed.approved_at.year}/{table.name}.csv" in page  # type: ignore[union-attr]
        assert all(f"<code>{column.name}</code>" in page for column in table.columns)
    Project.objects.update(rehearsal=True)
    assert "threads.csv" not in client.get("/data/").content.decode()


@pytest.mark.parametrize("name", list(BY_NAME))
def test_three_formats_say_the_same(client: Client, closed: Project, name: str) -> None:
    path = f"/data/{year_of(name)}/{name}"
    lines = [json.loads(line) for line in content(client, f"{path}.jsonl").decode().splitlines()]
    head, *table = csv.reader(io.StringIO(content(client, f"{path}.csv").decode("utf-8-sig")))
    book = openpyxl.load_workbook(io.BytesIO(content(client, f"{path}.xlsx")), read_only=True)
    sheet = [list(row) for row in book.active.iter_rows(values_only=True)]
    assert lines
    assert head == list(lines[0]) == sheet[0]
    assert len(lines) == len(table) == len(sheet) - 1
    for line, row, cells in zip(lines, table, sheet[1:], strict=True):
        assert [_text(value) for value in line.values()] == row == [_text(value) for value in cells]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_a_rehearsal_is_in_no_file(client: Client, closed: Project) -> None:
    issuing.issue(closed)
    released = Release.objects.first()
    assert released is not None
    paths = [f"/data/{year_of(name)}/{name}.jsonl" for name in BY_NAME if name != "needs"]
    paths.append(f"/data/{released.date.year}/releases.jsonl")
    assert all(content(client, path) for path in paths)
    Project.objects.filter(pk=closed.pk).update(rehearsal=True)
    assert not any(content(client, path) for path in paths)


@pytest.mark.parametrize("path", ["1999/calls.csv", "2026/nothing.csv", "2026/calls.exe", "99999999999/calls.csv"])
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/data/{path}").status_code == 404


def test_a_spreadsheet_runs_nothing() -> None:
    table = BY_NAME["payments"]
    row = ["=HYPERLINK(1)", "@x", "-1", "+1", "a\x01b"]
    text = b"".join(writers.comma_separated(table, [row])).decode("utf-8-sig")
    assert next(csv.reader([text.splitlines()[1]]))[:4] == ["'=HYPERLINK(1)", "'@x", "'-1", "'+1"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(writers.workbook(table, [row]))), read_only=True)
    assert [cell.data_type for cell in list(book.active.iter_rows())[1]] == ["s"] * 5


@pytest.mark.parametrize("form", ["jsonl", "csv", "xlsx"])
def test_memory_stays_the_same(form: str) -> None:
    table, (_type, write) = BY_NAME["payments"], writers.FORMATS[form]

    def peak(count: int) -> int:
        tracemalloc.start()
        for _piece in write(table, (["合同", str(number), "里程碑", "1.00", "2026"] for number in range(count))):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(60_000) < peak(6_000) * 1.5
