"""What waits at the desk for organisations and people: verifying, and telling an expert's data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.models import Qualification, Registration, User
from procurement.accounts.permissions import is_administrator
from procurement.accounts.workspace.desk import Actor, deed

RENEW_WITHIN = 30  # days, house: as the first reminder by mail


def _own_page(subject: Any, actor: Actor, given: dict[str, Any]) -> None:
    """Never reached: these deeds have pages of their own."""


def _registrations(actor: Actor) -> QuerySet[Registration]:
    if not is_administrator(actor.user):
        return Registration.objects.none()
    own = Q(organisation__memberships__user=actor.user, organisation__memberships__active=True)
    return Registration.objects.exclude(own).select_related("organisation")


def _papers(actor: Actor) -> QuerySet[Qualification]:
    if not is_administrator(actor.user):
        return Qualification.objects.none()
    own = Q(organisation__memberships__user=actor.user, organisation__memberships__active=True)
    return Qualification.objects.exclude(own).select_related("organisation")


def _returned(actor: Actor) -> QuerySet[Qualification]:
    return Qualification.objects.filter(organisation=actor.organisation).select_related("organisation")


def _ending(actor: Actor) -> QuerySet[Qualification]:
    """Verified papers that lapsed or soon will, and that no newer one of the kind follows."""
    soon = timezone.localdate(actor.at) + timedelta(days=RENEW_WITHIN)
    newer = Qualification.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=OuterRef("valid_until")),
        organisation=OuterRef("organisation"),
        kind=OuterRef("kind"),
        state__in=["draft", "submitted", "verified", "returned"],
    ).exclude(~Q(value=OuterRef("value")), kind="other")
    return _returned(actor).filter(state="verified", valid_until__lte=soon).exclude(Exists(newer))


def _expert(actor: Actor) -> QuerySet[User]:
    return User.objects.filter(pk=actor.user.pk, expert_profile__isnull=True)


deed(
    "log.check",
    _("Check the log"),
    [Role.AUDIT_ADMIN],
    mine=lambda actor: User.objects.filter(pk=actor.user.pk),
    do=_own_page,
    page=lambda user: reverse("log_check_order"),
    optional=True,
)
deed(
    "registration.verify",
    _("Verify a registration"),
    [],
    mine=_registrations,
    do=_own_page,
    waits=Q(state="registered"),
    page=lambda registration: reverse("organisation", args=[registration.organisation_id]),
)
deed(
    "qualification.verify",
    _("Verify a qualification"),
    [],
    mine=_papers,
    do=_own_page,
    waits=Q(state="submitted"),
    page=lambda paper: reverse("qualification", args=[paper.pk]),
    due="valid_until",
)
deed(
    "qualification.submit",
    _("Complete a returned qualification"),
    [Role.MANAGER, Role.SIGNATORY, Role.STATION],
    mine=_returned,
    do=_own_page,
    waits=Q(state="returned"),
    page=lambda paper: reverse("qualification", args=[paper.pk]),
)
deed(
    "qualification.renew",
    _("Renew a qualification that lapses"),
    [Role.MANAGER, Role.SIGNATORY],
    mine=_ending,
    do=_own_page,
    page=lambda paper: f"{reverse('qualification_add')}?after={paper.pk}",
    due="valid_until",
)
deed(
    "expert.declare",
    _("Tell your fields of work, employers and ties"),
    [Role.EVALUATOR],
    mine=_expert,
    do=_own_page,
    page=lambda user: reverse("expert_mine"),
    optional=True,
)
