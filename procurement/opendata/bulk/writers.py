"""Rows as files, written while they are sent: memory stays the same for ten rows and for a million."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from procurement.opendata.bulk.tables import Table

BATCH = 500  # rows read, and written, at a time
CONTROL = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F]")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Row = list[Any]


def rows_of(table: Table, year: int) -> Iterator[Row]:
    """The values of a year, row by row, by a cursor on the database's side."""
    for row in table.of_year(year).iterator(chunk_size=BATCH):
        yield [column.value(row) for column in table.columns]


def _joined(pieces: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    for piece in pieces:
        held.append(piece)
        if len(held) >= BATCH:
            yield "".join(held).encode()
            held = []
    if held:
        yield "".join(held).encode()


def json_lines(table: Table, rows: Iterable[Row]) -> Iterator[bytes]:
    """One JSON object a line."""
    names = [column.name for column in table.columns]
    return _joined(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def comma_separated(table: Table, rows: Iterable[Row]) -> Iterator[bytes]:
    """CSV in UTF-8 with a byte order mark, so that Excel reads the Chinese."""

    def lines() -> Iterator[str]:
        yield "\ufeff"
        for row in [[column.name for column in table.columns]], rows:
            for values in row:
                line = io.StringIO()
                csv.writer(line).writerow([_harmless(value) for value in values])
                yield line.getvalue()

    return _joined(lines())


class _Pipe(io.RawIOBase):
    """Where the archive is written to, and taken from piece by piece."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        found, self._held = b"".join(self._held), []
        return found


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1"'
    f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    text = escape(CONTROL.sub("", str(value)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _line(values: Row) -> str:
    return f"<row>{''.join(map(_cell, values))}</row>"


def workbook(table: Table, rows: Iterable[Row]) -> Iterator[bytes]:
    """An XLSX file with one sheet, zipped while it is written."""
    pipe = _Pipe()
    book = (
        f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="{table.name}" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    )
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, XML + content)
        archive.writestr("xl/workbook.xml", book)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{XML}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            sheet.write(_line([column.name for column in table.columns]).encode())
            for piece in _joined(_line(row) for row in rows):
                sheet.write(piece)
                yield pipe.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield pipe.taken()


FORMATS = {
    "jsonl": ("application/jsonl; charset=utf-8", json_lines),
    "csv": ("text/csv; charset=utf-8", comma_separated),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
}
