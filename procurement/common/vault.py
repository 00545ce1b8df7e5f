"""The vault: files that only the people they concern may read, encrypted before they touch a disk.

A file is cut into pieces of 1 MB; each is encrypted by itself (AES-256-GCM, one data key a file) with the file's id,
its own number and "this is the last" bound in, so that a piece changed, moved, repeated or missing is found. The data
key is stored wrapped by the office's key (``settings.SEALING_KEY``), with the file's id and its owner bound in.
Every piece is one object of the storage named "private": a disk, or any storage django-storages knows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from procurement.common import sealing
from procurement.common.models import PrivateFile
from procurement.common.sealing import SealBroken

PIECE = 1024 * 1024  # bytes of plaintext
NONCE, TAG = 12, 16
OCTETS = "application/octet-stream"


def pieces(size: int) -> int:
    """How many pieces ``size`` bytes have; an empty file has one."""
    return max(1, -(-size // PIECE))


def _path(file: PrivateFile, number: int) -> str:
    return f"vault/{file.pk.hex[:2]}/{file.pk.hex}/{number:05d}"


def _bound(file: PrivateFile, number: int) -> bytes:
    last = number == pieces(file.size) - 1
    return f"huiqun file {file.pk} piece {number} {'last' if last else 'more'}".encode()


def _purpose(file: PrivateFile) -> str:
    return f"huiqun file {file.pk} of {file.owner}"


def begin(name: str, media_type: str, size: int, *, owner: str) -> tuple[PrivateFile, bytes]:
    """A file that will come in pieces, and its data key. It counts only once it is ``complete``."""
    file = PrivateFile(name=name, media_type=media_type or OCTETS, size=size, owner=owner)
    key = AESGCM.generate_key(256)
    file.wrapped_key = sealing.wrap(key, _purpose(file))
    file.save(force_insert=True)
    return file, key


def key_of(file: PrivateFile) -> bytes:
    """The file's data key. Raises ``SealBroken`` where it was changed, or is held by an envelope only."""
    if not file.wrapped_key:
        raise SealBroken(f"the key of file {file.pk} is not here: it lies in a sealed envelope")
    return sealing.unwrap_bytes(bytes(file.wrapped_key), _purpose(file))


def forget_key(file: PrivateFile) -> None:
    """From now on only a copy of the key kept elsewhere (a sealed envelope) opens the file."""
    file.wrapped_key = b""
    file.save(update_fields=["wrapped_key"])


def return_key(file: PrivateFile, key: bytes) -> None:
    """Gives a key that came out of an envelope back to the office."""
    file.wrapped_key = sealing.wrap(key, _purpose(file))
    file.save(update_fields=["wrapped_key"])


def put_piece(file: PrivateFile, key: bytes, number: int, plain: bytes) -> bytes:
    """Encrypts and stores one piece; a piece sent twice replaces the first. Returns what was stored."""
    nonce = os.urandom(NONCE)
    stored = nonce + AESGCM(key).encrypt(nonce, plain, _bound(file, number))
    storage, path = storages["private"], _path(file, number)
    if storage.exists(path):
        storage.delete(path)
    storage.save(path, ContentFile(stored))
    return stored


def _stored_piece(file: PrivateFile, number: int) -> bytes:
    try:
        with storages["private"].open(_path(file, number)) as stream:
            return stream.read(NONCE + PIECE + TAG + 1)
    except FileNotFoundError as error:
        raise SealBroken(f"piece {number} of file {file.pk} is missing") from error


def _open_piece(file: PrivateFile, key: bytes, number: int) -> bytes:
    stored = _stored_piece(file, number)
    try:
        return AESGCM(key).decrypt(stored[:NONCE], stored[NONCE:], _bound(file, number))
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"piece {number} of file {file.pk} does not open: it was changed") from error


def open_plain(private_file: PrivateFile, key: bytes | None = None) -> Iterator[bytes]:
    """The file's content, piece by piece, in memory only. Raises ``SealBroken`` where one bit was changed."""
    key = key if key is not None else key_of(private_file)
    given = 0
    for number in range(pieces(private_file.size)):
        plain = _open_piece(private_file, key, number)
        given += len(plain)
        yield plain
    if given != private_file.size:
        raise SealBroken(f"file {private_file.pk} has another length than it had")


def stored_sha256(file: PrivateFile) -> str:
    """SHA-256 of the ciphertext as it lies in the storage: to be checked without any key."""
    digest = hashlib.sha256()
    for number in range(pieces(file.size)):
        digest.update(_stored_piece(file, number))
    return digest.hexdigest()


def finish(file: PrivateFile) -> PrivateFile:
    """All pieces are there: from here on the stored ciphertext is known by its SHA-256."""
    file.sha256 = stored_sha256(file)
    file.complete = True
    file.save(update_fields=["sha256", "complete"])
    return file


def keep(uploaded_file: Any, *, owner: str) -> PrivateFile:
    """Encrypts a checked upload into the vault (see ``uploads.check_upload``) for ``owner``, a text of the caller's."""
    size, media_type = uploaded_file.size, getattr(uploaded_file, "content_type", "") or OCTETS
    file, key = begin(str(uploaded_file.name)[:200], media_type[:100], size, owner=owner)
    digest = hashlib.sha256()
    try:
        uploaded_file.seek(0)
        for number in range(pieces(size)):
            digest.update(put_piece(file, key, number, uploaded_file.read(PIECE)))
        uploaded_file.seek(0)
    except BaseException:
        _remove(file)
        raise
    file.sha256, file.complete = digest.hexdigest(), True
    file.save(update_fields=["sha256", "complete"])
    return file


def fault(file: PrivateFile) -> str:
    """What is wrong with the stored ciphertext of a complete file; empty where nothing is."""
    try:
        return "" if stored_sha256(file) == file.sha256 else f"file {file.pk} is not as it was stored: it was changed"
    except SealBroken as error:
        return str(error)


def _remove(file: PrivateFile) -> None:
    storage = storages["private"]
    for number in range(pieces(file.size)):
        storage.delete(_path(file, number))


def discard(file: PrivateFile) -> None:
    """Forgets a file: its row and key now, its ciphertext once the transaction stands."""
    gone = PrivateFile(pk=file.pk, size=file.size)
    file.delete()
    transaction.on_commit(lambda: _remove(gone))
