"""Issuing releases: once for each public event, never again, and a new one where what was told has changed.

Run by the outbox after every public act. Sequence numbers are given under one lock that is held until commit: a
reader who has seen number n has seen, or can see, every number below it (the feed's ``since`` rests on that).
"""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from procurement.opendata.models import Release
from procurement.opendata.ocds import events, terms
from procurement.opendata.ocds.events import Event
from procurement.opendata.ocds.parties import Parties
from procurement.opendata.ocds.thread import Facts
from procurement.projects.models import Project
from workflows import jobs
from workflows.clock import database_now

LOCK = 7304922  # all who issue releases wait here for one another


def digest_of(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def is_public(project: Project) -> bool:
    """Approved, and no rehearsal."""
    return project.approved_at is not None and not project.rehearsal


@transaction.atomic
def issue(project: Project) -> list[Release]:
    """Issues what the thread has to tell that was not told yet, and returns it. Idempotent."""
    if not is_public(project):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    told = _told(project)
    facts, parties = Facts(project), Parties()
    found = events.of(facts)
    last_of_topic = {event.topic: event.key for event in found}
    fresh = []
    for event in found:
        entries = parties.told((project.buyer, ("buyer", "procuringEntity")), *event.parties)
        body = terms.pruned(event.body)
        before = told.get(event.key)
        if before is None:
            fresh.append(_release(facts, event, body, entries))
        elif before.digest != digest_of(body) and last_of_topic[event.topic] == event.key:
            fresh.append(_correction(facts, event, body, entries, before))
    return _stored(fresh)


def _told(project: Project) -> dict[str, Release]:
    """The last release of every event."""
    rows = Release.objects.filter(project=project).order_by("sequence").defer("body")
    return {row.event: row for row in rows}


def _release(facts: Facts, event: Event, body: dict[str, Any], entries: list[Any], **more: Any) -> Release:
    values: dict[str, Any] = {"tag": event.tag, "date": event.date, "revision": 1, "digest": digest_of(body)} | more
    suffix = f"-r{values['revision']}" if values["revision"] > 1 else ""
    release_id = f"{facts.ocid}-{event.key}{suffix}"
    project = facts.project
    head = {
        "ocid": facts.ocid,
        "id": release_id,
        "date": stamp(values["date"]),
        "tag": [values["tag"]],
        "initiationType": "tender",
        "language": "zh",
        "parties": entries,
        "buyer": terms.reference(project.buyer),
        "x_broughtIn": project.imported or None,  # told only where it is so: a past project, entered later
    }
    return Release(
        project=project,
        ocid=facts.ocid,
        event=event.key,
        revision=values["revision"],
        release_id=release_id,
        tag=[values["tag"]],
        date=values["date"],
        body=terms.pruned(head) | body,
        digest=values["digest"],
    )


def _correction(facts: Facts, event: Event, body: dict[str, Any], entries: list[Any], before: Release) -> Release:
    """What was told has changed: a new release, later than the one it corrects, that leaves the call's status alone."""
    digest, changed = digest_of(body), deepcopy(body)
    changed.get("tender", {}).pop("status", None)
    now = max(database_now(), before.date + timedelta(microseconds=1))
    return _release(
        facts, event, changed, entries, tag=event.update_tag, date=now, revision=before.revision + 1, digest=digest
    )


def _stored(fresh: list[Release]) -> list[Release]:
    """Numbered and written; their readers are told after commit."""
    if not fresh:
        return []
    last = Release.objects.aggregate(last=Max("sequence"))["last"] or 0
    now = database_now()
    for sequence, release in enumerate(fresh, start=last + 1):
        release.sequence, release.issued_at = sequence, now
    Release.objects.bulk_create(fresh)
    for release in fresh:
        jobs.enqueue("release.issued", release_id=release.pk)
    return fresh


def stamp(value: datetime) -> str:
    """A release's date, to the microsecond and always in one offset: merging sorts by these words."""
    return timezone.localtime(value).isoformat(timespec="microseconds")
