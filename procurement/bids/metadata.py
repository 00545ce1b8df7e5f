"""Who wrote a file, as the file itself says: bids of different suppliers should not have one author."""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO

MOST = 1024 * 1024
LENGTH = 200
_CORE = re.compile(rb"<(?:dc:creator|cp:lastModifiedBy|meta:initial-creator)[^>]*>([^<]{1,400})<")
_PDF = re.compile(rb"/Author\s*(?:\(((?:\\.|[^\\()]){0,400})\)|<([0-9A-Fa-f\s]{2,1600})>)")
# what programs write when nobody has said a name
ANONYMOUS = {
    "", "user", "admin", "administrator", "author", "microsoft", "microsoft office user", "windows 用户", "用户",
    "python-docx", "openpyxl", "un-named", "unknown", "lenovo", "dell", "hp", "微软用户", "windows user",
}  # fmt: skip


def _pdf_text(literal: bytes | None, hexadecimal: bytes | None) -> str:
    if hexadecimal is not None:
        digits = re.sub(rb"\s", b"", hexadecimal)
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        octal = re.sub(rb"\\([0-7]{1,3})", lambda found: bytes([int(found[1], 8) & 255]), literal or b"")
        raw = re.sub(rb"\\(.)", rb"\1", octal, flags=re.DOTALL)
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", errors="replace")
    return raw.decode("utf-8", errors="replace")


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in ("docProps/core.xml", "meta.xml"):
                if name in archive.namelist():
                    with archive.open(name) as stream:
                        found = _CORE.search(stream.read(MOST))
                    if found:
                        return found[1].decode("utf-8", errors="replace")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        pass
    return ""


def author(content: bytes, media_type: str) -> str:
    """The author named in a PDF or an Office file; empty where there is none worth comparing."""
    found = ""
    if media_type == "application/pdf":
        match = _PDF.search(content)
        found = _pdf_text(match[1], match[2]) if match else ""
    elif "opendocument" in media_type or "openxmlformats" in media_type:
        found = _office(content)
    found = "".join(letter for letter in found if letter.isprintable()).strip()[:LENGTH]
    return "" if found.lower() in ANONYMOUS else found
