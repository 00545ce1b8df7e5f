"""Drafting a call step by step: what is typed is kept at once, and judged by the rules it will be published under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.calls import thresholds, timetable
from procurement.calls.actions import notice_fields
from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call, Criterion, Lot
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Project
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.reasons import Reason

TEMPLATES = Path(__file__).parent / "data" / "criteria.yaml"
# what a later call may take over from an earlier one; never its dates, its approval or its numbers
COPIED = ("method", "requirements", "qualifications", "consortium_allowed", "obtaining", "contact", "sme_policy")
CLOSING_HOUR = time(17)


@dataclass(frozen=True)
class Stale(Exception):  # noqa: N818 - what happened
    """Somebody else has saved since this page was opened."""

    by: Any
    at: datetime


@cache
def criteria_templates() -> dict[str, dict[str, Any]]:
    """The house's templates of criteria, by key."""
    return {row["key"]: row for row in yaml.safe_load(TEMPLATES.read_text(encoding="utf-8"))}


def earlier_calls(project: Project) -> QuerySet[Call]:
    """The buyer's own calls that a draft can be copied from, the latest first."""
    return (
        Call.objects.filter(project__buyer=project.buyer)
        .exclude(state=CallState.DRAFT)
        .select_related("project")
        .order_by("-pk")
    )


def suggested_method(project: Project, at: datetime) -> Method:
    """The lightest procedure that the amount allows (W10)."""
    budget = project.budget
    tender = thresholds.tender_threshold(project.buyer, at)
    statutory = thresholds.statutory_threshold(project.buyer, at)
    if project.fiscal and tender is not None and budget >= tender:
        return Method.OPEN_TENDER
    if project.fiscal and statutory is not None and budget >= statutory:
        return Method.CONSULTATION
    return Method.OWN_RULE


def earliest_moment(call: Call, published: datetime) -> datetime:
    """Close of the first day on which the deadline may lie; three days on where no rule asks for a time."""
    earliest = timetable.earliest_deadline(call, published)
    day = earliest.day if earliest is not None else timezone.localdate(published) + timedelta(days=3)
    return timezone.make_aware(datetime.combine(day, CLOSING_HOUR))


def publication(call: Call, at: datetime) -> datetime:
    """When the draft is meant to be published: the planned day, never before now."""
    if call.planned_on is None or call.planned_on <= timezone.localdate(at):
        return at
    return timezone.make_aware(datetime.combine(call.planned_on, time(9)))


@transaction.atomic
def start(project: Project, *, by: Any, organisation: Organisation) -> Call:
    """A draft for ``project`` with what can be known already; the one that is there, where there is one."""
    project = Project.objects.select_for_update(of=("self",)).select_related("buyer").get(pk=project.pk)
    there = project.calls.filter(state=CallState.DRAFT).first()
    if there is not None:
        return there
    if project.state not in ("approved", "intended", "failed"):
        raise TransitionBlocked([Reason(_("No call can be drafted for this project now."), code="project_state")])
    moment = act_time()
    call = Call(
        project=project,
        number=f"{project.number}-{project.calls.count() + 1:02d}",
        method=suggested_method(project, moment),
        ceiling=project.budget,
        requirements=project.summary,
        contact=organisation.contact,
        drafted_by=by,
        saved_by=by,
        saved_at=moment,
    )
    call.deadline = earliest_moment(call, moment)
    engine.begin(call, by=by, organisation=organisation, action="draft", method=str(call.method))
    Lot.objects.create(call=call, ceiling=call.ceiling)
    _write_criteria(call, criteria_templates()["service"]["criteria"])
    return call


def _write_criteria(call: Call, rows: Sequence[Mapping[str, Any]]) -> None:
    call.criteria.all().delete()
    for position, row in enumerate(rows):
        Criterion.objects.create(call=call, position=position, code=f"K{position + 1}", **row)


def locked(call: Call, version: int | None, *, by: Any) -> Call:
    """The draft, locked for writing. Raises ``Stale`` or ``TransitionBlocked`` where it can no longer be written."""
    fresh = Call.objects.select_for_update(of=("self",)).select_related("project__buyer").get(pk=call.pk)
    if fresh.state != CallState.DRAFT:
        raise TransitionBlocked([Reason(_("This call is no longer a draft."), code="state")])
    if fresh.handed_in_at is not None:
        words = _("It has been handed in for approval; take it back to change it.")
        raise TransitionBlocked([Reason(words, code="handed_in")])
    if version is not None and version != fresh.version:
        raise Stale(fresh.saved_by, fresh.saved_at)  # type: ignore[arg-type] # a version follows a save
    return fresh


def _kept(call: Call, *, by: Any, organisation: Organisation) -> Call:
    if call.saved_by_id != by.pk:  # the log names everybody who had a hand in it, not every keystroke
        engine.note(call, "edit_draft", by=by, organisation=organisation)
    call.version, call.saved_by, call.saved_at = call.version + 1, by, act_time()
    call.save()
    return call


@transaction.atomic
def save(call: Call, fields: Mapping[str, Any], *, version: int | None, by: Any, organisation: Organisation) -> Call:
    """Keeps what was typed on one step; yuan as ``Decimal``, times aware. Raises ``Stale``."""
    call = locked(call, version, by=by)
    for name, value in fields.items():
        setattr(call, name, value)
    lots = list(call.lots.all())
    if len(lots) == 1 and not lots[0].code and "ceiling" in fields:
        Lot.objects.filter(pk=lots[0].pk).update(ceiling=call.ceiling)
    return _kept(call, by=by, organisation=organisation)


@transaction.atomic
def save_criteria(
    call: Call, rows: Sequence[Mapping[str, Any]], *, version: int | None, by: Any, organisation: Organisation
) -> Call:
    """Keeps the criteria as they stand on the page; weights may still not sum to 100."""
    call = locked(call, version, by=by)
    _write_criteria(call, rows)
    return _kept(call, by=by, organisation=organisation)


@transaction.atomic
def save_lots(
    call: Call, rows: Sequence[Mapping[str, Any]], *, version: int | None, by: Any, organisation: Organisation
) -> Call:
    """Divides the call into lots, each with its own ceiling (yuan); no row makes it one whole again."""
    call = locked(call, version, by=by)
    call.lots.all().delete()
    for row in rows or [{"code": "", "name": "", "ceiling": call.ceiling}]:
        Lot.objects.create(call=call, **row)
    return _kept(call, by=by, organisation=organisation)


def apply_template(call: Call, key: str, *, version: int | None, by: Any, organisation: Organisation) -> Call:
    """Puts a house template in the place of the criteria. Raises ``KeyError`` for an unknown one."""
    rows = criteria_templates()[key]["criteria"]
    return save_criteria(call, rows, version=version, by=by, organisation=organisation)


@transaction.atomic
def copy_from(call: Call, earlier: Call, *, version: int | None, by: Any, organisation: Organisation) -> Call:
    """Takes words, method and criteria over from an earlier call of the same buyer; dates stay this call's own."""
    call = locked(call, version, by=by)
    for name in COPIED:
        setattr(call, name, getattr(earlier, name))
    _write_criteria(call, list(earlier.criteria.values("name", "kind", "weight", "rule")))
    call.deadline = max(call.deadline, earliest_moment(call, publication(call, act_time())))
    return _kept(call, by=by, organisation=organisation)


@transaction.atomic
def hand_in(call: Call, *, by: Any, organisation: Organisation) -> Call:
    """Gives a draft to the approver. Raises ``TransitionBlocked`` with every rule that would block the publication."""
    call = locked(call, None, by=by)
    call.handed_in_at, call.handed_in_by = act_time(), by
    # judged as it will be published: on the planned day
    with_rules = [reason for reason in judged(call, at=publication(call, act_time())) if reason.blocks]
    if with_rules:
        raise TransitionBlocked(with_rules, act="call.hand_in", subject=call)
    call.save()
    engine.note(call, "hand_in", by=by, organisation=organisation)
    jobs.enqueue("call.handed_in", call_id=call.pk, step=call.log_length)
    return call


@transaction.atomic
def hand_back(call: Call, *, by: Any, organisation: Organisation, reason: str = "") -> Call:
    """The approver returns a draft with words, or the drafter takes it back."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if call.state != CallState.DRAFT or call.handed_in_at is None:
        raise TransitionBlocked([Reason(_("There is nothing to hand back."), code="state")])
    call.handed_in_at = call.handed_in_by = None
    call.save()
    engine.note(call, "hand_back", by=by, organisation=organisation, reason=reason)
    jobs.enqueue("call.handed_back", call_id=call.pk, by=by.pk, step=call.log_length)
    return call


def judged(call: Call, *, at: datetime) -> list[Reason]:
    """Every rule of publication and of the notice (N1), judged as if the call were published at that time."""
    act = Act(by=None, at=at, organisation=call.project.buyer, preview=True)
    skipped = {"handed_in", "drafter_is_not_approver"}
    spec = Call.transitions["publish"]
    reasons = [r for guard in spec.guards if guard.__name__ not in skipped for r in guard(call, act)]
    return reasons + notices.unmet(NoticeKind.CALL, notice_fields(call), at, call.project.buyer.region)
