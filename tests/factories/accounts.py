from __future__ import annotations

from typing import Any

import factory
from factory.django import DjangoModelFactory

from procurement.accounts.enums import Level, OrganisationKind, Role, Staffing
from procurement.accounts.models import Membership, Organisation, User
from procurement.common.credit_codes import check_character, organisation_check_character

REGION = "330199"  # no real county


def credit_code(number: int, prefix: str = "52") -> str:
    """A valid unified social credit code: both check characters are right."""
    body = f"F{number:07d}"
    first = f"{prefix}{REGION}{body}{organisation_check_character(body)}"
    return first + check_character(first)


class OrganisationFactory(DjangoModelFactory):
    """A supplier unless it is said to be a buyer or a station."""

    class Meta:
        model = Organisation

    class Params:
        buyer = factory.Trait(
            name=factory.Sequence("示例县总工会{}".format),
            code=factory.Sequence(lambda n: credit_code(n, "13")),
            kind=OrganisationKind.TRADE_UNION,
            staffing=Staffing.ADMINISTRATIVE,
            level=Level.COUNTY,
        )
        supplier = factory.Trait(kind=OrganisationKind.SOCIAL_SERVICE)
        station = factory.Trait(
            name=factory.Sequence("示例社区党群服务中心{}".format), code=None, kind=OrganisationKind.STATION
        )

    name = factory.Sequence("示例社会工作服务中心{}".format)
    code = factory.Sequence(credit_code)
    kind = OrganisationKind.SOCIAL_SERVICE
    region = REGION


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence("person{}".format)
    display_name = factory.Sequence("某人{}".format)
    password = "!"  # cannot log in: a test that logs in uses force_login


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    roles = factory.LazyFunction(lambda: [str(Role.SUPPLIER)])


def who(organisation: Organisation, role: str, number: int = 1) -> dict[str, Any]:
    """The organisation's ``number``-th person with that role, as an act takes it; found or made."""
    members = Membership.objects.filter(organisation=organisation, roles=[str(role)], active=True)
    while members.count() < number:
        MembershipFactory(organisation=organisation, roles=[str(role)])
    return {"by": members.select_related("user").order_by("pk")[number - 1].user, "organisation": organisation}
