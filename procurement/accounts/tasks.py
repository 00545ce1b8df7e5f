"""What is sent outside the request. Handlers take ids and hold no rules; a mail that went out is noted on its row."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from procurement.accounts.actions import invitations, qualifications, registrations
from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Invitation, Organisation, Qualification, Registration, Reminder
from procurement.accounts.notifications import keeping
from procurement.accounts.permissions import STANDS_IN_FOR_MANAGER
from procurement.common.mail import named
from workflows import jobs
from workflows.clock import database_now


def _send(to: list[str], title: str, template: str, *, key: str, **context: Any) -> None:
    """One mail to each: nobody sees who else was written to. ``key`` is the sending's, the same if it is repeated."""
    text = render_to_string(f"emails/{template}.txt", {"site_name": settings.SITE_NAME, **context})
    for number, address in enumerate(to):
        subject = f"[{settings.SITE_NAME}] {title}"
        EmailMessage(subject=subject, body=text, to=[address], headers=named(f"{key}-{number}")).send()


def people_who_answer(organisation: Organisation) -> list[str]:
    """The e-mail addresses of its managers, of those who stand in for them, else of every member."""
    members = organisation.memberships.filter(active=True, user__is_active=True).exclude(user__email="")
    stand_in = STANDS_IN_FOR_MANAGER.get(OrganisationKind(organisation.kind), Role.APPROVER)
    for wanted in (Q(roles__contains=[Role.MANAGER]), Q(roles__contains=[stand_in]), Q()):
        found = list(members.filter(wanted).order_by("user_id").values_list("user__email", flat=True))
        if found:
            return found
    return []


def _site(name: str, *args: Any) -> str:
    return settings.HUIQUN_BASE_URL + reverse(name, args=args)


@jobs.handler(invitations.MAIL)
def mail_invitation(invitation_id: int) -> None:
    invitation = Invitation.objects.select_related("organisation", "invited_by").get(pk=invitation_id)
    if invitation.mailed_at is not None or not invitations.usable(invitation):
        return
    with translation.override(settings.LANGUAGE_CODE):
        _send(
            [invitation.email],
            _("Invitation to %(organisation)s") % {"organisation": invitation.organisation},
            "invitation",
            key=f"invitation-{invitation.pk}",
            invitation=invitation,
            link=invitations.link_of(invitation),
        )
    invitation.mailed_at = database_now()
    invitation.save(update_fields=["mailed_at"])


@jobs.handler(registrations.DECIDED)
def mail_registration(registration_id: int) -> None:
    registration = Registration.objects.select_related("organisation").get(pk=registration_id)
    with translation.override(settings.LANGUAGE_CODE):
        _send(
            people_who_answer(registration.organisation),
            _("Registration of %(organisation)s") % {"organisation": registration.organisation},
            "decided",
            key=f"registration-{registration.pk}-{registration.decided_at:%Y%m%d%H%M%S}",
            subject=registration.organisation,
            state=registration.get_state_display(),
            decision=registration.decision,
            link=_site("own_organisation"),
        )


@jobs.handler(qualifications.DECIDED)
def mail_qualification(qualification_id: int) -> None:
    paper = Qualification.objects.select_related("organisation").get(pk=qualification_id)
    with translation.override(settings.LANGUAGE_CODE):
        _send(
            people_who_answer(paper.organisation),
            _("Qualification: %(paper)s") % {"paper": paper},
            "decided",
            key=f"qualification-{paper.pk}-{paper.decided_at:%Y%m%d%H%M%S}",
            subject=paper,
            state=paper.get_state_display(),
            decision=paper.decision,
            link=_site("qualification", paper.pk),
        )


@jobs.handler(qualifications.LAPSES)
def mail_reminder(reminder_id: int) -> None:
    reminder = Reminder.objects.select_related("qualification__organisation").get(pk=reminder_id)
    paper = reminder.qualification
    with translation.override(settings.LANGUAGE_CODE):
        _send(
            people_who_answer(paper.organisation),
            _("%(paper)s lapses on %(day)s") % {"paper": paper, "day": paper.valid_until},
            "lapses",
            key=f"reminder-{reminder.pk}",
            paper=paper,
            link=_site("own_organisation"),
        )


@shared_task(ignore_result=True)
def purge_notifications() -> int:
    """Once a night: messages that were read, or left unread, longer ago than they are kept."""
    return keeping.purge(database_now())
