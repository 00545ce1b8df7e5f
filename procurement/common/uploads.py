"""What may be uploaded: decided by the content, never by the name alone, and without writing a byte anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from procurement.common import upload_office, upload_pdf
from procurement.common.upload_refusals import UploadRefused

__all__ = ["KINDS", "CheckedUpload", "UploadRefused", "accept", "check_upload", "clean_name", "megabytes"]

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
_WORD, _SHEET, _SLIDES = "wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"
_OOXML, _ODF = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."

# kind → extension → (media type, what the content must be)
KINDS: dict[str, dict[str, tuple[str, str]]] = {
    "pdf": {"pdf": ("application/pdf", "pdf")},
    "office": {
        "docx": (_OOXML + _WORD, "word/"),
        "xlsx": (_OOXML + _SHEET, "xl/"),
        "pptx": (_OOXML + _SLIDES, "ppt/"),
        "odt": (_ODF + "text", "odf"),
        "ods": (_ODF + "spreadsheet", "odf"),
        "odp": (_ODF + "presentation", "odf"),
        "ofd": ("application/ofd", "ofd"),
        "doc": ("application/msword", "ole"),
        "xls": ("application/vnd.ms-excel", "ole"),
        "ppt": ("application/vnd.ms-powerpoint", "ole"),
        "wps": ("application/vnd.ms-works", "ole"),
        "et": ("application/vnd.ms-excel", "ole"),
        "dps": ("application/vnd.ms-powerpoint", "ole"),
    },
    "image": {
        "png": ("image/png", "png"),
        "jpg": ("image/jpeg", "jpeg"),
        "jpeg": ("image/jpeg", "jpeg"),
        "webp": ("image/webp", "webp"),
    },
}
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class CheckedUpload:
    """A file whose content is what its name says: the name without folders, the media type, the size in bytes."""

    name: str
    media_type: str
    size: int


def clean_name(name: str) -> str:
    """A file's own name: no folders, nothing invisible or right-to-left in it, at most 150 characters."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    base = _INVISIBLE.sub("", base).strip().lstrip(".")
    path = PurePosixPath(base or "file")
    return path.stem[: 150 - len(path.suffix)] + path.suffix[:20]


def megabytes(size: int) -> str:
    """Bytes as people read them; never 0 for a file that has some."""
    return f"{max(size / MEGABYTE, 0.1):.1f}".removesuffix(".0")


def accept(kinds: Collection[str] = ("pdf", "office", "image")) -> str:
    """The ``accept`` attribute of a file field for these kinds."""
    return ",".join(f".{extension}" for kind in kinds for extension in KINDS[kind])


def _signature(head: bytes) -> str:
    """What the first bytes say the content is; empty where they say nothing known."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    return "ole" if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") else ""


def refuse_size(name: str, size: int, max_bytes: int) -> None:
    """Raises ``UploadRefused`` for an empty file or one larger than ``max_bytes``."""
    if size == 0:
        raise UploadRefused(_("“%(name)s” is empty.") % {"name": name})
    if size > max_bytes:
        raise UploadRefused(
            _("“%(name)s” has %(size)s MB; at most %(limit)s MB may be uploaded here.")
            % {"name": name, "size": megabytes(size), "limit": megabytes(max_bytes)}
        )


def expected(name: str, kinds: Collection[str]) -> tuple[str, str]:
    """(media type, content) a file of this name must have. Raises ``UploadRefused`` for a type not taken here."""
    extension = PurePosixPath(name).suffix.removeprefix(".").lower()
    for kind in kinds:
        if extension in KINDS[kind]:
            return KINDS[kind][extension]
    names = ", ".join(extension for kind in kinds for extension in KINDS[kind])
    raise UploadRefused(
        _("“%(name)s” is of a type that is not taken here. Taken are: %(types)s.") % {"name": name, "types": names}
    )


def check_upload(
    uploaded_file: Any, *, kinds: Collection[str] = ("pdf", "office", "image"), max_bytes: int = MAX_BYTES
) -> CheckedUpload:
    """Looks at a file's content and says what it is; the file is left at its beginning.

    Raises ``UploadRefused`` (words for the person) where it is empty, larger than ``max_bytes``, not what its name
    says, a decompression bomb, locked with a password, or carries macros, scripts or files of its own.
    """
    name = clean_name(str(getattr(uploaded_file, "name", "") or ""))
    media_type, wanted = expected(name, kinds)
    if getattr(uploaded_file, "size", None) is not None:
        refuse_size(name, uploaded_file.size, max_bytes)
    uploaded_file.seek(0)
    content = uploaded_file.read(max_bytes + 1)
    uploaded_file.seek(0)
    refuse_size(name, len(content), max_bytes)
    found = _signature(content[:16])
    if found != {"word/": "zip", "xl/": "zip", "ppt/": "zip", "odf": "zip", "ofd": "zip"}.get(wanted, wanted):
        raise UploadRefused(_("“%(name)s” is not what its name says: its content is another.") % {"name": name})
    if found == "pdf":
        upload_pdf.check(content, name)
    elif found == "zip":
        upload_office.check_zip(content, name, wanted, media_type)
    elif found == "ole":
        upload_office.check_ole(content, name)
    return CheckedUpload(name, media_type, len(content))
