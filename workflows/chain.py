"""The log's hash chain: appending to it and checking it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from workflows.machine import Act
from workflows.models import Machine, TransitionLog

Teller = Callable[[Machine, Act], dict[str, Any]]
_tellers: list[Teller] = []


def tells(function: Teller) -> Teller:
    """Registers ``def told(subject, act) -> facts``: what every row of the log says besides its act's own facts."""
    if function not in _tellers:
        _tellers.append(function)
    return function


def plain(facts: Any) -> Any:
    """Facts as JSON will give them back, so that the hash of what is stored is the hash of what is read."""
    return json.loads(json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, default=str))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def digest(row: TransitionLog) -> str:
    """SHA-256 over every column but the hash itself, as canonical JSON."""
    content = {
        "subject": [row.subject_type, row.subject_id, row.sequence],
        "thread": row.thread,
        "act": [row.action, row.source, row.target],
        "by": [row.actor_id, row.organisation_id],
        "at": [_moment(row.at), _moment(row.recorded_at)],
        "reason": row.reason,
        "facts": row.facts,
        "previous": row.previous,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def append(
    subject: Machine, action: str, source: str, act: Act, recorded_at: datetime, facts: dict[str, Any]
) -> TransitionLog:
    """Adds the next row and moves the subject's own length and head (the caller saves the subject)."""
    told = {name: value for function in _tellers for name, value in function(subject, act).items()}
    row = TransitionLog(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        sequence=subject.log_length + 1,
        thread=subject.thread_id,
        action=action,
        source=source,
        target=subject.state,
        actor=act.by,
        organisation=act.organisation,
        at=act.at,
        recorded_at=recorded_at,
        reason=act.reason,
        facts=plain(facts | told),
        previous=subject.log_head,
    )
    row.hash = digest(row)
    subject.log_length, subject.log_head = row.sequence, row.hash
    row.save(force_insert=True)
    return row


def machines() -> list[type[Machine]]:
    return [model for model in apps.get_models() if issubclass(model, Machine)]


def faults_of(subject: Machine, rows: list[TransitionLog]) -> Iterator[str]:
    """One sentence for every fault of one subject's log; ``rows`` are its own, by sequence."""
    name = f"{subject._meta.label}#{subject.pk}"
    expected, previous = 1, ""
    for row in rows:
        if row.sequence != expected:
            yield f"{name}: row {expected} is missing"
        elif row.previous != previous:
            yield f"{name}: row {row.sequence} does not follow the row before it"
        if digest(row) != row.hash:
            yield f"{name}: row {row.sequence} ({row.action}) was edited"
        expected, previous = row.sequence + 1, row.hash
    if expected - 1 < subject.log_length:
        yield f"{name}: the log was cut off after row {expected - 1} of {subject.log_length}"
    elif expected - 1 > subject.log_length:
        yield f"{name}: the log has {expected - 1} rows, its subject knows {subject.log_length}"
    elif previous != subject.log_head:
        yield f"{name}: the last row is not the one the subject knows"
    last = rows[-1].target if rows else subject.initial_state
    if last != subject.state:
        yield f"{name}: is {subject.state}, its log says {last}"


def faults(batch: int = 500, say: Callable[[int], None] | None = None) -> Iterator[str]:
    """One sentence for every row that was edited, removed, cut off or put in, over all machines.

    ``say`` is told, batch by batch, how many subjects were read.
    """
    for model in machines():
        known: set[int] = set()
        for subjects in _batches(model, batch):
            ids = [subject.pk for subject in subjects]
            known.update(ids)
            rows: dict[int, list[TransitionLog]] = {pk: [] for pk in ids}
            for row in TransitionLog.objects.filter(subject_type=model._meta.label_lower, subject_id__in=ids).order_by(
                "subject_id", "sequence"
            ):
                rows[row.subject_id].append(row)
            for subject in subjects:
                yield from faults_of(subject, rows[subject.pk])
            if say is not None:
                say(len(subjects))
        orphans = (
            TransitionLog.objects.filter(subject_type=model._meta.label_lower)
            .exclude(subject_id__in=known)
            .values_list("subject_id", flat=True)
            .distinct()
        )
        for pk in orphans:
            yield f"{model._meta.label}#{pk}: the subject is gone, its log is still there"


def _batches(model: type[Machine], size: int) -> Iterator[list[Machine]]:
    last = 0
    while True:
        subjects = list(model._base_manager.filter(pk__gt=last).order_by("pk")[:size])
        if not subjects:
            return
        yield subjects
        last = subjects[-1].pk
