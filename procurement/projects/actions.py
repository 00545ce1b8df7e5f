"""Acts on projects and the needs behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.common.models import next_number
from procurement.needs.models import Need
from procurement.projects import notices
from procurement.projects.enums import NegativeItem, NoticeKind
from procurement.projects.models import NeedLink, NegativeListTick, Project
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

__all__ = ["approve", "form_project", "publish_intent", "terminate", "tick_negative_list"]


def project_number(buyer: Organisation, year: int) -> str:
    """HQ-<region>-<year>-<four digits>; the region's six digits, zeros where it has none."""
    prefix = f"HQ-{buyer.region or '000000'}-{year}-"
    return f"{prefix}{next_number(prefix):04d}"


@transaction.atomic
def form_project(*, by: Any, organisation: Organisation, needs: Iterable[Need] = (), **fields: Any) -> Project:
    """Forms a project from needs; the needs are adopted in the same transaction.

    ``fields`` are those of ``Project``. Raises ``TransitionBlocked`` where a need cannot be adopted.
    """
    moment = act_time()
    buyer = fields.setdefault("buyer", organisation)
    project = Project(
        number=project_number(buyer, timezone.localdate(moment).year),
        formed_at=moment,
        drafted_by=by,
        **fields,
    )
    engine.begin(project, by=by, organisation=organisation, budget=str(project.budget))
    for need in needs:
        NeedLink.objects.create(project=project, need=need)
        with engine.consequence():
            engine.perform(need.adopt, by=by, organisation=organisation, project=project.number)
    jobs.enqueue("project.formed", project_id=project.pk)
    return project


@transaction.atomic
def tick_negative_list(project: Project, items: Iterable[str], *, by: Any, organisation: Organisation) -> None:
    """Records "none of these" for the given items (W4, 令102 art 10)."""
    if project.buyer_id != organisation.pk:
        raise TransitionBlocked([Reason(_("This project belongs to another organisation."), code="organisation")])
    moment = act_time()
    items = [NegativeItem(item) for item in items]
    for item in items:
        NegativeListTick.objects.get_or_create(
            project=project, item=item, defaults={"ticked_by": by, "ticked_at": moment}
        )
    engine.note(project, "tick_negative_list", by=by, organisation=organisation, items=[str(i) for i in items])


@transaction.atomic
def approve(project: Project, *, by: Any, organisation: Organisation, **more: Any) -> Project:
    """Approves a project: from here on it is a thread that everybody may follow.

    One decision on a budget line at a time: what is judged to be left of it cannot be taken meanwhile (W5).
    """
    project.budget_line.hold()
    engine.perform(project.approve, by=by, organisation=organisation, **more)
    jobs.enqueue("project.approved", project_id=project.pk)
    jobs.enqueue("project.changed", project_id=project.pk)
    return project


def intent_fields(project: Project) -> dict[str, str]:
    """What the notice of intent says, as far as the thread knows it; the month is asked of the drafter."""
    return {
        "name": project.title,
        "need": project.summary,
        "budget": str(project.budget),
        "month": "",
        "contacts": notices.contacts(project.buyer),
    }


def termination_fields(project: Project, reason: str = "") -> dict[str, str]:
    contacts = notices.contacts(project.buyer)
    return {"number": project.number, "name": project.title, "reason": reason, "contacts": contacts}


@transaction.atomic
def publish_intent(
    project: Project,
    *,
    by: Any,
    organisation: Organisation,
    fields: dict[str, str] | None = None,
    fill: str = "",
) -> Project:
    """意向公开 (W12): the project's state and its notice, together or not at all."""
    engine.perform(project.publish_intent, by=by, organisation=organisation)
    known = intent_fields(project) | (fields or {})
    notices.publish(project, NoticeKind.INTENT, known, by=by, fill=fill)
    return project


@transaction.atomic
def terminate(project: Project, *, by: Any, organisation: Organisation, reason: str, fill: str = "") -> Project:
    """Ends a thread early, for a published reason; its needs are free again."""
    engine.perform(project.terminate, by=by, organisation=organisation, reason=reason)
    notices.publish(
        project,
        NoticeKind.TERMINATION,
        termination_fields(project, reason),
        by=by,
        fill=fill,
    )
    release_needs(project, by=by, organisation=organisation)
    jobs.enqueue("project.changed", project_id=project.pk)
    return project


def release_needs(project: Project, *, by: Any, organisation: Organisation) -> None:
    for need in project.needs.filter(state="adopted"):
        with engine.consequence():
            engine.perform(need.release, by=by, organisation=organisation, project=project.number)
