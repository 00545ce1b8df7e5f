"""May an organisation take part, and is a paper complete? Asked by this stage's machines and by later stages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.enums import GRADES, QualificationKind, QualificationState, RegistrationState
from workflows.machine import Act
from workflows.reasons import WARN, Reason

# kinds that end, and so must say when
WITH_AN_END = (QualificationKind.CERTIFICATE, QualificationKind.ANNUAL_INSPECTION, QualificationKind.GRADE)


def organisation_is_verified(organisation: Any) -> bool:
    """Whether it may take part: brought in by the platform, or registered by itself and verified since."""
    registration = getattr(organisation, "registration", None)  # the relation of one raises AttributeError if empty
    return registration is None or registration.state == RegistrationState.VERIFIED


def lapsed_qualifications(organisation: Any, on: date) -> list[Any]:
    """Verified qualifications that lapsed before the day ``on`` and that no verified newer one of the kind follows."""
    verified = list(organisation.qualifications.filter(state=QualificationState.VERIFIED))
    # two "other" papers have nothing to do with one another unless they are called the same
    in_force = {_series(one) for one in verified if not one.lapsed(on)}
    return [one for one in verified if one.lapsed(on) and _series(one) not in in_force]


def _series(qualification: Any) -> tuple[str, str]:
    kind = qualification.kind
    return kind, qualification.value if kind == QualificationKind.OTHER else ""


def may_take_part(organisation: Any, on: date) -> Iterator[Reason]:
    """Why an organisation may not bid, in words; nothing where it may. What has lapsed is a warning."""
    if not organisation_is_verified(organisation):
        yield Reason(
            _("%(name)s has registered but has not been verified yet.") % {"name": organisation}, code="not_verified"
        )
    for one in lapsed_qualifications(organisation, on):
        yield Reason(
            _("%(qualification)s of %(name)s lapsed on %(day)s.")
            % {"qualification": one, "name": organisation, "day": one.valid_until},
            code="lapsed",
            effect=WARN,
        )


def says_why(subject: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not act.reason.strip():
        yield Reason(_("Say what was looked at, or why not: the organisation reads it."), code="reason")


def certificate_handed_in(registration: Any, act: Act) -> Iterator[Reason]:
    papers = registration.organisation.qualifications.filter(kind=QualificationKind.CERTIFICATE)
    if not papers.exclude(state=QualificationState.DRAFT).exists():
        yield Reason(
            _("No registration certificate has been handed in; say what else was looked at."),
            code="certificate",
            effect=WARN,
        )


def qualification_complete(qualification: Any, act: Act) -> Iterator[Reason]:
    """A paper with an end says when; a grade is one there is; every paper but a bank account is shown."""
    kind = qualification.kind
    if kind in WITH_AN_END and qualification.valid_until is None:
        yield Reason(_("Say until when it is valid."), code="valid_until")
    if kind == QualificationKind.GRADE and qualification.value not in GRADES:
        yield Reason(_("The grade is one of %(grades)s.") % {"grades": ", ".join(GRADES)}, code="value")
    if kind in (QualificationKind.CERTIFICATE, QualificationKind.BANK) and not qualification.number:
        yield Reason(_("The number is missing."), code="number")
    if kind != QualificationKind.BANK and qualification.file_id is None:
        yield Reason(_("Add the paper itself, as PDF or picture."), code="file")
    yield from not_lapsed(qualification, act)


def not_lapsed(qualification: Any, act: Act) -> Iterator[Reason]:
    if qualification.lapsed(timezone.localdate(act.at)):
        yield Reason(_("It has lapsed on %(day)s.") % {"day": qualification.valid_until}, code="lapsed")
