"""Ciphertext that nobody owns: pieces of an upload whose process was killed before its row was committed.

Unreadable (the data key was in that row only), but it takes room. What a row names is never touched, and nothing
younger than ``GRACE``: a row may still be on its way. An upload that can be resumed has its row from the start.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.storage import storages

from procurement.common.models import PrivateFile

GRACE = timedelta(days=2)  # no request, and no transaction, lives that long
AT_ONCE = 1000  # files; the next day takes the next
ROOT = "vault"
logger = logging.getLogger(__name__)


def _folders(path: str) -> list[str]:
    try:
        return sorted(storages["private"].listdir(path)[0])
    except FileNotFoundError:
        return []


def _id(name: str) -> UUID | None:
    try:
        return UUID(hex=name)
    except ValueError:
        return None  # not the vault's: left alone


def unnamed() -> Iterator[tuple[str, UUID]]:
    """Folder and id of each stored file that no row names; a query for each of the 256 groups."""
    for group in _folders(ROOT):
        stored = {found: f"{ROOT}/{group}/{name}" for name in _folders(f"{ROOT}/{group}") if (found := _id(name))}
        named = set(PrivateFile.objects.filter(pk__in=stored).values_list("pk", flat=True))
        yield from ((path, pk) for pk, path in stored.items() if pk not in named)


def _is_old(pieces: list[str], until: datetime) -> bool:
    return bool(pieces) and all(storages["private"].get_modified_time(piece) <= until for piece in pieces)


def sweep(now: datetime) -> int:
    """Deletes what no row names and nobody touched for ``GRACE`` before ``now``; logs each. Returns how many files.

    A database that names no file at all is more likely the wrong one than an empty one: then nothing is deleted.
    """
    storage, swept = storages["private"], 0
    if not PrivateFile.objects.exists():
        if _folders(ROOT):
            logger.warning("no row names any stored file: nothing is swept; is this the database of these files?")
        return 0
    for path, pk in unnamed():
        pieces = [f"{path}/{name}" for name in storage.listdir(path)[1]]
        if not _is_old(pieces, now - GRACE) or PrivateFile.objects.filter(pk=pk).exists():
            continue
        for piece in pieces:
            storage.delete(piece)
        storage.delete(path)  # a disk's empty folder; other storages have none
        logger.warning("swept %s: %s pieces of an upload that was cut off and that no row names", pk, len(pieces))
        swept += 1
        if swept == AT_ONCE:
            break
    return swept
