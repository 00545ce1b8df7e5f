"""Runs a case: all of it or nothing, then its answer and its documents."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from procurement.cases.replay import answer, papers
from procurement.cases.replay.cast import Cast
from procurement.cases.replay.play import Play
from procurement.projects.models import Project
from procurement.rules import rulebook
from workflows import clock, engine
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

REPLAY_LOCK = 7304921  # one replay of a database at a time: two of the same case must not race


@dataclass
class Outcome:
    """What a replay came to: the JSON answer, and where the time went (seconds by act or document)."""

    answer: dict[str, Any]
    refused: bool = False
    seconds: dict[str, float] = field(default_factory=dict)


class _Refused(Exception):  # noqa: N818 - carries a refusal out of the transaction it rolls back
    def __init__(self, act: str, reasons: list[Reason], partial: dict[str, Any]) -> None:
        self.act, self.reasons, self.partial = act, reasons, partial
        super().__init__(act)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REPLAY_LOCK])


def _mark_rehearsal(play: Play, moment: Any, now: Any) -> None:
    """A thread whose acts lie ahead of the real clock is a rehearsal: no open data, no statistics, no W9."""
    if moment > now and play.project is not None and not play.project.rehearsal:
        Project.objects.filter(pk=play.project.pk).update(rehearsal=True)
        play.project.rehearsal = True


def _state(play: Play) -> str | None:
    if play.project is None:
        return None
    return Project.objects.values_list("state", flat=True).get(pk=play.project.pk)


def _act(
    play: Play, until: str | None, before: str | None, say: Callable[[str], None], seconds: dict[str, float]
) -> datetime:
    """Performs the script; the time of the last act done."""
    now = last = engine.database_now()
    for step in play.script().in_order():
        if step.name == before:
            break
        started = time.perf_counter()
        if not play.live:
            _mark_rehearsal(play, step.at, now)
        try:
            with nullcontext() if play.live else clock.at_time(step.at), rulebook.noting_later_rules() as later:
                step.run()
        except TransitionBlocked as refusal:
            raise _Refused(refusal.act or step.name, refusal.reasons, answer.of(play)) from refusal
        except PermissionDenied as refusal:
            raise _Refused(step.name, [Reason(str(refusal), code="permission")], answer.of(play)) from refusal
        play.note(step.name, later)
        seconds[step.name] = seconds.get(step.name, 0.0) + time.perf_counter() - started
        say(f"{step.at:%Y-%m-%d %H:%M} {step.name}")
        last = step.at
        if until is not None and _state(play) == until:
            break
    return last


def _log_notes(play: Play, moment: datetime) -> None:
    """The thread itself says which of today's rules were not asked of it."""
    if play.notes and play.project is not None and not play.live:
        with clock.at_time(moment):
            engine.note(play.project, "bring_in", by=play.project.drafted_by, notes=play.notes)


def _refusals(refused: _Refused) -> list[dict[str, str]]:
    return [
        {"act": refused.act, "rule": reason.rule, "article": reason.article, "message": str(reason.message)}
        for reason in refused.reasons
        if reason.blocks
    ]


def replay(
    case: Any,
    *,
    until: str | None = None,
    before: str | None = None,
    out: Path | None = None,
    documents: bool = True,
    cast: Cast | None = None,
    say: Callable[[str], None] = lambda line: None,
    live: bool = False,
) -> Outcome:
    """Drives ``case`` through the platform's own acts, up to the project state ``until`` or ``before`` an act.

    ``live``: every act happens now and is judged by today's rules; no time is claimed, and nothing is brought in.

    Nothing is stored, and no file left in ``out``, where an act is refused or anything fails.
    """
    play = Play(case, cast or Cast(case.case), live=live)
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="huiqun-replay-") as folder:
        try:
            with transaction.atomic():
                _lock()
                if Project.objects.filter(case_id=case.case).exists():
                    raise _Refused("case.begin", [_already_there(case)], answer.empty(case))
                _log_notes(play, _act(play, until, before, say, seconds))
                result = answer.of(play)
                if documents:
                    result["documents"] = papers.write(play, Path(folder), say=say, seconds=seconds)
                if documents and out is not None:
                    papers.move(Path(folder), out)
        except _Refused as refused:
            refused.partial["refusals"] = _refusals(refused)
            return Outcome(refused.partial, refused=True, seconds=seconds)
    return Outcome(result, seconds=seconds)


def _already_there(case: Any) -> Reason:
    from django.utils.translation import gettext as _

    return Reason(_("The case %(case)s is already there; nothing was changed.") % {"case": case.case}, code="exists")
