"""Exports too long to wait for: a job writes the file into the vault, its owner fetches it within a week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone, translation

from procurement.accounts.models import TableExport
from procurement.accounts.permissions import roles_of
from procurement.accounts.workspace import spreadsheets, tables
from procurement.accounts.workspace.desk import Actor
from procurement.common import vault
from workflows import deadlines, jobs
from workflows.clock import database_now

KIND = "table.export"
AT_ONCE = 5_000  # rows; above, a job writes the file
LARGEST = 200_000  # rows; above, the filters must be narrower
EVERY = 1_000  # rows between two words about the progress
KEPT = timedelta(days=7)
CHUNK = 1_000


def owner_of(export: TableExport) -> str:
    return f"table export {export.pk}"


def file_name(found: tables.Table, form: str, at: datetime) -> str:
    return f"{found.name}-{timezone.localtime(at):%Y%m%d-%H%M}.{form}"


def _progress_key(export: TableExport) -> str:
    return f"table-export-{export.pk}"


def written(export: TableExport) -> int:
    """How many rows the job has written so far."""
    return export.total if export.done_at else int(cache.get(_progress_key(export), 0))


@transaction.atomic
def order(found: tables.Table, form: str, query: str, total: int, actor: Actor) -> TableExport:
    """Leaves the writing of a long table to a worker."""
    export = TableExport.objects.create(
        owner=actor.user,
        organisation=actor.organisation,
        table=found.name,
        form=form,
        query=query,
        language=translation.get_language() or "",
        total=total,
    )
    export.job = jobs.enqueue(KIND, export_id=export.pk)
    export.save(update_fields=["job"])
    return export


def note(found: tables.Table, form: str, query: str, total: int, actor: Actor) -> None:
    """That a short table was fetched at once: no file is kept, but who took what is."""
    TableExport.objects.create(
        owner=actor.user,
        organisation=actor.organisation,
        table=found.name,
        form=form,
        query=query,
        language=translation.get_language() or "",
        total=total,
        done_at=database_now(),
    )


@jobs.handler(KIND)
def write(export_id: int) -> None:
    """Writes the file as its owner may see the table now. Whoever lost the role meanwhile gets an empty one."""
    export = TableExport.objects.select_related("owner", "organisation").get(pk=export_id)
    found = tables.find(export.table)
    if export.done_at is not None or found is None:
        return
    now = database_now()
    roles = frozenset(roles_of(export.owner, export.organisation, now))
    actor = Actor(export.owner, export.organisation, roles, now)
    rows = tables.select(found, actor, tables.Asked.read(found, QueryDict(export.query)))
    if not found.may_be_read_by(actor):
        rows = []

    def say(count: int) -> None:
        cache.set(_progress_key(export), count, timeout=3600)

    with translation.override(export.language or None):
        going = spreadsheets.counted(tables.going(rows[:LARGEST], CHUNK), EVERY, say)
        content: Any = ContentFile(
            spreadsheets.whole(found, export.form, going), name=file_name(found, export.form, now)
        )
    content.content_type = spreadsheets.TYPES[export.form]
    export.file = vault.keep(content, owner=owner_of(export))
    export.done_at = database_now()
    export.save(update_fields=["file", "done_at"])


def forget(export_id: int) -> None:
    """Throws the file of an old export away; that it was ordered stays known."""
    with transaction.atomic():
        export = TableExport.objects.select_for_update(of=("self",)).select_related("file").get(pk=export_id)
        if export.file is not None:
            file, export.file = export.file, None
            export.save(update_fields=["file"])
            vault.discard(file)


@deadlines.source
def old_exports(now: datetime) -> Iterator[deadlines.Due]:
    """Files of exports that nobody needs any more."""
    old = TableExport.objects.filter(done_at__lt=now - KEPT, file__isnull=False)
    for pk, done_at in old.values_list("pk", "done_at"):
        if done_at is not None:
            yield done_at + KEPT, partial(forget, pk)
