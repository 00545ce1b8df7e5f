"""Office files: bombs, macros and passwords are found without unpacking anything to disk."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from django.utils.translation import gettext as _

from procurement.common.upload_refusals import UploadRefused

MOST_ENTRIES = 4000
MOST_UNPACKED = 200 * 1024 * 1024
FREE_OF_RATIO = 10 * 1024 * 1024  # below this a high ratio is only a repetitive table
HIGHEST_RATIO = 100
BLOCK = 64 * 1024
MANIFEST = 1024 * 1024  # content types and links are read up to here
MACRO_PARTS = ("vbaproject.bin", "vbadata.xml", "activex", "macrosheets", "dialogsheets")


def _bomb(name: str) -> UploadRefused:
    return UploadRefused(_("“%(name)s” unpacks to far more than it holds; it is not taken.") % {"name": name})


def _macros(name: str) -> UploadRefused:
    return UploadRefused(
        _("“%(name)s” carries macros or controls. Save it without them, or as PDF, and upload it again.")
        % {"name": name}
    )


def _damaged(name: str) -> UploadRefused:
    return UploadRefused(_("“%(name)s” is damaged: it cannot be read to its end.") % {"name": name})


def _locked(name: str) -> UploadRefused:
    return UploadRefused(
        _("“%(name)s” is locked with a password. Save it without one and upload it again.") % {"name": name}
    )


def _unpack(archive: zipfile.ZipFile, size: int, name: str) -> None:
    """Unpacks every entry into nothing, and counts: what a header declares may be a lie."""
    total = 0
    for entry in archive.infolist():
        if entry.flag_bits & 0x1:
            raise _locked(name)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _damaged(name)
        with archive.open(entry) as stream:
            while block := stream.read(BLOCK):
                total += len(block)
                if total > MOST_UNPACKED or total > max(FREE_OF_RATIO, HIGHEST_RATIO * size):
                    raise _bomb(name)


def _declared(archive: zipfile.ZipFile, size: int, name: str) -> None:
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or total > MOST_UNPACKED or total > max(FREE_OF_RATIO, HIGHEST_RATIO * size):
        raise _bomb(name)
    for entry in entries:
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split("/"):
            raise _damaged(name)


def _part(archive: zipfile.ZipFile, path: str) -> bytes:
    try:
        with archive.open(path) as stream:
            return stream.read(MANIFEST)
    except KeyError:
        return b""


def _is(archive: zipfile.ZipFile, wanted: str, media_type: str) -> bool:
    names = archive.namelist()
    if wanted == "odf":
        return _part(archive, "mimetype").strip() == media_type.encode()
    if wanted == "ofd":
        return "OFD.xml" in names
    return "[Content_Types].xml" in names and any(part.startswith(wanted) for part in names)


def check_zip(content: bytes, name: str, wanted: str, media_type: str) -> None:
    """OOXML, ODF and OFD. Raises ``UploadRefused``."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _declared(archive, len(content), name)
            _unpack(archive, len(content), name)
            if not _is(archive, wanted, media_type):
                raise UploadRefused(_("“%(name)s” is not what its name says: its content is another.") % {"name": name})
            parts = [part.lower() for part in archive.namelist()]
            types = _part(archive, "[Content_Types].xml").lower()
            if any(macro in part for part in parts for macro in MACRO_PARTS) or b"macroenabled" in types:
                raise _macros(name)
            if wanted == "odf" and any(part.startswith(("basic/", "scripts/")) for part in parts):
                raise _macros(name)
            links = _part(archive, "word/_rels/settings.xml.rels").lower()
            if b"attachedtemplate" in links and b"external" in links:
                raise _macros(name)  # a template fetched from elsewhere brings its macros along
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _damaged(name) from error


def check_ole(content: bytes, name: str) -> None:
    """The old binary formats (doc, xls, ppt, wps …): the names of their parts are plain UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _locked(name)
    if any(part.encode("utf-16-le") in content for part in ("_VBA_PROJECT", "Macros\x00", "VBA\x00")):
        raise _macros(name)
    streams = ("WordDocument", "Workbook", "Book\x00", "PowerPoint Document")
    if not any(stream.encode("utf-16-le") in content for stream in streams):
        raise UploadRefused(_("“%(name)s” is not what its name says: its content is another.") % {"name": name})
