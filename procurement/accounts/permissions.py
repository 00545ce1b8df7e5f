"""Who acts for whom. Every stage's permissions are built from these.

Answered from the rows of the person, without importing the models: machines of this stage name these functions too.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from procurement.accounts.enums import OrganisationKind, Role
from workflows.machine import Act

if TYPE_CHECKING:
    from procurement.accounts.models import Organisation

# Who brings people in and keeps the organisation's data while it has named no manager of its own.
STANDS_IN_FOR_MANAGER = {
    OrganisationKind.STATION: Role.STATION,
    OrganisationKind.AGENCY: Role.SIGNATORY,
    OrganisationKind.SOCIAL_ASSOCIATION: Role.SIGNATORY,
    OrganisationKind.SOCIAL_SERVICE: Role.SIGNATORY,
    OrganisationKind.FOUNDATION: Role.SIGNATORY,
    OrganisationKind.ENTERPRISE: Role.SIGNATORY,
    OrganisationKind.OTHER_SUPPLIER: Role.SIGNATORY,
}


def roles_of(user: Any, organisation: Organisation | None, at: datetime) -> set[str]:
    """Roles of ``user`` in ``organisation`` at that time, as a member or as somebody's deputy."""
    if user is None or not user.is_active or organisation is None:
        return set()
    own = user.memberships.filter(organisation=organisation, active=True).values_list("roles", flat=True)
    roles = {role for row in own for role in row}
    day = timezone.localdate(at)
    standing_in = user.deputy_for.filter(
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
    return user.is_superuser or user.memberships.filter(active=True, roles__contains=[Role.SYSTEM_ADMIN]).exists()


def is_regulator(user: Any) -> bool:
    """Finance, audit and discipline offices: read everything, change nothing."""
    return (
        getattr(user, "is_authenticated", False)
        and user.memberships.filter(active=True, roles__contains=[Role.REGULATOR]).exists()
    )


def manages(user: Any, organisation: Organisation | None, at: datetime) -> bool:
    """Whether ``user`` brings people into ``organisation`` and keeps its data.

    Its managers do. An organisation that has named none yet is kept by whoever answers for it: the approvers of a
    buyer, the signatories of a supplier or an agency, a station's officers.
    """
    roles = roles_of(user, organisation, at)
    if organisation is None or not roles or Role.MANAGER in roles:
        return bool(roles)
    answers = STANDS_IN_FOR_MANAGER.get(OrganisationKind(organisation.kind), Role.APPROVER)
    if answers not in roles:
        return False
    return not organisation.memberships.filter(
        active=True, user__is_active=True, roles__contains=[Role.MANAGER]
    ).exists()


def manager(subject: Any, act: Act) -> bool:
    """For machines: a manager of the organisation that the row belongs to."""
    if act.organisation is None or act.organisation.pk != subject.organisation_id:
        return False
    return manages(act.by, act.organisation, act.at)


def administrator(subject: Any, act: Act) -> bool:
    """For machines: an administrator, whose own organisation's papers somebody else looks at."""
    if act.by is None or act.by.memberships.filter(organisation=subject.organisation_id, active=True).exists():
        return False
    return is_administrator(act.by)
