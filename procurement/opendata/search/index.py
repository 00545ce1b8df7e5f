"""Keeping the index as the record is: entries made, made anew, taken away. Safe to run twice and at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation

from procurement.opendata.search import pinyin, text
from procurement.opendata.search.models import Kind, SearchEntry
from procurement.opendata.search.sources import SOURCES, Source

BODY_LETTERS = 20_000
BATCH = 500
LOCK = 20260102  # one writer at a time: an older look at the record never overwrites a newer one
WRITTEN = [
    "title", "body", "url", "domain", "region", "buyer", "state", "mark", "at", "until",
    "folded_title", "folded", "tokens",
]  # fmt: skip


def finished(entry: SearchEntry) -> SearchEntry:
    """The entry with what is searched: its folded texts and its tokens."""
    entry.title, entry.body = _plain(entry.title)[:300], _plain(entry.body)[:BODY_LETTERS]
    entry.at = entry.at or timezone.now()
    entry.folded_title = text.fold(entry.title)
    entry.folded = text.fold(f"{entry.title}\n{entry.body}")
    lexemes = text.tokens(entry.folded)
    if entry.kind == Kind.ORGANISATION:
        lexemes |= pinyin.sounds(entry.title)
    entry.tokens = text.vector(lexemes)
    return entry


def _plain(words: str) -> str:
    return words.replace("\x00", "").strip()


def _entries(source: Source, pks: Iterable[int]) -> list[SearchEntry]:
    found = []
    for row in source.rows().filter(pk__in=pks):
        entry = source.entry(row)
        entry.kind, entry.subject_id = source.kind, row.pk
        found.append(finished(entry))
    return found


def update(kind: str, pks: Iterable[int]) -> int:
    """Makes the entries of these subjects as they are now, and removes those that are not public. Returns how many."""
    wanted, source = sorted(set(pks)), SOURCES[kind]
    if not wanted:
        return 0
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        entries = _entries(source, wanted)
        SearchEntry.objects.bulk_create(
            entries, update_conflicts=True, unique_fields=["kind", "subject_id"], update_fields=WRITTEN
        )
        there = {entry.subject_id for entry in entries}
        SearchEntry.objects.filter(kind=kind, subject_id__in=[pk for pk in wanted if pk not in there]).delete()
    return len(entries)


def update_thread(project_id: int) -> None:
    """Everything that hangs on one project."""
    for kind, source in SOURCES.items():
        if source.of_thread is None:
            continue
        model = source.rows().model
        # of all rows, not of the public ones: what is no longer public has to go
        update(kind, model._base_manager.filter(source.of_thread(project_id)).values_list("pk", flat=True))


def _batches(pks: Iterator[int]) -> Iterator[list[int]]:
    while batch := list(islice(pks, BATCH)):
        yield batch


def rebuild() -> dict[str, int]:
    """Every entry anew, and none left of what is gone. Returns how many there are of each kind."""
    counts = {}
    for kind, source in SOURCES.items():
        public = source.rows().order_by("pk").values_list("pk", flat=True)
        counts[str(kind)] = sum(update(kind, batch) for batch in _batches(public.iterator(chunk_size=BATCH)))
        there = SearchEntry.objects.filter(kind=kind).order_by("pk").values_list("subject_id", flat=True)
        for batch in _batches(there.iterator(chunk_size=BATCH)):
            still = set(source.rows().filter(pk__in=batch).values_list("pk", flat=True))
            update(kind, [pk for pk in batch if pk not in still])
    SearchEntry.objects.exclude(kind__in=SOURCES).delete()
    return counts
