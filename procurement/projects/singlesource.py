"""The plan to buy from a single source is made public before the call (条例 art 38; 74号令)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.accounts.permissions import acts_for
from procurement.projects import notices, official
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice, Project
from procurement.rules import rulebook, workdays
from workflows import engine
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

BEFORE_THE_CALL = ("approved", "intended", "failed")


def last_day(project: Project, started: datetime) -> date | None:
    """The last day the plan must stand, counting the first if it is a working day (P2, D3)."""
    rule = rulebook.find("P2", variant="single_source", on=started, region=project.buyer.region)
    if rule is None:
        return None
    return workdays.nth_working_day_counting_first(timezone.localdate(started), int(rule.values["min"]))


def published(project: Project) -> Notice | None:
    """The latest plan that was made public."""
    return project.notices.filter(kind=NoticeKind.SINGLE_SOURCE).order_by("-pk").first()


def notice_fields(project: Project, given: dict[str, str], at: datetime) -> dict[str, str]:
    last = last_day(project, at)
    return {
        "number": project.number,
        "name": project.title,
        "need": project.summary,
        "budget": str(project.budget),
        "notice_period": f"{timezone.localdate(at)} 至 {last}" if last else "",
        "contacts": notices.contacts(project.buyer),
    } | given


@transaction.atomic
def publish(project: Project, given: dict[str, str], *, by: Any, organisation: Organisation) -> Notice:
    """Makes the plan public: ``supplier``, ``supplier_address``, ``reason``, ``experts`` (who advised, and what).

    Raises ``TransitionBlocked`` with N1 and what is missing, ``PermissionDenied`` for people who may not.
    """
    project = Project.objects.select_for_update(of=("self",)).select_related("buyer").get(pk=project.pk)
    act = engine.act_of(by, organisation)
    if not acts_for(act, project.buyer, Role.APPROVER):
        raise PermissionDenied(_("Only an approver of the buyer makes a plan public."))
    if project.state not in BEFORE_THE_CALL:
        words = _("The plan to buy from a single source is made public before the call.")
        raise TransitionBlocked([Reason(words, code="project_state")], act="notice.single_source", subject=project)
    notice = notices.publish(project, NoticeKind.SINGLE_SOURCE, notice_fields(project, given, act.at), by=by)
    engine.note(
        project, "publish_single_source", by=by, organisation=organisation, notice=notice.number, to=given["supplier"]
    )
    return notice


def not_public_long_enough(project: Project, at: datetime) -> list[Reason]:
    """P2: what keeps a single-source call at tender scale from being published at that time (条例 art 38)."""
    rule = rulebook.find("P2", variant="single_source", on=at, region=project.buyer.region)
    if rule is None:
        return []
    notice = published(project)
    if notice is None:
        words = _("The plan to buy from a single source is made public first, for %(days)s working days.")
        return [rule.reason(words % {"days": rule.values["min"]})]
    started = official.starts(notice)
    if started is None:
        return official.not_recorded(notice)
    last = last_day(project, started)
    if last is not None and timezone.localdate(at) <= last:
        words = _("The plan to buy from a single source stands until %(last)s; the call may follow after that day.")
        return [rule.reason(words % {"last": last.isoformat()}, last=last.isoformat())]
    return []
