"""Rows as CSV or XLSX, safe to open in a spreadsheet program: no text of a row is ever taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from procurement.accounts.workspace.tables import MONEY, STRIP, Column, Table
from procurement.common import thread

BOM = "\ufeff"  # so that Excel reads the file as UTF-8
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_CELL = 32_767  # characters, by the format
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


def plain(column: Column, row: Any) -> Any:
    """The value of a cell: a number, a day, a local time without zone, or text."""
    value = column.value(row)
    if value is None:
        return ""
    if column.kind == STRIP:
        return thread.summary(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if isinstance(value, date | int | Decimal | float) and not isinstance(value, bool):
        return value
    return UNWANTED.sub("", str(value))[:LONGEST_CELL]


def guarded(text: str) -> str:
    """Text that a spreadsheet program shows as text: what could begin a formula gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) else text


def _csv_cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return guarded(value) if isinstance(value, str) else str(value)


class _Line:
    """A file whose last line is handed on instead of kept."""

    def write(self, text: str) -> str:
        return text


def csv_lines(found: Table, rows: Iterable[Any]) -> Iterator[str]:
    """The file line by line, from the mark of its encoding on."""
    writer = csv.writer(_Line())
    columns = found.exported
    yield BOM + writer.writerow([guarded(str(column.label)) for column in columns])
    for row in rows:
        yield writer.writerow([_csv_cell(plain(column, row)) for column in columns])


def _xlsx_cell(sheet: Any, column: Column, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with = is a text
    elif column.kind == MONEY:
        cell.number_format = "#,##0.00"
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def xlsx_bytes(found: Table, rows: Iterable[Any]) -> bytes:
    """The file as a whole: its format ends with a table of contents."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", str(found.label))[:31])
    sheet.freeze_panes = "A2"
    head = []
    for column in found.exported:
        cell = WriteOnlyCell(sheet, value=str(column.label))
        cell.font, cell.data_type = Font(bold=True), "s"
        head.append(cell)
    sheet.append(head)
    for row in rows:
        sheet.append([_xlsx_cell(sheet, column, plain(column, row)) for column in found.exported])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def whole(found: Table, form: str, rows: Iterable[Any]) -> bytes:
    if form == "xlsx":
        return xlsx_bytes(found, rows)
    return "".join(csv_lines(found, rows)).encode()


def counted(rows: Iterable[Any], every: int, say: Callable[[int], None]) -> Iterator[Any]:
    """The rows, saying after each ``every`` how many have gone by."""
    for number, row in enumerate(rows, start=1):
        yield row
        if number % every == 0:
            say(number)
