"""A buyer's mandates for agencies: given, read, revoked; and what each opens, to whom, from when to when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from procurement.accounts import mandates
from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.models import Mandate, Organisation
from procurement.projects import notices
from tests.accounts.doors import as_role, as_user, member
from tests.factories.accounts import MandateFactory, OrganisationFactory, pdf_bytes, who
from tests.factories.projects import ProjectFactory
from workflows.clock import database_now
from workflows.machine import Act

pytestmark = pytest.mark.django_db
ADD = "/workspace/mandates/add/"


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def given(agency: Organisation, **more: Any) -> dict[str, Any]:
    return {
        "agency": agency.pk, "number": "代理〔2026〕1号", "scope": "2026 年度", "acts": ["drafting", "opening"],
        "thread": "", "valid_from": f"{in_days(-1)}", "valid_until": f"{in_days(30)}",
        "paper": SimpleUploadedFile("协议.pdf", pdf_bytes(), "application/pdf"),
    } | more  # fmt: skip


class TestGiving:
    def parties(self) -> tuple[Organisation, Organisation]:
        return OrganisationFactory(buyer=True), OrganisationFactory(agency=True)

    @pytest.mark.parametrize("role", [Role.MANAGER, Role.APPROVER])
    def test_its_approvers_and_managers_give_it(self, role: str) -> None:
        buyer, agency = self.parties()
        assert as_role(buyer, role).post(ADD, given(agency)).status_code == 302
        made = Mandate.objects.get()
        assert (made.buyer, made.agency, made.acts, made.granted_by) == (
            buyer, agency, ["drafting", "opening"], who(buyer, role)["by"],
        )  # fmt: skip
        for side in (buyer, agency):
            page = as_role(side, Role.MANAGER).get(f"/workspace/mandates/{made.pk}/")
            assert "代理〔2026〕1号" in page.content.decode()
            assert "代理〔2026〕1号" in as_role(side, Role.MANAGER).get("/workspace/tables/mandates/").content.decode()

    def test_for_one_living_project_of_its_own(self) -> None:
        buyer, agency = self.parties()
        own, strange = ProjectFactory(buyer=buyer), ProjectFactory()
        client = as_role(buyer, Role.APPROVER)
        refused = client.post(ADD, given(agency, thread=strange.number))
        assert refused.context["form"].errors.keys() == {"thread"}
        assert client.post(ADD, given(agency, thread=own.number)).status_code == 302
        assert Mandate.objects.get().thread == own.number

    @pytest.mark.parametrize("wrong", ["number", "valid_until", "agency", "paper", "acts"])
    def test_what_is_wrong_is_named(self, wrong: str) -> None:
        buyer, agency = self.parties()
        client = as_role(buyer, Role.MANAGER)
        client.post(ADD, given(agency))
        bad: dict[str, Any] = {
            "number": {},
            "valid_until": {"number": "2", "valid_until": f"{in_days(-9)}"},
            "agency": {"number": "2", "agency": OrganisationFactory().pk},
            "paper": {"number": "2", "paper": SimpleUploadedFile("a.pdf", b"MZ\x90\x00", "application/pdf")},
            "acts": {"number": "2", "acts": ["signing"]},
        }[wrong]
        assert client.post(ADD, given(agency) | bad).context["form"].errors.keys() == {wrong}
        assert Mandate.objects.count() == 1

    def test_nobody_else_gives_one(self) -> None:
        buyer, agency = self.parties()
        for client, told in (
            (as_role(OrganisationFactory(), Role.MANAGER), 404),
            (as_role(agency, Role.MANAGER), 404),
            (as_role(buyer, Role.DRAFTER), 403),
        ):
            assert (client.get(ADD).status_code, client.post(ADD, given(agency)).status_code) == (told, told)
        assert not Mandate.objects.exists()


class TestReadingAndRevoking:
    def test_the_agreement_is_read_by_those_who_answer_for_either_side(self) -> None:
        buyer, agency = OrganisationFactory(buyer=True), OrganisationFactory(agency=True)
        as_role(buyer, Role.APPROVER).post(ADD, given(agency))
        file = f"/workspace/mandates/{Mandate.objects.get().pk}/file/"
        told = [
            (buyer, Role.MANAGER, 200), (buyer, Role.APPROVER, 200), (agency, Role.MANAGER, 200),
            (buyer, Role.DRAFTER, 403), (OrganisationFactory(), Role.MANAGER, 404),
        ]  # fmt: skip
        for side, role, status in told:
            assert as_role(side, role).get(file).status_code == status

    def test_revoked_by_the_buyer_with_a_reason_that_both_read(self) -> None:
        found = MandateFactory()
        page = f"/workspace/mandates/{found.pk}/"
        assert as_role(found.agency, Role.MANAGER).post(page, {"reason": "不做了"}).status_code == 403
        assert as_role(OrganisationFactory(buyer=True), Role.APPROVER).post(page, {"reason": "x"}).status_code == 404
        approver = as_role(found.buyer, Role.APPROVER)
        assert approver.post(page, {"reason": " "}).status_code == 400
        assert approver.post(page, {"reason": "未按期编制文件。"}).status_code == 302
        assert "未按期编制文件。" in as_role(found.agency, Role.OFFICER).get(page).content.decode()
        assert approver.post(page, {"reason": "再一次"}).status_code == 403

    def test_the_database_keeps_it_as_agreed(self) -> None:
        found = MandateFactory(acts=["questions"])
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            Mandate.objects.update(acts=list(MandateAct.values))
        with pytest.raises(IntegrityError, match="mandate_ended_has_reason"), transaction.atomic():
            Mandate.objects.update(ended_at=database_now(), ended_by=found.granted_by)


class TestWhatItCovers:
    def act(self, agency: Organisation, role: str) -> Act:
        return Act(by=member(agency, role).user, at=database_now(), organisation=agency)

    @pytest.mark.parametrize("terms", [{"lapsed": True}, {"to_come": True}, {"revoked": True}, {"acts": ["questions"]}])
    def test_nothing_outside_its_days_and_its_words(self, terms: dict[str, Any]) -> None:
        project = ProjectFactory()
        agency = MandateFactory(buyer=project.buyer, **terms).agency
        act = self.act(agency, Role.DRAFTER)
        assert not mandates.acts_for_buyer(act, project, MandateAct.DRAFTING, Role.DRAFTER)
        drafted = mandates.threads_of(agency, act.at, MandateAct.DRAFTING, way="")
        assert not type(project).objects.filter(drafted).exists()

    def test_general_or_for_one_project(self) -> None:
        project = ProjectFactory()
        other = ProjectFactory(buyer=project.buyer)
        general = MandateFactory(buyer=project.buyer).agency
        single = MandateFactory(buyer=project.buyer, thread=project.number).agency
        for agency, covered in ((general, {project, other}), (single, {project})):
            act = self.act(agency, Role.DRAFTER)
            asked = [mandates.acts_for_buyer(act, one, MandateAct.DRAFTING, Role.DRAFTER) for one in (project, other)]
            assert asked == [one in covered for one in (project, other)]
            found = type(project).objects.filter(mandates.threads_of(agency, act.at, MandateAct.DRAFTING, way=""))
            assert set(found) == covered

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.SIGNATORY, Role.FINANCE, Role.MANAGER])
    def test_no_role_but_those_of_an_agency(self, role: str) -> None:
        """Who approves, signs or pays is the buyer's, even where an agency's people bear such a role at home."""
        project = ProjectFactory()
        act = self.act(MandateFactory(buyer=project.buyer).agency, role)
        assert not any(mandates.acts_for_buyer(act, project, one, *Role.values) for one in MandateAct)

    def test_only_an_agency_can_hold_one(self) -> None:
        project, supplier = ProjectFactory(), OrganisationFactory()
        MandateFactory(buyer=project.buyer, agency=supplier)
        assert mandates.acts_of(supplier, project, database_now()) == frozenset()

    def test_a_deputy_of_the_agency_acts_as_its_own(self) -> None:
        project = ProjectFactory()
        agency = MandateFactory(buyer=project.buyer).agency
        held, stand_in = member(agency, Role.DRAFTER), member(agency)
        today = timezone.localdate()
        held.deputies.create(role=Role.DRAFTER, user=stand_in.user, starts=today, ends=today, named_by=held.user)
        act = Act(by=stand_in.user, at=database_now(), organisation=agency)
        assert mandates.acts_for_buyer(act, project, MandateAct.DRAFTING, Role.DRAFTER)


def test_notices_name_only_the_agencies_of_their_own_thread() -> None:
    project = ProjectFactory()
    named = MandateFactory(buyer=project.buyer, thread=project.number).agency
    for terms in ({"thread": "HQ-0000-0"}, {"lapsed": True}, {"revoked": True}):
        MandateFactory(buyer=project.buyer, **terms)
    assert notices.agency(project, database_now()) == named.name


def test_an_organisation_page_leads_to_its_mandates_only_those_who_read_them() -> None:
    found = MandateFactory()
    link = f"/workspace/mandates/{found.pk}/"
    assert link in as_role(found.buyer, Role.FINANCE).get("/workspace/organisations/").content.decode()
    without = as_user(member(found.buyer).user).get("/workspace/organisations/").content.decode()
    assert link not in without
    assert found.number in without
