"""Who is told what of projects; and what the events of later stages have in common."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts import mandates
from procurement.accounts.enums import SUPPLIER_KINDS, EventGroup, Role
from procurement.accounts.models import Organisation
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import Seat, persons, staff
from procurement.projects.enums import NoticeKind, ProjectState
from procurement.projects.models import Notice, Project
from workflows.clock import database_now


def about(project: Project) -> dict[str, str]:
    """What a message may say of a thread: all of it is public once the project is approved."""
    return {"title": project.title, "number": project.number, "buyer": project.buyer.name}


def thread_of(project: Project) -> str:
    return f"/threads/{project.number}/"


def buyer_staff(project: Project, *roles: Role, covered: str = "") -> list[Seat]:
    """The buyer's people in these roles; with ``covered`` also those of agencies whose mandate for it has that."""
    found = staff([project.buyer_id], *roles)
    by_mandate = mandates.BY_MANDATE & set(map(str, roles))
    if covered and by_mandate:
        found += staff(mandates.agencies(project, database_now(), covered), *by_mandate)
    return found


def suppliers() -> list[Seat]:
    """Everybody who writes bids, of every supplier."""
    return staff(Organisation.objects.filter(kind__in=SUPPLIER_KINDS), Role.SUPPLIER)


def _project(pk: int) -> Project:
    return Project.objects.select_related("buyer").get(pk=pk)


@event(
    "project.formed",
    EventGroup.NEEDS,
    _("To be approved: %(title)s"),
    _("Project %(number)s was drafted and waits for your approval."),
)
def _formed(project_id: int) -> Told | None:
    project = _project(project_id)
    if project.state != ProjectState.FORMED:  # decided before anybody was told
        return None
    path = reverse("deed", args=["project.approve", project.pk])
    return Told(project, buyer_staff(project, Role.APPROVER), path, about(project), project=project)


@event(
    "project.approved",
    EventGroup.NEEDS,
    _("Approved: %(title)s"),
    _("%(buyer)s has approved project %(number)s. It can be followed on its thread from now on."),
)
def _approved(project_id: int) -> Told:
    project = _project(project_id)
    stations = staff(project.needs.values("station"), Role.STATION)
    people = [*persons([project.drafted_by_id]), *stations]
    return Told(project, people, thread_of(project), about(project), project=project)


@event(
    "project.intended",
    EventGroup.NEW_CALLS,
    _("Intent to buy: %(title)s"),
    _("%(buyer)s intends to buy this service. The call follows later."),
    on="notice.published",
)
def _intended(notice_id: int) -> Told | None:
    notice = Notice.objects.select_related("project__buyer").get(pk=notice_id)
    if notice.kind != NoticeKind.INTENT:
        return None
    project = notice.project
    return Told(notice, suppliers(), thread_of(project), about(project), project=project, at=notice.published_at)


ENDED = ("failed", "terminated")


@event(
    "project.ended",
    EventGroup.NEEDS,
    _("Stopped: %(title)s"),
    _("Project %(number)s has failed or was terminated. The reason is published on its thread."),
    on="project.changed",
)
def _ended(project_id: int) -> Told | None:
    project = _project(project_id)
    if project.state not in ENDED or project.ended_early_at is None:
        return None
    people = [
        *buyer_staff(project, Role.DRAFTER, Role.APPROVER),
        *staff(project.needs.values("station"), Role.STATION),
    ]
    key = f"{project.ended_early_at:%Y%m%d%H%M%S}"
    return Told(project, people, thread_of(project), about(project), project=project, key=key)
