"""Staff lists as XLSX: the template to fill in, and reading one back row by row. Nothing here writes rows."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.enums import Role
from procurement.common.credit_codes import MOBILE

MAX_BYTES, MAX_UNPACKED, MAX_ROWS = 1024 * 1024, 20 * 1024 * 1024, 500
COLUMNS = (gettext_lazy("Name"), gettext_lazy("Mobile"), gettext_lazy("E-mail"), gettext_lazy("Roles"))
LETTERS = "ABCD"
SEPARATORS = str.maketrans("，、；;/|\n", ",,,,,,,")
# what a workbook must not bring along, by the names of its parts
FORBIDDEN_PARTS = ("vbaproject", "activex", "embeddings/", "externallinks/", "xl/connections", "customui")


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell; ``row`` 0 is the file as a whole."""

    row: int
    column: str
    message: str


class SheetRefused(Exception):  # noqa: N818 - says what happened
    """The file is not read at all; the message says why and what to do."""


def template_file(roles: Sequence[Role]) -> bytes:
    """An empty list with its heading, one line as an example, and the roles there are on a second sheet."""
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one sheet
    sheet.title = _("Staff")
    sheet.append([str(column) for column in COLUMNS])
    sheet.append([_("Zhang San (an example: replace it)"), "13800000000", "zhangsan@example.org", str(roles[-1].label)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip(LETTERS, (28, 16, 30, 40), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in range(2, MAX_ROWS + 2):
        sheet[f"B{row}"].number_format = "@"  # so that a number typed there stays as it is typed
    known = book.create_sheet(_("Roles"))
    for role in roles:
        known.append([str(role.label)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(upload: Any, roles: Sequence[Role]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Rows (row, name, mobile, email, roles) and every problem, by row and column. Raises ``SheetRefused``."""
    cells = list(_cells(_content(upload)))
    if len(cells) < 2:
        raise SheetRefused(_("There is nobody in it: write one person a row, below the heading."))
    labels = _labels(roles)
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, row in enumerate(cells[1:], start=2):
        if any(cell is not None and str(cell.value or "").strip() for cell in row):
            person, wrong = _person(number, row, labels)
            found.append(person)
            problems += wrong
    if not found:
        raise SheetRefused(_("There is nobody in it: write one person a row, below the heading."))
    return found, problems + _doubles(found)


def _content(upload: Any) -> bytes:
    if upload.size > MAX_BYTES:
        raise SheetRefused(
            _("The file is larger than 1 MB; a list of %(rows)d people is far smaller.") % {"rows": MAX_ROWS}
        )
    content: bytes = upload.read(MAX_BYTES + 1)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetRefused(_("This is an old XLS file, or one with a password. Save it as XLSX without a password."))
    try:
        with ZipFile(io.BytesIO(content)) as parts:
            infos = parts.infolist()
            if sum(part.file_size for part in infos) > MAX_UNPACKED or len(infos) > 200:
                raise SheetRefused(_("The file is far too large once unpacked."))
            names = [part.filename.lower() for part in infos]
            if any(word in name for word in FORBIDDEN_PARTS for name in names):
                raise SheetRefused(_("The file holds macros, links or embedded objects. Use the template as it is."))
            if any(b"<!DOCTYPE" in _head(parts, part) for part in infos):
                raise SheetRefused(_("The file cannot be read as XLSX. Use the template."))
    except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise SheetRefused(_("The file cannot be read as XLSX. Use the template.")) from error
    return content


def _head(parts: ZipFile, part: Any) -> bytes:
    with parts.open(part) as stream:
        return stream.read(4096).upper()


def _cells(content: bytes) -> Iterator[Sequence[Any]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        for number, row in enumerate(book.worksheets[0].iter_rows(max_col=len(COLUMNS)), start=1):
            if number > MAX_ROWS + 1 and any(cell.value is not None for cell in row):
                raise SheetRefused(_("There are more than %(rows)d rows; split the list.") % {"rows": MAX_ROWS})
            if number > 5 * MAX_ROWS:
                return  # nothing but empty rows
            yield row
    except (BadZipFile, zlib.error, ParseError, EOFError, KeyError, ValueError, TypeError, OSError, IndexError,
            AttributeError) as error:  # fmt: skip
        raise SheetRefused(_("The file cannot be read as XLSX. Use the template.")) from error


def _labels(roles: Sequence[Role]) -> dict[str, str]:
    """What people may write for a role: its name in either language, or its code."""
    from django.utils import translation

    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {str(role.label).lower(): str(role) for role in roles}
    return found | {str(role): str(role) for role in roles}


def _text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a mobile number that the spreadsheet took for a number
    return "" if value is None else str(value).replace("\x00", "").strip()


def _person(number: int, row: Sequence[Any], labels: dict[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    problems = [
        Problem(number, letter, _("A formula: write the value itself."))
        for letter, cell in zip(LETTERS, row, strict=False)
        if cell.data_type == "f" or _text(cell).startswith("=")
    ]
    texts = [_text(cell) for cell in row] + [""] * (len(COLUMNS) - len(row))
    name, mobile, email = texts[0], texts[1].replace(" ", "").replace("-", ""), texts[2]
    if not name or len(name) > 60:
        problems.append(Problem(number, "A", _("Write the name, in at most 60 characters.")))
    if mobile and not MOBILE.fullmatch(mobile):
        problems.append(Problem(number, "B", _("A mobile number has 11 digits and begins with 1.")))
    if email and not _is_email(email):
        problems.append(Problem(number, "C", _("This is no e-mail address.")))
    if not mobile and not email:
        problems.append(Problem(number, "B", _("Write a mobile number or an e-mail address.")))
    written = [word.strip() for word in texts[3].translate(SEPARATORS).split(",") if word.strip()]
    for word in written:
        if word.lower() not in labels:
            problems.append(
                Problem(number, "D", _("“%(word)s” is no role of this organisation.") % {"word": word[:30]})
            )
    if not written:
        problems.append(Problem(number, "D", _("Write at least one role.")))
    codes = sorted({labels[word.lower()] for word in written if word.lower() in labels})
    return {"row": number, "name": name, "mobile": mobile, "email": email, "roles": codes}, problems


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _doubles(found: list[dict[str, Any]]) -> list[Problem]:
    """People who are there twice, by mobile or e-mail."""
    problems: list[Problem] = []
    for key, letter in (("mobile", "B"), ("email", "C")):
        seen: dict[str, int] = {}
        for person in found:
            value = person[key].lower()
            if value and value in seen:
                problems.append(Problem(person["row"], letter, _("The same as in row %(row)d.") % {"row": seen[value]}))
            elif value:
                seen[value] = person["row"]
    return problems
