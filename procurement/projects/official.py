"""The designated medium (D4): where and when a notice appeared there, and when the periods it starts begin."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.mandates import acts_for_buyer
from procurement.accounts.models import Organisation
from procurement.projects.models import Notice, OfficialPublication, Project
from procurement.rules import rulebook
from workflows import engine
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

RECORDERS = (Role.DRAFTER, Role.APPROVER, Role.OFFICER)
WEB = URLValidator(schemes=["http", "https"])


def required(project: Project, on: date | datetime) -> bool:
    """Whether the office has set that this thread's notices must appear in the designated medium (D4).

    Not asked of money that is not the state's (W1), of rehearsals, nor of past projects that are brought in.
    """
    if not project.fiscal or project.rehearsal or project.imported:
        return False
    rule = rulebook.find("D4", variant="medium", on=on, region=project.buyer.region)
    return rule is not None and bool(rule.values["required"])


def starts(notice: Notice) -> datetime | None:
    """When the statutory periods of a notice begin (D4): at its publication here, or at the later of the two where
    it must appear in the designated medium; None while it must and nobody has recorded that it did."""
    if not required(notice.project, notice.published_at):
        return notice.published_at
    there = notice.official_published_at
    return max(notice.published_at, there) if there is not None else None


def not_recorded(notice: Notice) -> list[Reason]:
    """D4 as a reason: the notice must appear in the designated medium, and nobody has said where and when."""
    if starts(notice) is not None:
        return []
    rule = rulebook.find("D4", variant="medium", on=notice.published_at, region=notice.project.buyer.region)
    words = _("“%(title)s” has no address and time in the designated medium yet; record them: its periods start there.")
    return [rule.reason(words % {"title": notice.title}, effect="block", notice=notice.number)] if rule else []


@transaction.atomic
def record(
    notice: Notice, *, url: str, appeared_at: datetime, by: Any, organisation: Organisation
) -> OfficialPublication:
    """Records that a notice appeared in the designated medium; an act in the thread's log.

    Raises ``PermissionDenied`` for people who may not, ``TransitionBlocked`` with everything that is wrong.
    """
    act = engine.act_of(by, organisation)
    if not acts_for_buyer(act, notice.project, MandateAct.NOTICES, *RECORDERS):
        raise PermissionDenied(_("This is recorded by the buyer's own staff or its agency."))
    reasons = []
    try:
        WEB(url)
    except ValidationError:
        reasons.append(Reason(_("Give the whole address of the page, beginning with https:// or http://."), code="url"))
    if appeared_at > act.at:
        reasons.append(Reason(_("It cannot have appeared later than now."), code="appeared_at"))
    if reasons:
        raise TransitionBlocked(reasons, act="notice.official", subject=notice.project)
    found = OfficialPublication.objects.create(
        notice=notice, url=url, appeared_at=appeared_at, recorded_at=act.at, recorded_by=by
    )
    engine.note(
        notice.project,
        "record_official",
        by=by,
        organisation=organisation,
        notice=notice.number,
        url=url,
        appeared_at=appeared_at.isoformat(),
    )
    return found
