"""What organisations are told of their papers. The mail for these goes to the whole office (accounts/tasks.py)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts import safety
from procurement.accounts.actions import qualifications, registrations
from procurement.accounts.enums import EventGroup, Role
from procurement.accounts.models import Organisation, Qualification, Registration, Reminder, SafetyRecord
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import Seat, persons, staff

KEEPERS = (Role.MANAGER, Role.SIGNATORY, Role.APPROVER, Role.STATION)


def _keepers(organisation: Organisation) -> list[Seat]:
    return staff([organisation.pk], *KEEPERS)


@event(
    "registration.decided",
    EventGroup.ORGANISATION,
    _("Your registration has been decided"),
    _("See at your organisation's page what was decided about %(organisation)s, and why."),
    on=registrations.DECIDED,
    only_here=True,
)
def _registration(registration_id: int) -> Told:
    row = Registration.objects.select_related("organisation").get(pk=registration_id)
    people = [*_keepers(row.organisation), (row.applicant_id, row.organisation_id)]
    names = {"organisation": row.organisation.name}
    return Told(row, people, reverse("own_organisation"), names, key=f"{row.decided_at:%Y%m%d%H%M%S}")


@event(
    "qualification.decided",
    EventGroup.ORGANISATION,
    _("A qualification has been decided"),
    _("Number %(number)s of %(organisation)s was looked at; see what was decided, and why."),
    on=qualifications.DECIDED,
    only_here=True,
)
def _qualification(qualification_id: int) -> Told:
    row = Qualification.objects.select_related("organisation").get(pk=qualification_id)
    names = {"number": row.shown_number or str(row.pk), "organisation": row.organisation.name}
    path = reverse("qualification", args=[row.pk])
    return Told(row, _keepers(row.organisation), path, names, key=f"{row.decided_at:%Y%m%d%H%M%S}")


@event(
    "qualification.lapses",
    EventGroup.ORGANISATION,
    _("A qualification lapses soon"),
    _("A qualification of %(organisation)s lapses on %(day)s. Hand in the new one before that."),
    on=qualifications.LAPSES,
    only_here=True,
)
def _lapses(reminder_id: int) -> Told:
    row = Reminder.objects.select_related("qualification__organisation").get(pk=reminder_id)
    paper = row.qualification
    names = {"organisation": paper.organisation.name, "day": str(paper.valid_until)}
    return Told(row, _keepers(paper.organisation), reverse("own_organisation"), names)


@event(
    "safety.done",
    EventGroup.ORGANISATION,
    _("Your login was looked after"),
    _("A security administrator has done this to your login: %(act)s. If you did not ask for it, tell the office."),
    on=safety.DONE,
)
def _safety(record_id: int) -> Told | None:
    row = SafetyRecord.objects.select_related("person").get(pk=record_id)
    if row.person is None:
        return None
    return Told(row, persons([row.person.pk]), reverse("me"), {"act": str(row.get_act_display())}, at=row.at)
