"""Which roles can be given in which organisation, and by whom."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from procurement.accounts.enums import BUYER_KINDS, SUPPLIER_KINDS, OrganisationKind, Role
from procurement.accounts.models import Organisation

BUYER_ROLES = (Role.MANAGER, Role.DRAFTER, Role.APPROVER, Role.FINANCE, Role.OFFICER, Role.SIGNATORY)
SUPPLIER_ROLES = (Role.MANAGER, Role.SUPPLIER, Role.SIGNATORY, Role.FINANCE)
AGENCY_ROLES = (Role.MANAGER, Role.DRAFTER, Role.OFFICER, Role.SIGNATORY)
STATION_ROLES = (Role.MANAGER, Role.STATION)
# given by administrators only: they reach beyond the organisation
PLATFORM_ROLES = (
    Role.EVALUATOR,
    Role.REGULATOR,
    Role.EDITOR,
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDIT_ADMIN,
)
SEPARATED = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)  # RULES §10: three duties, three people
FIRST_OF_SUPPLIER = (Role.MANAGER, Role.SUPPLIER, Role.SIGNATORY)


def grantable(organisation: Organisation, *, by_administrator: bool = False) -> tuple[Role, ...]:
    """The roles that a manager, or an administrator, can give there, in the order of pages."""
    kind = OrganisationKind(organisation.kind)
    own: tuple[Role, ...] = STATION_ROLES
    if kind in BUYER_KINDS:
        own = BUYER_ROLES
    elif kind in SUPPLIER_KINDS:
        own = SUPPLIER_ROLES
    elif kind == OrganisationKind.AGENCY:
        own = AGENCY_ROLES
    return own + PLATFORM_ROLES if by_administrator else own


def problem(roles: Iterable[str]) -> str | None:
    """Why these roles cannot be one person's, as a sentence; None where they can."""
    if len(set(roles) & set(SEPARATED)) > 1:
        return _("System, security and audit administration are three people's.")
    return None
