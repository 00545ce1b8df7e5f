"""Every transition of a registration and of a qualification: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from procurement.accounts.actions import qualifications, registrations
from procurement.accounts.enums import Role
from procurement.accounts.models import Membership, Organisation, Qualification, Registration
from tests.factories.accounts import (
    MembershipFactory,
    OrganisationFactory,
    QualificationFactory,
    RegistrationFactory,
    UserFactory,
    administrator,
    office,
    who,
)
from tests.workflows.transition import AND_AT_THE_END, TransitionTest
from workflows import engine
from workflows.errors import TransitionBlocked

REASON = "已核对原件。"


class ByTheOffice(TransitionTest):
    """An administrator's act: for no organisation's sake, but never on a paper of an own one."""

    fails_at = AND_AT_THE_END

    def party(self, subject: Any) -> Organisation:
        return office()

    def by(self, subject: Any) -> dict[str, Any]:
        return administrator()

    def more(self, subject: Any) -> dict[str, Any]:
        return {"reason": REASON}

    def others(self, subject: Any) -> Iterator[dict[str, Any]]:
        """Nobody; every other role at the office and at the organisation itself; an administrator of its own."""
        yield {"by": None}
        every = [str(role) for role in Role if role != Role.SYSTEM_ADMIN]
        yield {"by": MembershipFactory(organisation=office(), roles=every).user, "organisation": office()}
        here = subject.organisation
        yield {"by": MembershipFactory(organisation=here, roles=every).user, "organisation": here}
        own = MembershipFactory(organisation=here, roles=[str(Role.SYSTEM_ADMIN)])
        yield {"by": own.user, "organisation": here}
        former = MembershipFactory(organisation=office(), roles=[str(Role.SYSTEM_ADMIN)], active=False)
        yield {"by": former.user, "organisation": office()}

    def test_says_why(self, subject: Any) -> None:
        with pytest.raises(TransitionBlocked) as refusal:
            engine.perform(getattr(subject, self.act), **self.by(subject), reason="  ")
        assert [reason.code for reason in refusal.value.reasons if reason.blocks] == ["reason"]


class ByItsManagers(TransitionTest):
    roles = (Role.MANAGER,)

    def party(self, subject: Any) -> Organisation:
        return subject.organisation


class RegistrationOffice(ByTheOffice):
    machine = Registration

    def make(self, source: str) -> Registration:
        return RegistrationFactory(reach=source)

    def through(self, subject: Any) -> None:
        registrations.decide(subject, self.act, reason=REASON, **self.by(subject))


class TestVerifyRegistration(RegistrationOffice):
    act, sources, target = "verify", ("registered",), "verified"

    def test_warns_where_no_certificate_was_handed_in(self, subject: Any) -> None:
        codes = [reason.code for reason in engine.warnings(subject.verify, **self.by(subject))]
        assert codes == ["certificate"]
        QualificationFactory(organisation=subject.organisation, submitted=True)
        assert not engine.warnings(subject.verify, **self.by(subject))


class TestRefuseRegistration(RegistrationOffice):
    act, sources, target = "refuse", ("registered",), "refused"


class TestRevokeRegistration(RegistrationOffice):
    act, sources, target = "revoke", ("verified",), "refused"


class TestHandInAgain(ByItsManagers):
    machine = Registration
    act, sources, target = "hand_in_again", ("refused",), "registered"

    def make(self, source: str) -> Registration:
        return RegistrationFactory(reach=source)


class QualificationOffice(ByTheOffice):
    machine = Qualification

    def make(self, source: str) -> Qualification:
        return QualificationFactory(reach=source)

    def through(self, subject: Any) -> None:
        qualifications.decide(subject, self.act, reason=REASON, **self.by(subject))


class TestVerifyQualification(QualificationOffice):
    act, sources, target = "verify", ("submitted",), "verified"


class TestSendBackQualification(QualificationOffice):
    act, sources, target = "send_back", ("submitted", "verified"), "returned"


class OwnPaper(ByItsManagers):
    machine = Qualification

    def make(self, source: str) -> Qualification:
        return QualificationFactory(reach=source)


class TestSubmitQualification(OwnPaper):
    act, sources, target = "submit", ("draft", "returned"), "submitted"


class TestWithdrawQualification(OwnPaper):
    act, sources, target = "withdraw", ("submitted",), "draft"


@pytest.mark.django_db
class TestWhoStandsInForAManager:
    def test_a_signatory_while_no_manager_is_named(self) -> None:
        supplier = OrganisationFactory()
        signatory = who(supplier, Role.SIGNATORY)
        paper = QualificationFactory(organisation=supplier)
        Membership.objects.filter(organisation=supplier, roles=[str(Role.MANAGER)]).update(active=False)
        assert engine.perform(paper.submit, **signatory).state == "submitted"

    def test_not_beside_a_manager_nor_for_somebody_else(self) -> None:
        paper = QualificationFactory()  # its factory has made a manager
        with pytest.raises(PermissionDenied):
            engine.perform(paper.submit, **who(paper.organisation, Role.SIGNATORY))
        with pytest.raises(PermissionDenied):
            engine.perform(paper.submit, by=UserFactory(), organisation=paper.organisation)
