from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from procurement.accounts.actions import qualifications, registrations
from procurement.accounts.enums import Level, MandateAct, OrganisationKind, QualificationKind, Role, Staffing
from procurement.accounts.models import Mandate, Membership, Organisation, Qualification, Registration, User
from procurement.common import vault
from procurement.common.credit_codes import check_character, organisation_check_character
from procurement.common.models import PrivateFile
from tests.factories.staged import StagedFactory
from workflows import engine

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
        agency = factory.Trait(name=factory.Sequence("示例采购代理公司{}".format), kind=OrganisationKind.AGENCY)
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


class MandateFactory(DjangoModelFactory):
    """A buyer's mandate, in force for everything a mandate can cover, unless it is said otherwise."""

    class Meta:
        model = Mandate

    class Params:
        lapsed = factory.Trait(valid_until=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1)))
        to_come = factory.Trait(valid_from=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=1)))
        revoked = factory.Trait(
            ended_at=factory.LazyFunction(timezone.now),
            ended_by=factory.SelfAttribute("granted_by"),
            end_reason="代理机构提出解除协议。",
        )

    agency = factory.SubFactory(OrganisationFactory, agency=True)
    buyer = factory.SubFactory(OrganisationFactory, buyer=True)
    number = factory.Sequence("委托〔2026〕{}号".format)
    acts = factory.LazyFunction(lambda: list(MandateAct.values))
    valid_from = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))
    valid_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    granted_by = factory.LazyAttribute(lambda mandate: who(mandate.buyer, Role.APPROVER)["by"])
    granted_at = factory.LazyFunction(timezone.now)


def who(organisation: Organisation, role: str, number: int = 1) -> dict[str, Any]:
    """The organisation's ``number``-th person with that role, as an act takes it; found or made."""
    members = Membership.objects.filter(organisation=organisation, roles=[str(role)], active=True)
    while members.count() < number:
        MembershipFactory(organisation=organisation, roles=[str(role)])
    return {"by": members.select_related("user").order_by("pk")[number - 1].user, "organisation": organisation}


def manager(organisation: Organisation) -> dict[str, Any]:
    return who(organisation, Role.MANAGER)


def office() -> Organisation:
    """The office that runs the platform, with its administrator."""
    found = Organisation.objects.filter(name="示例平台办公室").first()
    return found or OrganisationFactory(buyer=True, name="示例平台办公室")


def administrator() -> dict[str, Any]:
    return who(office(), Role.SYSTEM_ADMIN)


def paper_file() -> PrivateFile:
    """A small PDF in the vault."""
    return vault.keep(SimpleUploadedFile("证书.pdf", pdf_bytes(), "application/pdf"), owner="test")


def pdf_bytes() -> bytes:
    """The least that is a PDF."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def _decide_registration(move: str, reason: str) -> Callable[[Registration], None]:
    return lambda found: registrations.decide(found, move, reason=reason, **administrator())


class RegistrationFactory(StagedFactory):
    """A social organisation that has registered itself."""

    class Meta:
        model = Registration

    class Params:
        verified = factory.Trait(reach="verified")
        refused = factory.Trait(reach="refused")

    organisation = factory.LazyFunction(OrganisationFactory.build)  # saved by the act itself
    _way = {
        "verified": ("registered", _decide_registration("verify", "已核对登记证书原件。")),
        "refused": ("registered", _decide_registration("refuse", "名称与登记证书不符。")),
    }

    @classmethod
    def begin(cls, *, organisation: Organisation) -> Registration:
        return registrations.register(organisation, user=UserFactory())


def _move_paper(move: str) -> Callable[[Qualification], None]:
    return lambda paper: engine.perform(getattr(paper, move), **manager(paper.organisation))


def _decide_paper(move: str, reason: str) -> Callable[[Qualification], None]:
    return lambda paper: qualifications.decide(paper, move, reason=reason, **administrator())


class QualificationFactory(StagedFactory):
    """A registration certificate that holds for three more years."""

    class Meta:
        model = Qualification

    class Params:
        submitted = factory.Trait(reach="submitted")
        verified = factory.Trait(reach="verified")
        returned = factory.Trait(reach="returned")

    organisation = factory.SubFactory(OrganisationFactory, supplier=True)
    kind = QualificationKind.CERTIFICATE
    number = "民证字第0001号"
    value = ""
    valid_from = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=300))
    valid_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=1000))
    file = factory.LazyFunction(paper_file)
    _way = {
        "submitted": ("draft", _move_paper("submit")),
        "verified": ("submitted", _decide_paper("verify", "与原件一致。")),
        "returned": ("submitted", _decide_paper("send_back", "扫描件不清楚。")),
    }

    @classmethod
    def begin(cls, *, organisation: Organisation, **fields: Any) -> Qualification:
        return qualifications.keep_draft(Qualification(organisation=organisation, **fields), **manager(organisation))
