"""Inviting people into an organisation, and accepting. The token is made anew from the office's key, never stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from procurement.accounts import consents
from procurement.accounts.actions import staff
from procurement.accounts.models import Invitation, Organisation, User
from workflows import jobs
from workflows.clock import database_now

VALID = timedelta(days=14)  # house
MAIL = "invitation.mail"


class Unusable(Exception):  # noqa: N818 - says what happened
    """The invitation was used, withdrawn, or has run out."""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_of(invitation: Invitation) -> str:
    """The token of the invitation's link. Raises ``Unusable`` where the office's key was changed since."""
    token = salted_hmac("huiqun.invitation", invitation.key.hex, algorithm="sha256").hexdigest()
    if not constant_time_compare(_hash(token), invitation.token_hash):
        raise Unusable
    return token


def link_of(invitation: Invitation) -> str:
    """The link as it is sent: with the site's address."""
    return settings.HUIQUN_BASE_URL + reverse("invitation", args=[token_of(invitation)])


def open_invitations(organisation: Organisation) -> QuerySet[Invitation]:
    """Those that can still be accepted, or could be but for their time."""
    return organisation.invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)


def find(token: str) -> Invitation | None:
    """The invitation of a link, whatever became of it; None for a token of no invitation."""
    if len(token) != 64:
        return None
    found = Invitation.objects.filter(token_hash=_hash(token))
    return found.select_related("organisation", "invited_by").first()


def usable(invitation: Invitation) -> bool:
    """Whether it can be accepted now."""
    return invitation.accepted_at is None and invitation.withdrawn_at is None and database_now() < invitation.expires_at


@transaction.atomic
def invite(
    organisation: Organisation, *, by: User, name: str, roles: Iterable[str], email: str = "", mobile: str = ""
) -> Invitation:
    """Invites one person; an open invitation to the same person is replaced. Mailed where there is an address."""
    now = database_now()
    same = {"email__iexact": email} if email else {"mobile": mobile}
    open_invitations(organisation).filter(**same).update(withdrawn_at=now)
    invitation = Invitation(
        organisation=organisation,
        name=name,
        email=email,
        mobile=mobile,
        roles=sorted({str(role) for role in roles}),
        invited_by=by,
        invited_at=now,
        expires_at=now + VALID,
    )
    token = salted_hmac("huiqun.invitation", invitation.key.hex, algorithm="sha256").hexdigest()
    invitation.token_hash = _hash(token)
    invitation.save()
    if email:
        jobs.enqueue(MAIL, invitation_id=invitation.pk)
    return invitation


@transaction.atomic
def invite_all(organisation: Organisation, rows: Iterable[dict[str, Any]], *, by: User) -> list[Invitation]:
    """Invites everyone of a list, or nobody."""
    return [invite(organisation, by=by, **row) for row in rows]


@transaction.atomic
def withdraw(invitation: Invitation) -> bool:
    """Makes the link useless; False where it was accepted or withdrawn before."""
    still = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, withdrawn_at__isnull=True)
    return bool(still.update(withdrawn_at=database_now()))


@transaction.atomic
def accept(invitation: Invitation, *, user: User | None = None, account: dict[str, Any] | None = None) -> User:
    """Joins as ``user``, or as a new person made from ``account`` (username, password, display_name, mobile, email).

    The consent given on the same page is recorded. Raises ``Unusable`` where it can no longer be accepted; of two
    who try at once one succeeds.
    """
    locked = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("organisation", "invited_by")
        .get(pk=invitation.pk)
    )
    if not usable(locked):
        raise Unusable
    person = user or User.objects.create_user(**(account or {}))
    locked.accepted_at, locked.accepted_by = database_now(), person
    locked.save(update_fields=["accepted_at", "accepted_by"])
    staff.join(locked.organisation, person, locked.roles, by=locked.invited_by)
    consents.record("registration", person)
    return person
