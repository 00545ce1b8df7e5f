"""Who is told what of the evaluation."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup, Role
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import staff
from procurement.evaluation.models import Evaluation
from procurement.projects.notifications import about, buyer_staff, thread_of

CHAIN = ("contract__award__lot__call__project__buyer", "contract__award__bid__supplier")


def _evaluation(pk: int) -> Evaluation:
    return Evaluation.objects.select_related(*CHAIN).get(pk=pk)


@event(
    "evaluation.collecting",
    EventGroup.EVALUATION,
    _("Rate the service: %(title)s"),
    _("The evaluation of project %(number)s has begun. Your station's rating is asked for."),
)
def _collecting(evaluation_id: int) -> Told:
    row = _evaluation(evaluation_id)
    people = staff(row.station_ratings.filter(score__isnull=True).values("station"), Role.STATION)
    path = reverse("deed", args=["evaluation.rate", row.pk])
    return Told(row, people, path, about(row.project), project=row.project)


@event(
    "evaluation.reported",
    EventGroup.EVALUATION,
    _("Read the verdict: %(title)s"),
    _("The report on project %(number)s is with you. You may reply before it is published."),
)
def _reported(evaluation_id: int) -> Told:
    row = _evaluation(evaluation_id)
    people = staff([row.contract.supplier.pk], Role.SUPPLIER)
    path = reverse("deed", args=["evaluation.reply", row.pk])
    return Told(row, people, path, about(row.project), project=row.project)


@event(
    "evaluation.published",
    EventGroup.EVALUATION,
    _("The verdict is out: %(title)s"),
    _("The evaluation of project %(number)s is published on its thread."),
)
def _published(evaluation_id: int) -> Told:
    row = _evaluation(evaluation_id)
    people = [
        *staff([row.contract.supplier.pk], Role.SUPPLIER),
        *staff(row.station_ratings.values("station"), Role.STATION),
        *buyer_staff(row.project, Role.DRAFTER, Role.APPROVER),
    ]
    return Told(row, people, thread_of(row.project), about(row.project), project=row.project)
