"""Files as people and others send them: honest ones, and those that must be refused."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

EXE = b"MZ\x90\x00" + b"\x00" * 300
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
WORDS = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(extra: bytes = b"", catalog: bytes = b"", author: str = "", filler: bytes = b"") -> bytes:
    info = b"5 0 obj <</Author (" + author.encode() + b") /Producer (Pen)>> endobj\n" if author else b""
    trailer = b"trailer <</Root 1 0 R" + (b" /Info 5 0 R" if author else b"") + b">>\n"
    return (
        b"%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 2 0 R " + catalog + b">> endobj\n"
        b"2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n"
        b"3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200]>> endobj\n"
        + info + extra + b"%" + filler + b"\n" + trailer + b"startxref\n0\n%%EOF\n"
    )  # fmt: skip


def object_stream(plain: bytes, dictionary: bytes = b"/Filter /FlateDecode", packed: bytes | None = None) -> bytes:
    body = packed if packed is not None else zlib.compress(plain)
    head = b"9 0 obj <</Type /ObjStm /N 1 /First 4 /Length %d %s>> stream\n" % (len(body), dictionary)
    return head + body + b"\nendstream endobj\n"


def docx(more: dict[str, bytes] | None = None, types: str = "", author: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f"<Types>{types}</Types>")
        archive.writestr("word/document.xml", "<w:document/>")
        archive.writestr("docProps/core.xml", f"<c><dc:creator>{author}</dc:creator></c>")
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def odt(more: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<office/>")
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def lying_zip() -> bytes:
    """A document whose headers say its 40 MB are 100 bytes."""
    real = docx({"word/media/big.bin": b"\x00" * 40_000_000})
    return real.replace((40_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def ole(*parts: str) -> bytes:
    names = b"".join(part.encode("utf-16-le") + b"\x00\x00" for part in parts)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + names


def upload(name: str, content: bytes) -> Any:
    return SimpleUploadedFile(name, content)
