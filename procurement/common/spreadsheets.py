"""Lists as XLSX: a template to fill in, and reading one back cell by cell. Knows no list; nothing here writes rows.

What comes in is a stranger's file: bounded before it is unpacked, refused in words where it is no plain table.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

MAX_BYTES, MAX_UNPACKED, MAX_PARTS, MAX_ROWS = 1024 * 1024, 20 * 1024 * 1024, 200, 500
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LETTERS = "ABCDEFGHIJ"
# what a workbook must not bring along, by the names of its parts
FORBIDDEN_PARTS = ("vbaproject", "activex", "embeddings/", "externallinks/", "xl/connections", "customui")
UNREADABLE = (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
NOT_A_BOOK = (*UNREADABLE, ParseError, KeyError, TypeError, IndexError, AttributeError)


@dataclass(frozen=True)
class Column:
    """One column of a list: its heading, how wide the template shows it, whether its cells are text as typed."""

    label: str | Promise
    width: int = 20
    as_text: bool = False

    @property
    def names(self) -> set[str]:
        """How the heading may be written: in either language."""
        found = set()
        for language in ("zh-hans", "en"):
            with translation.override(language):
                found.add(str(self.label).lower())
        return found


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell; ``column`` is its letter."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Row:
    """One filled row: its number in the sheet, its cells as text, and the cells that are formulas."""

    number: int
    texts: list[str]
    problems: list[Problem] = field(default_factory=list)


class SheetRefused(Exception):  # noqa: N818 - says what happened
    """The file is not read at all; the message says why and what to do."""


def template(
    title: str, columns: Sequence[Column], example: Sequence[Any], known: tuple[str, Sequence[Any]] | None = None
) -> bytes:
    """An empty list with its heading and one row as an example; ``known``: a second sheet of words that can be used."""
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one sheet
    sheet.title = title
    sheet.append([str(column.label) for column in columns])
    sheet.append(list(example))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, column in zip(LETTERS, columns, strict=False):
        sheet.column_dimensions[letter].width = column.width
        if column.as_text:
            for row in range(2, MAX_ROWS + 2):
                sheet[f"{letter}{row}"].number_format = "@"  # so that a number typed there stays as it is typed
    sheet.freeze_panes = "A2"
    if known:
        words = book.create_sheet(known[0])
        for word in known[1]:
            words.append([str(word)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(upload: Any, columns: Sequence[Column], example: str = "") -> list[Row]:
    """The filled rows below the heading. Raises ``SheetRefused``.

    ``example``: the first cell of the template's example, which is a problem where somebody left it in.
    """
    cells = _cells(_content(upload), len(columns))
    _check_heading(next(cells, (1, []))[1], columns)
    rows = []
    for number, row in cells:
        texts = [_text(cell) for cell in row] + [""] * (len(columns) - len(row))
        if not any(texts):
            continue
        problems = [
            Problem(number, letter, _("A formula: write the value itself."))
            for letter, cell in zip(LETTERS, row, strict=False)
            if cell.data_type == "f" or _text(cell).startswith("=")
        ]
        if example and texts[0] == example:
            problems.append(Problem(number, "A", _("This is the template's example: replace the row, or delete it.")))
        rows.append(Row(number, texts, problems))
    if not rows:
        raise SheetRefused(_("There is nothing in it: fill in one row each, below the heading."))
    return rows


def doubles(found: Sequence[tuple[int, Any]], column: str) -> list[Problem]:
    """Rows whose value was there in an earlier row; empty values do not count."""
    seen: dict[Any, int] = {}
    problems = []
    for number, value in found:
        if value and value in seen:
            problems.append(Problem(number, column, _("The same as in row %(row)d.") % {"row": seen[value]}))
        elif value:
            seen[value] = number
    return problems


def _content(upload: Any) -> bytes:
    if upload.size > MAX_BYTES:
        raise SheetRefused(
            _("The file is larger than 1 MB; a list of %(rows)d rows is far smaller.") % {"rows": MAX_ROWS}
        )
    content: bytes = upload.read(MAX_BYTES + 1)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetRefused(_("This is an old XLS file, or one with a password. Save it as XLSX without a password."))
    try:
        with ZipFile(io.BytesIO(content)) as parts:
            _check_parts(parts)
    except UNREADABLE as error:
        raise SheetRefused(_("The file cannot be read as XLSX. Use the template.")) from error
    return content


def _check_parts(parts: ZipFile) -> None:
    infos = parts.infolist()
    if sum(part.file_size for part in infos) > MAX_UNPACKED or len(infos) > MAX_PARTS:
        raise SheetRefused(_("The file is far too large once unpacked."))
    names = [part.filename.lower() for part in infos]
    if any(word in name for word in FORBIDDEN_PARTS for name in names):
        raise SheetRefused(_("The file holds macros, links or embedded objects. Use the template as it is."))
    for part in infos:
        with parts.open(part) as stream:
            if b"<!DOCTYPE" in stream.read(4096).upper():
                raise SheetRefused(_("The file cannot be read as XLSX. Use the template."))


def _cells(content: bytes, columns: int) -> Iterator[tuple[int, Sequence[Any]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a size that ends before the rows do
        for number, row in enumerate(sheet.iter_rows(max_col=columns), start=1):
            filled = any(cell.value is not None for cell in row)
            if number > MAX_ROWS + 1 and filled:
                raise SheetRefused(_("There are more than %(rows)d rows; split the list.") % {"rows": MAX_ROWS})
            if number > 20 * MAX_ROWS:
                raise SheetRefused(_("The sheet goes on far below the list: delete the empty rows below it."))
            yield number, row
    except NOT_A_BOOK as error:
        raise SheetRefused(_("The file cannot be read as XLSX. Use the template.")) from error


def _check_heading(row: Sequence[Any], columns: Sequence[Column]) -> None:
    texts = [_text(cell).lower() for cell in row] + [""] * (len(columns) - len(row))
    for letter, text, column in zip(LETTERS, texts, columns, strict=False):
        if text not in column.names:
            raise SheetRefused(
                _("The first row is not the template's heading: cell %(cell)s should say “%(label)s”.")
                % {"cell": f"{letter}1", "label": column.label}
            )


def _text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a number that the spreadsheet took for one
    return "" if value is None else str(value).replace("\x00", "").strip()
