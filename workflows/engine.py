"""The one gateway every act goes through.

``perform`` locks the row, asks the guards, then the permission, runs the method, saves, appends to the log
and leaves the jobs it causes as rows: all in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from workflows import chain, clock
from workflows.clock import act_time, at_time, database_now
from workflows.errors import ClaimedTimeRefused, TransitionBlocked
from workflows.machine import Act, Spec, gate
from workflows.models import Machine
from workflows.reasons import Reason

__all__ = [
    "at_time",
    "begin",
    "blockers",
    "consequence",
    "database_now",
    "moves",
    "note",
    "perform",
    "warnings",
]

_consequence: ContextVar[bool] = ContextVar("consequence", default=False)


@dataclass(frozen=True)
class Move:
    """Something this person can see as a next step, with every reason why it may not be taken yet."""

    name: str
    label: str
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        return not self.reasons


@contextmanager
def consequence() -> Iterator[None]:
    """Inside, automatic transitions may be performed: what one stage's act does to an earlier stage."""
    token = _consequence.set(True)
    try:
        yield
    finally:
        _consequence.reset(token)


def act_of(by: Any, organisation: Any, at: datetime | None = None) -> Act:
    """An act that is no transition of its own, for permissions and guards to be asked about."""
    return Act(by=by, at=at or act_time(), organisation=organisation, claimed=clock.claimed_time() is not None)


def _act(by: Any, organisation: Any, reason: str, given: Any, facts: dict[str, Any], reasons: Any, **more: Any) -> Act:
    claimed = clock.claimed_time()
    return Act(
        by=by,
        at=claimed or database_now(),
        organisation=organisation,
        reason=reason,
        given=given or {},
        facts=facts,
        reasons=reasons or {},
        claimed=claimed is not None,
        **more,
    )


def _judge(subject: Machine, spec: Spec, act: Act) -> list[Reason]:
    if subject.state not in spec.sources:
        field: Any = type(subject)._meta.get_field("state")  # type: ignore[misc] # every subclass has one
        label = dict(field.flatchoices).get(subject.state, subject.state)
        return [
            Reason(
                _("“%(act)s” is not possible in the state “%(state)s”.")
                % {"act": spec.label or spec.name, "state": label},
                code="state",
            )
        ]
    return [reason for guard in spec.guards for reason in guard(subject, act)]


def _permitted(subject: Machine, spec: Spec, act: Act) -> bool:
    if spec.automatic:
        return _consequence.get()
    return spec.permission is not None and spec.permission(subject, act)


def _lock(subject: Machine) -> Machine:
    """The row itself is locked; what leads to its thread comes with it, for guards and log will ask for that."""
    rows = type(subject)._base_manager.select_for_update(of=("self",))
    return (rows.select_related(subject.way_to_thread) if subject.way_to_thread else rows).get(pk=subject.pk)


def _announce(subject: Machine | None) -> None:
    value = f"{subject._meta.db_table}:{subject.pk}" if subject is not None else ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('huiqun.act', %s, true)", [value])


def _refuse_claimed_time(subject: Machine, act: Act) -> None:
    if act.claimed and not subject.brought_in:
        raise ClaimedTimeRefused(f"{subject._meta.label}#{subject.pk} is live: its acts happen when they happen")


def _facts(act: Act, reasons: list[Reason]) -> dict[str, Any]:
    facts = dict(act.facts)
    if reasons:
        facts["rules"] = [
            reason.as_dict() | ({"reason": act.reasons[reason.rule]} if reason.rule in act.reasons else {})
            for reason in reasons
        ]
    return facts


def _adopt(subject: Machine, fresh: Machine) -> Machine:
    """The caller's instance becomes the one that was saved, relations already loaded kept where unchanged."""
    cached = {
        name: value
        for name, value in subject._state.fields_cache.items()
        if getattr(value, "pk", None) == fresh.__dict__.get(f"{name}_id")
    }
    subject.__dict__.clear()
    subject.__dict__.update(fresh.__dict__)
    subject._state.fields_cache = cached | fresh._state.fields_cache
    return subject


def perform(
    move: Any,
    *,
    by: Any,
    organisation: Any = None,
    reason: str = "",
    given: Mapping[str, Any] | None = None,
    reasons: Mapping[str, str] | None = None,
    **facts: Any,
) -> Any:
    """Performs one transition: ``engine.perform(bid.submit, by=user, organisation=org)``.

    ``facts`` go to the method and to the log, ``given`` to the method only; ``reasons`` are the written
    reasons for warnings, by rule id. Returns the subject as saved.

    Raises ``TransitionBlocked`` with every unmet rule, ``PermissionDenied`` where this person may not.
    """
    subject: Machine = move.__self__
    spec = type(subject).transitions[move.__name__]
    with transaction.atomic():
        locked = _lock(subject)
        act = _act(by, organisation, reason, given, facts, reasons)
        _refuse_claimed_time(locked, act)
        found = _judge(locked, spec, act)
        if any(item.blocks for item in found):
            raise TransitionBlocked(
                [item for item in found if item.blocks], act=act_name(subject, spec), subject=subject
            )
        if not _permitted(locked, spec, act):
            raise PermissionDenied(_("“%(act)s” is not yours to do here.") % {"act": spec.label or spec.name})
        source = locked.state
        token = gate.set((locked._meta.label_lower, locked.pk, spec.name))
        try:
            getattr(locked, spec.name)(act)
        finally:
            gate.reset(token)
        recorded_at = act.at if not act.claimed else database_now()
        chain.append(locked, spec.name, source, act, recorded_at, _facts(act, found))
        _save(locked)
    return _adopt(subject, locked)


def act_name(subject: Machine, spec: Spec) -> str:
    """``call.publish``: how an act is named in answers and logs."""
    return f"{subject._meta.model_name}.{spec.name}"


def _save(subject: Machine) -> None:
    _announce(subject)
    subject.save()
    _announce(None)


def begin(
    subject: Machine,
    *,
    by: Any,
    organisation: Any = None,
    reason: str = "",
    action: str = "begin",
    **facts: Any,
) -> Any:
    """Saves a new row in its initial state and writes the first line of its log."""
    if subject.pk is not None or subject.state != subject.initial_state:
        raise ValueError("begin takes a new row in its initial state")
    with transaction.atomic():
        act = _act(by, organisation, reason, None, facts, None)
        subject.save()
        _refuse_claimed_time(subject, act)
        recorded_at = act.at if not act.claimed else database_now()
        chain.append(subject, action, "", act, recorded_at, dict(facts))
        _save(subject)
    return subject


def note(
    subject: Machine, action: str, *, by: Any, organisation: Any = None, reason: str = "", **facts: Any
) -> Machine:
    """Writes a line to a subject's log that changes no state (an officer's confirmation, a key's use)."""
    with transaction.atomic():
        locked = _lock(subject)
        act = _act(by, organisation, reason, None, facts, None)
        _refuse_claimed_time(locked, act)
        recorded_at = act.at if not act.claimed else database_now()
        chain.append(locked, action, locked.state, act, recorded_at, dict(facts))
        _save(locked)
    return _adopt(subject, locked)


def _look(move: Any, by: Any, organisation: Any, given: Any, facts: dict[str, Any], preview: bool) -> list[Reason]:
    subject: Machine = move.__self__
    spec = type(subject).transitions[move.__name__]
    act = _act(by, organisation, "", given, facts, None, preview=preview)
    return _judge(subject, spec, act)


def blockers(
    move: Any, *, by: Any, organisation: Any = None, given: Mapping[str, Any] | None = None, **facts: Any
) -> list[Reason]:
    """Every rule that would refuse this act now; for showing before the click. Changes nothing."""
    preview = given is None and not facts
    return [item for item in _look(move, by, organisation, given, facts, preview) if item.blocks]


def warnings(
    move: Any, *, by: Any, organisation: Any = None, given: Mapping[str, Any] | None = None, **facts: Any
) -> list[Reason]:
    """What would be logged with this act without stopping it."""
    preview = given is None and not facts
    return [item for item in _look(move, by, organisation, given, facts, preview) if not item.blocks]


def moves(subject: Machine, user: Any, organisation: Any = None) -> list[Move]:
    """What this person can do next with this subject. The pages' buttons come from here.

    A step that the person may take but a rule forbids is listed with its reasons; a step that is not
    theirs is not listed at all.
    """
    found = []
    for spec in type(subject).transitions.values():
        if spec.automatic or subject.state not in spec.sources:
            continue
        act = _act(user, organisation, "", None, {}, None, preview=True)
        if not _permitted(subject, spec, act):
            continue
        reasons = _judge(subject, spec, act)
        found.append(
            Move(
                spec.name,
                str(spec.label or spec.name),
                tuple(item for item in reasons if item.blocks),
                tuple(item for item in reasons if not item.blocks),
            )
        )
    return found
