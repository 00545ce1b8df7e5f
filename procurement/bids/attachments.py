"""Files of an offer: they come in by pieces, are encrypted as they come, and looked at before they count."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from datetime import datetime
from io import BytesIO
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.bids import metadata
from procurement.bids.models import Attachment, BidDraft, Envelope
from procurement.common import uploads, vault
from procurement.common.sealing import NONCE, SealBroken
from procurement.common.uploads import UploadRefused, megabytes

KINDS = ("pdf", "office", "image")
MOST_FILES = 60


class PieceRefused(Exception):  # noqa: N818 - what happened
    """A piece of an upload does not fit: it is to be sent again, or the upload begun anew."""


class _InMemory(BytesIO):
    """A file's content as the checks and the vault take it."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name, self.size = name, len(content)


def _bound(attachment: Attachment) -> bytes:
    return f"huiqun file {attachment.file_id} details".encode()


def _describe(attachment: Attachment, key: bytes, details: dict[str, Any]) -> None:
    nonce = os.urandom(NONCE)
    attachment.details = nonce + AESGCM(key).encrypt(nonce, json.dumps(details).encode(), _bound(attachment))


def details(attachment: Attachment) -> dict[str, Any]:
    """Name, type, size, SHA-256, criterion and author of a draft's file. Raises ``SealBroken`` where changed."""
    stored, key = bytes(attachment.details), vault.key_of(attachment.file)
    try:
        return json.loads(AESGCM(key).decrypt(stored[:NONCE], stored[NONCE:], _bound(attachment)))
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"the details of file {attachment.file_id} do not open: they were changed") from error


def owner(draft: BidDraft) -> str:
    """To whom a file's key is bound: the same for a draft's file and for the bid it becomes part of."""
    return f"supplier {draft.supplier_id} for lot {draft.lot_id}"


def _room_for(draft: BidDraft, size: int) -> None:
    files = Attachment.objects.filter(draft=draft)
    taken = files.aggregate(all=Sum("file__size"))["all"] or 0
    if files.count() >= MOST_FILES:
        raise UploadRefused(_("An offer may have %(count)s files; remove one first.") % {"count": MOST_FILES})
    if taken + size > settings.ATTACHMENTS_BYTES:
        raise UploadRefused(
            _("All files of an offer together may have %(limit)s MB; %(taken)s MB are there.")
            % {"limit": megabytes(settings.ATTACHMENTS_BYTES), "taken": megabytes(taken)}
        )


def start(draft: BidDraft, *, name: str, size: int, criterion: str = "", sha256: str = "") -> Attachment:
    """Begins an upload of ``size`` bytes. Raises ``UploadRefused`` for what need not even be sent."""
    name = uploads.clean_name(name)
    uploads.expected(name, KINDS)
    uploads.refuse_size(name, size, settings.ATTACHMENT_BYTES)
    _room_for(draft, size)
    file, key = vault.begin("", "", size, owner=owner(draft))
    attachment = Attachment(draft=draft, file=file)
    _describe(attachment, key, {"name": name, "size": size, "criterion": criterion, "expected": sha256})
    attachment.save()
    return attachment


def receive(attachment: Attachment, number: int, piece: bytes, sha256: str) -> Attachment:
    """Takes one piece. Sent again it replaces the first. Raises ``PieceRefused``."""
    attachment = Attachment.objects.select_for_update(of=("self",)).select_related("file").get(pk=attachment.pk)
    file, last = attachment.file, vault.pieces(attachment.file.size) - 1
    if file.complete or not 0 <= number <= last:
        raise PieceRefused(_("This upload has no piece %(number)s.") % {"number": number})
    wanted = vault.PIECE if number < last else file.size - last * vault.PIECE
    if len(piece) != wanted or hashlib.sha256(piece).hexdigest() != sha256.lower():
        raise PieceRefused(_("Piece %(number)s did not arrive as it was sent; send it again.") % {"number": number})
    vault.put_piece(file, vault.key_of(file), number, piece)
    attachment.received = sorted({*attachment.received, number})
    attachment.save(update_fields=["received"])
    return attachment


def _count_in(attachment: Attachment, key: bytes, content: bytes, told: dict[str, Any]) -> None:
    """Checks a whole file's content and keeps what is known of it. Raises ``UploadRefused``."""
    checked = uploads.check_upload(_InMemory(content, told["name"]), kinds=KINDS, max_bytes=settings.ATTACHMENT_BYTES)
    digest = hashlib.sha256(content).hexdigest()
    if told.get("expected") and told["expected"].lower() != digest:
        raise UploadRefused(_("“%(name)s” did not arrive as it was sent; upload it again.") % {"name": checked.name})
    _describe(
        attachment,
        key,
        {
            "name": checked.name,
            "media_type": checked.media_type,
            "size": checked.size,
            "sha256": digest,
            "criterion": told.get("criterion", ""),
            "author": metadata.author(content, checked.media_type),
        },
    )


def finish(attachment: Attachment) -> Attachment:
    """Ends an upload: its content is looked at, in memory. Raises ``PieceRefused`` while pieces are missing.

    Raises ``UploadRefused`` where the content is not taken; the caller removes it then.
    """
    attachment = Attachment.objects.select_for_update(of=("self",)).select_related("file").get(pk=attachment.pk)
    if attachment.file.complete:
        return attachment
    if missing := absent(attachment):
        raise PieceRefused(
            ngettext("%(count)s piece has not arrived yet.", "%(count)s pieces have not arrived yet.", len(missing))
            % {"count": len(missing)}
        )
    key = vault.key_of(attachment.file)
    content = b"".join(vault.open_plain(attachment.file, key))
    _count_in(attachment, key, content, details(attachment))
    attachment.save(update_fields=["details"])
    vault.finish(attachment.file)
    return attachment


def absent(attachment: Attachment) -> list[int]:
    """The pieces that have not come in yet."""
    return sorted(set(range(vault.pieces(attachment.file.size))) - set(attachment.received))


def keep_whole(draft: BidDraft, uploaded: Any, *, criterion: str = "") -> Attachment:
    """A file that came in one request, for browsers without scripts. Raises ``UploadRefused``; nothing is kept then."""
    uploads.refuse_size(uploads.clean_name(uploaded.name), uploaded.size, settings.ATTACHMENT_BYTES)
    _room_for(draft, uploaded.size)
    uploaded.seek(0)
    content = uploaded.read()
    checked = uploads.check_upload(_InMemory(content, uploaded.name), kinds=KINDS, max_bytes=settings.ATTACHMENT_BYTES)
    file = vault.keep(_InMemory(content, ""), owner=owner(draft))
    attachment = Attachment(draft=draft, file=file, received=list(range(vault.pieces(file.size))))
    _count_in(attachment, vault.key_of(file), content, {"name": checked.name, "criterion": criterion})
    attachment.save()
    return attachment


@transaction.atomic
def remove(attachment: Attachment) -> None:
    """Takes a file out of a draft; its ciphertext goes too."""
    file = attachment.file
    attachment.delete()
    vault.discard(file)


def for_envelope(attachment: Attachment) -> dict[str, Any]:
    """What is sealed of a file: all that is known of it, its data key, and how its ciphertext is recognised."""
    told = details(attachment)
    return {
        **{name: told[name] for name in ("name", "media_type", "size", "sha256", "criterion", "author")},
        "file": str(attachment.file_id),
        "key": b64encode(vault.key_of(attachment.file)).decode(),
        "stored_sha256": attachment.file.sha256,
    }


def seal_into(attachment: Attachment, envelope: Envelope) -> None:
    """From here to the opening the file's key lies in the envelope only."""
    attachment.draft, attachment.envelope, attachment.details = None, envelope, b""
    attachment.save(update_fields=["draft", "envelope", "details"])
    vault.forget_key(attachment.file)


def open_from(envelope: Envelope, manifest: list[dict[str, Any]], at: datetime) -> list[str]:
    """At the opening: names and keys come back from the envelope. Returns what is wrong, naming each file."""
    found = {str(row.file_id): row for row in envelope.attachments.select_related("file")}
    wrong = []
    for told in manifest:
        attachment = found.get(told["file"])
        if attachment is None:
            wrong.append(f"file {told['file']} is missing")
            continue
        attachment.opened_at, attachment.media_type = at, told["media_type"]
        attachment.name, attachment.criterion = told["name"], told["criterion"]
        attachment.sha256, attachment.author = told["sha256"], told["author"]
        if attachment.file.sha256 != told["stored_sha256"]:
            attachment.fault = f"file {told['file']} is not the one that was sealed"
            wrong.append(attachment.fault)
        attachment.save()
        vault.return_key(attachment.file, b64decode(told["key"]))
    return wrong
