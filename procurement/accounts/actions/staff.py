"""An organisation's people: their roles, leaving and coming back, and who stands in for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.enums import Role
from procurement.accounts.models import Deputy, Membership, Organisation, StaffRecord, User
from workflows.clock import database_now
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def _record(organisation: Organisation, person: User, act: str, by: User, **facts: Any) -> None:
    StaffRecord.objects.create(organisation=organisation, person=person, act=act, by=by, at=database_now(), facts=facts)


def _sorted(roles: Iterable[str]) -> list[str]:
    return sorted({str(role) for role in roles})


def _not_the_last_administrator(membership: Membership) -> None:
    """Raises ``TransitionBlocked`` where nobody could run the platform without this membership."""
    if Role.SYSTEM_ADMIN not in membership.roles or User.objects.filter(is_superuser=True, is_active=True).exists():
        return
    others = Membership.objects.select_for_update().filter(
        active=True, user__is_active=True, roles__contains=[Role.SYSTEM_ADMIN]
    )
    if not others.exclude(pk=membership.pk).exists():
        words = _("The platform would have no administrator left: give somebody else the role first.")
        raise TransitionBlocked([Reason(words, code="last_administrator")])


@transaction.atomic
def join(organisation: Organisation, person: User, roles: Iterable[str], *, by: User) -> Membership:
    """Takes a person in with these roles; one who is there already gets them in addition."""
    membership, made = Membership.objects.select_for_update().get_or_create(
        user=person, organisation=organisation, defaults={"roles": _sorted(roles)}
    )
    before = [] if made else (list(membership.roles) if membership.active else [])
    if not made:
        # what somebody held before leaving does not come back with an invitation to something else
        membership.roles, membership.active = _sorted({*before, *roles}), True
        membership.save(update_fields=["roles", "active"])
    _record(organisation, person, StaffRecord.Act.JOINED, by, before=before, roles=membership.roles)
    return membership


@transaction.atomic
def set_roles(membership: Membership, roles: Iterable[str], *, by: User) -> Membership:
    """Gives exactly these roles. Raises ``TransitionBlocked`` for the platform's last administrator."""
    locked = (
        Membership.objects.select_for_update(of=("self",)).select_related("user", "organisation").get(pk=membership.pk)
    )
    before, after = list(locked.roles), _sorted(roles)
    if before != after:
        if Role.SYSTEM_ADMIN not in after:
            _not_the_last_administrator(locked)
        locked.roles = after
        locked.save(update_fields=["roles"])
        _record(locked.organisation, locked.user, StaffRecord.Act.ROLES, by, before=before, roles=after)
    return locked


@transaction.atomic
def set_active(membership: Membership, active: bool, *, by: User) -> Membership:
    """Lets a member go, or back in; the row stays, since acts name it.

    Raises ``TransitionBlocked`` for the platform's last administrator.
    """
    locked = (
        Membership.objects.select_for_update(of=("self",)).select_related("user", "organisation").get(pk=membership.pk)
    )
    if locked.active != active:
        if not active:
            _not_the_last_administrator(locked)
        locked.active = active
        locked.save(update_fields=["active"])
        act = StaffRecord.Act.BACK if active else StaffRecord.Act.LEFT
        _record(locked.organisation, locked.user, act, by, roles=locked.roles)
    return locked


@transaction.atomic
def name_deputy(membership: Membership, role: str, user: User, starts: date, ends: date, *, by: User) -> Deputy:
    """Somebody stands in for one role of a colleague, both days included."""
    deputy = Deputy.objects.create(membership=membership, role=role, user=user, starts=starts, ends=ends, named_by=by)
    _record(
        membership.organisation, user, StaffRecord.Act.DEPUTY, by,
        role=role, instead_of=membership.user_id, starts=f"{starts}", ends=f"{ends}",
    )  # fmt: skip
    return deputy


@transaction.atomic
def end_deputy(deputy: Deputy, today: date, *, by: User) -> None:
    """Ends it today; one that has not begun yet never will."""
    membership = deputy.membership
    _record(
        membership.organisation, deputy.user, StaffRecord.Act.DEPUTY_ENDED, by,
        role=deputy.role, instead_of=membership.user_id, starts=f"{deputy.starts}", ends=f"{min(today, deputy.ends)}",
    )  # fmt: skip
    if deputy.starts > today:
        deputy.delete()
    elif deputy.ends > today:
        deputy.ends = today
        deputy.save(update_fields=["ends"])
