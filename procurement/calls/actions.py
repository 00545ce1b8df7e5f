"""Acts on calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from procurement.accounts.models import Organisation
from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call, CallKey, Criterion, Lot
from procurement.calls.wording import METHODS
from procurement.common import sealing
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Project
from workflows import engine, jobs
from workflows.clock import act_time

# true of every call here; a notice is in Chinese whatever the site speaks
OBTAINING = "在本平台该公告页面免费获取采购文件，无需报名"


@transaction.atomic
def draft_call(
    project: Project,
    *,
    by: Any,
    organisation: Organisation,
    criteria: Sequence[dict[str, Any]],
    lots: Sequence[dict[str, Any]] = (),
    **fields: Any,
) -> Call:
    """Drafts a whole call, handed in for approval, with its criteria.

    Without ``lots`` it has one lot, up to the call's ceiling (yuan).
    """
    attempt = project.calls.count() + 1
    call = Call(project=project, number=f"{project.number}-{attempt:02d}", drafted_by=by, **fields)
    call.handed_in_at, call.handed_in_by = act_time(), by
    engine.begin(call, by=by, organisation=organisation, action="draft", method=str(call.method))
    for position, criterion in enumerate(criteria):
        Criterion.objects.create(call=call, position=position, **criterion)
    for lot in lots or [{"code": "", "name": "", "ceiling": call.ceiling}]:
        Lot.objects.create(call=call, **lot)
    return call


def notice_fields(call: Call) -> dict[str, str]:
    """The statutory fields of a call's notice, as far as the thread knows them (公告格式)."""
    project, buyer = call.project, call.project.buyer
    local = timezone.localtime
    return {
        "number": call.number,
        "name": project.title,
        "method": METHODS[Method(call.method)],
        "budget": str(project.budget),
        "ceiling": str(call.ceiling),
        "need": call.requirements or project.summary,
        "term": f"{project.term_start} – {project.term_end}",
        "consortium": "接受联合体" if call.consortium_allowed else "不接受联合体",
        "qualifications": call.qualifications,
        "obtaining_documents": call.obtaining or OBTAINING,
        "deadline": local(call.deadline).strftime("%Y-%m-%d %H:%M:%S"),
        "opening": local(call.deadline).strftime("%Y-%m-%d %H:%M:%S"),
        "notice_period": f"至 {local(call.deadline):%Y-%m-%d}",
        "contacts": notices.contacts(buyer, call.contact),
    }


@transaction.atomic
def publish_call(call: Call, *, by: Any, organisation: Organisation, fill: str = "", **more: Any) -> Call:
    """Publishes a call: its key pair, its notice, the project's state, together or not at all.

    The budget line is held: a project that failed had given its part back and takes it again here (W5).
    Raises ``TransitionBlocked`` with every unmet rule.
    """
    call.project.budget_line.hold()
    pair = sealing.make_key_pair(call.number)
    engine.perform(call.publish, by=by, organisation=organisation, given={"public_key": pair.public}, **more)
    CallKey.objects.create(call=call, wrapped=pair.wrapped_private)
    with engine.consequence():
        engine.perform(call.project.start_tendering, by=by, organisation=organisation, call=call.number)
    notices.publish(call.project, NoticeKind.CALL, notice_fields(call), by=by, fill=fill)
    jobs.enqueue("call.published", call_id=call.pk)
    return call


def termination_fields(call: Call, reason: str = "") -> dict[str, str]:
    buyer = call.project.buyer
    return {
        "number": call.number,
        "name": call.project.title,
        "reason": reason,
        "contacts": notices.contacts(buyer, call.contact),
    }


def _end(call: Call, reason: str, *, by: Any, organisation: Organisation, fill: str) -> None:
    with engine.consequence():
        engine.perform(call.project.fail, by=by, organisation=organisation, reason=reason, call=call.number)
    notices.publish(
        call.project,
        NoticeKind.TERMINATION,
        termination_fields(call, reason),
        by=by,
        fill=fill,
    )
    jobs.enqueue("project.changed", project_id=call.project_id)


@transaction.atomic
def fail_call(call: Call, *, by: Any, organisation: Organisation, reason: str, fill: str = "") -> Call:
    """Declares a call failed (too few bidders); the project may be tendered again."""
    engine.perform(call.fail, by=by, organisation=organisation, reason=reason)
    _end(call, reason, by=by, organisation=organisation, fill=fill)
    return call


@transaction.atomic
def cancel_call(call: Call, *, by: Any, organisation: Organisation, reason: str, fill: str = "") -> Call:
    """Cancels a call for a published reason; a draft is cancelled quietly."""
    was_draft = call.state == CallState.DRAFT
    engine.perform(call.cancel, by=by, organisation=organisation, reason=reason)
    if not was_draft:
        _end(call, reason, by=by, organisation=organisation, fill=fill)
    return call
