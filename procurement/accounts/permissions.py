"""Who acts for whom. Every stage's permissions are built from these."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from procurement.accounts.enums import Role
from procurement.accounts.models import Deputy, Membership, Organisation
from workflows.machine import Act


def roles_of(user: Any, organisation: Organisation | None, at: datetime) -> set[str]:
    """Roles of ``user`` in ``organisation`` at that time, as a member or as somebody's deputy."""
    if user is None or not user.is_active or organisation is None:
        return set()
    own = Membership.objects.filter(user=user, organisation=organisation, active=True).values_list("roles", flat=True)
    roles = {role for row in own for role in row}
    day = timezone.localdate(at)
    standing_in = Deputy.objects.filter(
        user=user,
        membership__organisation=organisation,
        membership__active=True,
        starts__lte=day,
        ends__gte=day,
    ).values_list("role", "membership__roles")
    return roles | {role for role, held in standing_in if role in held}


def acts_for(act: Act, organisation: Organisation, *roles: str) -> bool:
    """Whether the act is done for ``organisation`` by somebody who holds one of ``roles`` in it."""
    if act.by is None or act.organisation is None or act.organisation.pk != organisation.pk:
        return False
    return bool(roles_of(act.by, organisation, act.at) & set(roles))


def is_administrator(user: Any) -> bool:
    """System administrators: superusers and members with that role."""
    if not getattr(user, "is_authenticated", False):
        return False
    return (
        user.is_superuser
        or Membership.objects.filter(user=user, active=True, roles__contains=[Role.SYSTEM_ADMIN]).exists()
    )


def is_regulator(user: Any) -> bool:
    """Finance, audit and discipline offices: read everything, change nothing."""
    return (
        getattr(user, "is_authenticated", False)
        and Membership.objects.filter(user=user, active=True, roles__contains=[Role.REGULATOR]).exists()
    )
