"""Papers of an organisation: drafted and handed in by its managers, judged by an administrator."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation, Qualification, Reminder, User
from workflows import engine, jobs
from workflows.clock import database_now
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

DECIDED, LAPSES = "qualification.decided", "qualification.lapses"
EDITED = ("kind", "value", "number", "valid_from", "valid_until", "file")


@transaction.atomic
def keep_draft(qualification: Qualification, *, by: User, organisation: Organisation) -> Qualification:
    """Saves a new paper, or a change of one that is not handed in; each is a line in its log.

    Raises ``TransitionBlocked`` where another hand was faster and handed it in.
    """
    if qualification._state.adding:
        qualification.drafted_by = by
        return engine.begin(qualification, by=by, organisation=organisation, kind=qualification.kind)
    stored = Qualification.objects.select_for_update().get(pk=qualification.pk)
    if not stored.editable:
        raise TransitionBlocked([Reason(_("It has been handed in and cannot be changed."), code="state")])
    qualification.save(update_fields=EDITED)
    engine.note(qualification, "change", by=by, organisation=organisation)
    return qualification


@transaction.atomic
def decide(qualification: Qualification, move: str, *, by: User, organisation: Any, reason: str) -> Qualification:
    """``verify`` or ``send_back`` with its reason; the organisation is told by mail."""
    decided = engine.perform(getattr(qualification, move), by=by, organisation=organisation, reason=reason)
    jobs.enqueue(DECIDED, qualification_id=qualification.pk)
    return decided


@transaction.atomic
def remind(qualification: Qualification, days: int) -> bool:
    """Notes that the organisation is told so many days before, and leaves the mail; False where it was told."""
    reminder, made = Reminder.objects.get_or_create(
        qualification=qualification, days=days, defaults={"sent_at": database_now()}
    )
    if made:
        jobs.enqueue(LAPSES, reminder_id=reminder.pk)
    return made
