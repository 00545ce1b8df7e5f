"""PDFs: scripts, programs, files inside and passwords, also where their names are escaped or packed away."""

from __future__ import annotations

import re
import zlib

from django.utils.translation import gettext as _

from procurement.common.upload_refusals import UploadRefused

MOST_UNPACKED = 64 * 1024 * 1024
BLOCK = 64 * 1024
DICTIONARY = 64 * 1024
ACTIVE = ("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "Rendition", "SubmitForm", "ImportData",
          "GoToE", "XFA")  # fmt: skip


def _escapable(name: str) -> bytes:
    """A pattern for a PDF name in which any letter may be written as ``#`` and two hexadecimal digits."""
    return b"".join(b"(?:%c|#%s)" % (ord(c), _hex(ord(c))) for c in name)


def _hex(code: int) -> bytes:
    return b"".join(b"[%c%c]" % (ord(d), ord(d.upper())) if d.isalpha() else d.encode() for d in f"{code:02x}")


_END = rb"(?=[\x00\s()<>\[\]{}/%]|$)"
_ACTIVE = re.compile(b"/(?:" + b"|".join(_escapable(name) for name in ACTIVE) + b")" + _END)
_SCRIPT = re.compile(b"/" + _escapable("JS") + _END)
_ENCRYPT = re.compile(b"/" + _escapable("Encrypt") + _END)
_OPEN = re.compile(b"/" + _escapable("OpenAction") + rb"\s*(\[|<<[^>]{0,200}|(\d{1,10})\s+(\d{1,5})\s+R)?")
_STREAM = re.compile(rb"\bstream(?:\r\n|\n|\r)")
_OBJECTS = re.compile(b"/" + _escapable("ObjStm") + _END + b"|/" + _escapable("First") + _END)
_FILTER = re.compile(b"/" + _escapable("Filter") + rb"\s*(\[[^\]]*\]|/[^\s/<>\[\]()]+|[^/\[])")
_PREDICTOR = re.compile(b"/" + _escapable("Predictor") + rb"\s*(?!1\b)")
_FLATE = re.compile(rb"\[?\s*/" + _escapable("FlateDecode") + rb"\s*\]?")


def _unchecked(name: str) -> UploadRefused:
    return UploadRefused(
        _("“%(name)s” is packed in a way that cannot be checked. Print it to PDF anew and upload that.")
        % {"name": name}
    )


def _inflate(content: bytes, start: int, room: int, name: str) -> bytes:
    """One packed stream, at most ``room`` bytes. Where it ends, the packing says: an ``endstream`` may be bait."""
    engine, out, position = zlib.decompressobj(), bytearray(), start
    try:
        while not engine.eof and position < len(content):
            piece: bytes = content[position : position + BLOCK]
            position += len(piece)
            while piece and not engine.eof:
                out += engine.decompress(piece, BLOCK * 4)
                if len(out) > room:
                    raise _unchecked(name)
                piece = engine.unconsumed_tail
    except zlib.error as error:
        raise _unchecked(name) from error
    return bytes(out)


def _object_streams(content: bytes, name: str) -> list[bytes]:
    """Objects packed into streams, unpacked: there the dictionaries of newer PDFs are."""
    found, room = [], MOST_UNPACKED
    for match in _STREAM.finditer(content):
        before = content[max(0, match.start() - DICTIONARY) : match.start()]
        dictionary = before[before.rfind(b"obj") + 3 :]
        if not _OBJECTS.search(dictionary):
            continue
        packing = _FILTER.search(dictionary)
        if packing is None:
            continue  # not packed: its text was read with the file's
        if not _FLATE.fullmatch(packing[1]) or _PREDICTOR.search(dictionary):
            raise _unchecked(name)
        plain = _inflate(content, match.end(), room, name)
        room -= len(plain)
        found.append(plain)
    return found


def _opens_a_place(text: bytes, content: bytes) -> bool:
    """Whether every open action only turns to a page, as word processors write it."""
    for match in _OPEN.finditer(text):
        value = match[1] or b""
        if match[2]:
            target = re.search(rb"(?<!\d)%s\s+%s\s+obj\s*(\[|<<[^>]{0,200})" % (match[2], match[3]), content)
            value = target[1] if target else b""
        if not value.startswith(b"[") and b"/GoTo" not in re.sub(rb"/GoTo[RE]", b"", value):
            return False
    return True


def check(content: bytes, name: str) -> None:
    """Raises ``UploadRefused`` where a PDF is locked, does something, or carries files."""
    if b"%%EOF" not in content[-4096:] and b"startxref" not in content:
        raise UploadRefused(_("“%(name)s” is damaged: it cannot be read to its end.") % {"name": name})
    if _ENCRYPT.search(content):
        raise UploadRefused(
            _("“%(name)s” is locked with a password. Save it without one and upload it again.") % {"name": name}
        )
    packed = _object_streams(content, name)
    active = any(_ACTIVE.search(text) for text in [content, *packed]) or any(_SCRIPT.search(text) for text in packed)
    if active or not all(_opens_a_place(text, content) for text in [content, *packed]):
        raise UploadRefused(
            _("“%(name)s” carries scripts, actions or files inside. Print it to PDF anew and upload that.")
            % {"name": name}
        )
