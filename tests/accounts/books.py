"""Workbooks as people, and people who mean no good, would upload them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile


def book(heading: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append([str(cell) for cell in heading])
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def upload(content: bytes, name: str = "list.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The workbook with one more part in it, or another in place of the one it has."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
        new.writestr(name, part)
    return buffer.getvalue()


def hostile(plain: bytes) -> dict[str, bytes]:
    """What must be refused as a whole, by what it is."""
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    return {
        "empty": b"",
        "text": b"Name,Mobile\nZhang,13800000000\n",
        "an old XLS": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        "a program": b"MZ" + b"\0" * 600,
        "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 600,
        "a zip of something else": with_part(_zip(), "readme.txt", b"hello"),
        "cut off": plain[: len(plain) // 2],
        "a bomb": with_part(plain, "xl/media/zeros.bin", b"\0" * (25 * 1024 * 1024)),
        "a thousand parts": _parts(plain),
        "macros": with_part(plain, "xl/vbaProject.bin", b"x"),
        "links": with_part(plain, "xl/externalLinks/externalLink1.xml", b"<x/>"),
        "entities": with_part(plain, "xl/worksheets/sheet1.xml", entity),
        "broken XML": with_part(plain, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>"),
        "huge": plain + b"\0" * (1024 * 1024),
    }


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("a.txt", b"a")
    return buffer.getvalue()


def _parts(plain: bytes) -> bytes:
    buffer = io.BytesIO(plain)
    with zipfile.ZipFile(buffer, "a") as made:
        for number in range(300):
            made.writestr(f"xl/extra{number}.xml", b"<x/>")
    return buffer.getvalue()


HOSTILE = tuple(hostile(book(["a"], [["b"]])))
