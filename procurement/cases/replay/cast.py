"""The people a case file does not name: staff of its organisations, none of whom can log in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Membership, Organisation, User

KIND_BY_PREFIX = {
    "51": OrganisationKind.SOCIAL_ASSOCIATION,
    "52": OrganisationKind.SOCIAL_SERVICE,
    "53": OrganisationKind.FOUNDATION,
    "91": OrganisationKind.ENTERPRISE,
}

STAFF = {
    "drafter": (Role.DRAFTER, "起草人"),
    "approver": (Role.APPROVER, "审批人"),
    "finance": (Role.FINANCE, "财务"),
    "officer1": (Role.OFFICER, "开标人一"),
    "officer2": (Role.OFFICER, "开标人二"),
    "signatory": (Role.SIGNATORY, "签署人"),
    "supplier": (Role.SUPPLIER, "经办人"),
    "station": (Role.STATION, "站点专员"),
}


def person(username: str, name: str) -> User:
    """A person without login."""
    user, _made = User.objects.get_or_create(
        username=username, defaults={"display_name": name, "password": make_password(None)}
    )
    return user


@dataclass
class Cast:
    """Organisations and people of one case; made on first use."""

    case_id: str

    def buyer(self, data: Any) -> Organisation:
        return self._organisation(
            data.code,
            name=data.name,
            kind=data.kind,
            staffing=data.staffing,
            level=data.level,
            region=data.region,
        )

    def supplier(self, data: Any) -> Organisation:
        kind = KIND_BY_PREFIX.get(data.code[:2], OrganisationKind.OTHER_SUPPLIER)
        return self._organisation(data.code, name=data.name, kind=kind, region=data.code[2:8])

    def _organisation(self, code: str, **fields: Any) -> Organisation:
        organisation, _made = Organisation.objects.get_or_create(code=code, defaults=fields)
        return organisation

    def station(self, name: str, region: str) -> Organisation:
        organisation, _made = Organisation.objects.get_or_create(
            name=name, region=region, kind=OrganisationKind.STATION
        )
        return organisation

    def staff(self, organisation: Organisation, part: str) -> User:
        """The one who plays ``part`` (a key of ``STAFF``) for an organisation."""
        role, title = STAFF[part]
        key = organisation.code or f"station{organisation.pk}"
        user = person(f"{key}.{part}", title)
        membership, made = Membership.objects.get_or_create(
            user=user, organisation=organisation, defaults={"roles": [str(role)]}
        )
        if not made and str(role) not in membership.roles:
            membership.roles = [*membership.roles, str(role)]
            membership.save(update_fields=["roles"])
        return user

    def panel_member(self, position: int, name: str) -> User:
        return person(f"{self.case_id}.panel{position}", name)

    def evaluator(self, position: int) -> User:
        return person(f"{self.case_id}.evaluator{position}", f"评估员{position}")
