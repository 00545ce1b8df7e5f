"""How organisations come in: by registering themselves, or brought in by an administrator."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from procurement.accounts import consents
from procurement.accounts.actions import invitations, staff
from procurement.accounts.models import Invitation, Organisation, Registration, User
from procurement.accounts.roles import FIRST_OF_SUPPLIER
from workflows import engine, jobs
from workflows.clock import database_now

DECIDED = "registration.decided"


@transaction.atomic
def register(
    organisation: Organisation, *, user: User | None = None, account: dict[str, Any] | None = None
) -> Registration:
    """Saves a new organisation with its first person and opens its verification; it cannot bid before that.

    ``user``: somebody who has an account; else a new person is made from ``account``. Raises ``IntegrityError``
    where another hand was faster with the credit code or the user name.
    """
    organisation.save(force_insert=True)
    person = user or User.objects.create_user(**(account or {}))
    staff.join(organisation, person, FIRST_OF_SUPPLIER, by=person)
    consents.record("registration", person)
    registration = Registration(organisation=organisation, applicant=person, handed_in_at=database_now())
    return engine.begin(registration, by=person, organisation=organisation)


@transaction.atomic
def bring_in(organisation: Organisation, *, by: User, **first_person: Any) -> Invitation:
    """An administrator's: saves a new organisation and invites its first person. It needs no verification."""
    organisation.save(force_insert=True)
    return invitations.invite(organisation, by=by, **first_person)


@transaction.atomic
def decide(registration: Registration, move: str, *, by: User, organisation: Organisation | None, reason: str) -> Any:
    """``verify``, ``refuse`` or ``revoke`` with its reason; the organisation is told by mail."""
    decided = engine.perform(getattr(registration, move), by=by, organisation=organisation, reason=reason)
    jobs.enqueue(DECIDED, registration_id=registration.pk)
    return decided
