"""T11: the files of a procurement are kept for fifteen years after it ends (采购法 art 42).

Nothing here is ever deleted by the platform. The day until which a thread is kept is shown to its buyer and to the
supervisors; a duty comes of it when the day is near, because then somebody decides what becomes of the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor
from procurement.awards import duties
from procurement.awards.duties import Duty
from procurement.common.days import years_later
from procurement.projects.models import Project
from procurement.rules import rulebook

NEAR = timedelta(days=90)
KEEPERS = (Role.DRAFTER, Role.APPROVER)


@dataclass(frozen=True)
class Kept:
    """An ended thread, and the last day on which its files must still be there."""

    project: Project
    ended: date
    until: date


def ended(projects: Q) -> QuerySet[Any]:
    """Threads that have ended, the one that ended first before the others; ``over_at`` is when."""
    rows = Project.objects.filter(projects, approved_at__isnull=False)
    over = rows.annotate(over_at=Coalesce("closed_at", "ended_early_at"))
    states = ["closed", "failed", "terminated"]
    return over.filter(state__in=states, over_at__isnull=False).select_related("buyer").order_by("over_at", "pk")


def kept(project: Any, at: datetime) -> Kept | None:
    """Until when this ended thread is kept by the rule of the day it ended; none where no rule was in force."""
    rule = duties.rule_of("T11", project, project.over_at)
    if rule is None:
        return None
    day = timezone.localdate(project.over_at)
    return Kept(project, day, years_later(day, int(rule.values["years"])))


def seen_by(actor: Actor) -> QuerySet[Any]:
    """The ended threads of the own buyer; all of them for the supervisors."""
    if Role.REGULATOR in actor.roles:
        return ended(Q())
    mine = Q(buyer=actor.organisation) if actor.organisation is not None else Q(pk__in=[])
    return ended(mine)


@duties.source_of_ended
def deciding(at: datetime, projects: Q) -> Iterator[Duty]:
    """The files of what ended long ago: kept on, or disposed of with a list of what was in them."""
    region_free = rulebook.find("T11", on=at)
    years = int(region_free.values["years"]) if region_free is not None else 15
    for project in ended(projects).filter(over_at__lte=at - timedelta(days=365 * years) + NEAR):
        found = kept(project, at)
        if found is not None and found.until - NEAR <= timezone.localdate(at):
            rule = duties.rule_of("T11", project, project.over_at)
            article = rule.article if rule is not None else ""
            what, address = _("The time for keeping the files ends"), reverse("awards:duties") + "#kept"
            yield Duty("T11", article, what, found.until, project, project, project.buyer, KEEPERS, address)
