"""What an organisation shows of itself: papers and their days, who judges them, reminders; and agencies' mandates."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from procurement.accounts import guards
from procurement.accounts.actions import qualifications
from procurement.accounts.deadlines import lapsing
from procurement.accounts.enums import QualificationKind, Role
from procurement.accounts.models import Qualification, Reminder
from procurement.common.models import PrivateFile
from tests.accounts.doors import as_role, as_user, do_jobs, member
from tests.factories.accounts import (
    OrganisationFactory,
    QualificationFactory,
    RegistrationFactory,
    administrator,
    pdf_bytes,
)
from workflows.models import TransitionLog

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
ADD = "/workspace/organisations/qualifications/add/"


def path(paper: Qualification) -> str:
    return f"/workspace/organisations/qualifications/{paper.pk}/"


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def form(**more: Any) -> dict[str, Any]:
    given = {
        "kind": "certificate", "value": "", "number": "民证字第0002号",
        "valid_from": "2025-01-01", "valid_until": f"{in_days(400)}",
        "paper": SimpleUploadedFile("证书.pdf", pdf_bytes(), "application/pdf"),
    }  # fmt: skip
    return given | more


class TestPaper:
    def test_from_the_draft_to_the_verification(self) -> None:
        supplier = OrganisationFactory()
        client = as_role(supplier, Role.MANAGER)
        assert client.post(ADD, form()).status_code == 302
        paper = Qualification.objects.get()
        assert (paper.state, paper.organisation, paper.file.name) == ("draft", supplier, "证书.pdf")
        assert client.post(path(paper), {"move": "submit"}).status_code == 302
        office = as_user(administrator()["by"])
        assert office.get(path(paper)).status_code == 200
        assert office.post(path(paper), {"move": "verify", "reason": "与原件一致。"}).status_code == 302
        paper.refresh_from_db()
        assert (paper.state, paper.decision) == ("verified", "与原件一致。")
        assert TransitionLog.objects.filter(subject_type="accounts.qualification").count() == 3
        [sent] = do_jobs() or [None]
        assert sent is None  # its manager has no e-mail address

    def test_the_organisation_is_told_by_mail(self) -> None:
        paper = QualificationFactory(submitted=True)
        member(paper.organisation, Role.MANAGER, email="chief@example.org")
        office = as_user(administrator()["by"])
        office.post(path(paper), {"move": "send_back", "reason": "扫描件不清楚。"})
        [sent] = do_jobs()
        assert sent.to == ["chief@example.org"]
        assert "扫描件不清楚。" in sent.body

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"valid_until": ""}, "valid_until"),
            ({"number": ""}, "number"),
            ({"paper": ""}, "file"),
            ({"valid_until": "2025-02-01"}, "lapsed"),
            ({"kind": "grade", "value": ""}, "value"),
            ({"kind": "annual_inspection", "valid_until": ""}, "valid_until"),
            ({"kind": "bank", "number": ""}, "number"),
        ],
    )
    def test_what_is_missing_blocks_handing_in(self, wrong: dict[str, str], code: str) -> None:
        client = as_role(OrganisationFactory(), Role.MANAGER)
        client.post(ADD, form(**wrong))
        paper = Qualification.objects.get()
        page = client.get(path(paper))
        assert code in [reason.code for reason in page.context["reasons"]]
        assert client.post(path(paper), {"move": "submit"}).status_code == 409
        assert paper.fresh().state == "draft"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"kind": "grade", "value": "2A"}, "value"),
            ({"kind": "nonsense"}, "kind"),
            ({"valid_from": "2030-01-01", "valid_until": "2029-01-01"}, "valid_until"),
            ({"valid_until": "soon"}, "valid_until"),
            ({"paper": SimpleUploadedFile("证书.pdf", b"MZ\x90\x00program", "application/pdf")}, "paper"),
            ({"paper": SimpleUploadedFile("证书.exe", pdf_bytes(), "application/pdf")}, "paper"),
        ],
    )
    def test_bad_input_is_named_and_nothing_kept(self, wrong: dict[str, Any], field: str) -> None:
        answer = as_role(OrganisationFactory(), Role.MANAGER).post(ADD, form(**wrong))
        assert answer.status_code == 400
        assert answer.context["form"].errors.keys() == {field}
        assert not Qualification.objects.exists()
        assert not PrivateFile.objects.exists()

    @pytest.mark.parametrize("grade", ["3a", "４A", "5Ａ"])
    def test_a_grade_is_read_as_people_type_it(self, grade: str) -> None:
        client = as_role(OrganisationFactory(), Role.MANAGER)
        assert client.post(ADD, form(kind="grade", value=grade)).status_code == 302
        assert Qualification.objects.get().value in ("3A", "4A", "5A")

    def test_what_is_handed_in_is_not_changed_any_more(self) -> None:
        paper = QualificationFactory(submitted=True)
        client = as_role(paper.organisation, Role.MANAGER)
        client.post(path(paper), form(number="别的"))
        assert paper.fresh().number == "民证字第0001号"
        assert client.post(path(paper), {"move": "withdraw"}).status_code == 302
        client.post(path(paper), form(number="别的"))
        assert paper.fresh().number == "别的"

    def test_nobody_judges_papers_of_an_own_organisation(self) -> None:
        paper = QualificationFactory(submitted=True)
        both = member(paper.organisation, Role.SYSTEM_ADMIN, Role.MANAGER)
        answer = as_user(both.user).post(path(paper), {"move": "verify", "reason": "好"})
        assert answer.status_code == 404
        assert paper.fresh().state == "submitted"

    def test_a_bank_account_is_shown_by_its_last_digits(self) -> None:
        paper = QualificationFactory(kind="bank", number="6222000011112222", value="示例银行", file=None)
        plain = as_role(paper.organisation, Role.SUPPLIER)
        for page in (plain.get(path(paper)), plain.get("/workspace/organisations/")):
            assert b"6222000011112222" not in page.content
            assert b"****2222" in page.content
        assert b"6222000011112222" in as_role(paper.organisation, Role.MANAGER).get(path(paper)).content

    def test_the_file_goes_to_managers_and_the_office_alone(self) -> None:
        paper = QualificationFactory(submitted=True)
        file = f"{path(paper)}file/"
        for client in (as_role(paper.organisation, Role.MANAGER), as_user(administrator()["by"])):
            answer = client.get(file)
            assert b"".join(answer.streaming_content) == pdf_bytes()
            assert answer["Content-Disposition"].startswith("attachment")
        assert as_role(paper.organisation, Role.SUPPLIER).get(file).status_code == 403
        assert as_role(OrganisationFactory(), Role.MANAGER).get(file).status_code == 404


class TestTakingPart:
    def test_not_before_the_verification(self) -> None:
        found = RegistrationFactory()
        codes = [reason.code for reason in guards.may_take_part(found.organisation, in_days(0))]
        assert codes == ["not_verified"]
        assert not list(guards.may_take_part(RegistrationFactory(verified=True).organisation, in_days(0)))
        assert not list(guards.may_take_part(OrganisationFactory(), in_days(0)))

    def test_what_lapsed_warns_until_a_newer_one_is_verified(self) -> None:
        paper = QualificationFactory(verified=True)
        after = in_days(1200)
        [reason] = guards.may_take_part(paper.organisation, after)
        assert (reason.code, reason.blocks) == ("lapsed", False)
        QualificationFactory(organisation=paper.organisation, valid_until=in_days(3000), verified=True)
        assert not list(guards.may_take_part(paper.organisation, after))

    def test_a_decision_needs_words_and_is_told(self) -> None:
        found = RegistrationFactory()
        member(found.organisation, Role.MANAGER, email="chief@example.org")
        office = as_user(administrator()["by"])
        decide = f"/workspace/admin/organisations/{found.organisation_id}/decide/"
        assert office.post(decide, {"move": "refuse", "reason": ""}).status_code == 400
        assert office.post(decide, {"move": "revoke", "reason": "x"}).status_code == 400
        assert office.post(decide, {"move": "refuse", "reason": "名称与证书不符。"}).status_code == 302
        assert found.fresh().state == "refused"
        [sent] = do_jobs()
        assert "名称与证书不符。" in sent.body
        own = as_role(found.organisation, Role.MANAGER)
        assert "名称与证书不符。" in own.get("/workspace/organisations/").content.decode()
        own.post("/workspace/organisations/hand-in/")
        assert found.fresh().state == "registered"


class TestReminders:
    def told(self, today: date) -> int:
        at = timezone.make_aware(datetime.combine(today, time(9)))
        due = list(lapsing(at))
        for _when, act in due:
            act()
        return len(due)

    def test_thirty_days_before_and_seven_days_before_once_each(self) -> None:
        paper = QualificationFactory(verified=True)
        member(paper.organisation, Role.MANAGER, email="chief@example.org")
        do_jobs()
        ends = paper.valid_until
        found = [self.told(ends - timedelta(days=days)) for days in (40, 31, 30, 29, 8, 7, 6, 0, -1)]
        assert found == [0, 0, 1, 0, 0, 1, 0, 0, 0]
        assert sorted(Reminder.objects.values_list("days", flat=True)) == [7, 30]
        sent = do_jobs()
        assert [mail.to for mail in sent] == [["chief@example.org"]] * 2
        assert f"{ends}" in sent[0].subject

    def test_a_late_runner_tells_once_of_the_nearer_day(self) -> None:
        paper = QualificationFactory(verified=True)
        assert self.told(paper.valid_until - timedelta(days=3)) == 1
        assert self.told(paper.valid_until - timedelta(days=2)) == 0

    def test_none_where_a_newer_one_is_verified(self) -> None:
        paper = QualificationFactory(verified=True)
        QualificationFactory(organisation=paper.organisation, valid_until=in_days(3000), verified=True)
        assert self.told(paper.valid_until - timedelta(days=5)) == 0

    def test_it_is_on_the_desk_until_a_new_one_is_on_its_way(self) -> None:
        paper = QualificationFactory(verified=True, valid_until=in_days(20), kind=QualificationKind.ANNUAL_INSPECTION)
        client = as_role(paper.organisation, Role.MANAGER)
        renew = f"{ADD}?after={paper.pk}"
        assert renew in client.get("/workspace/").content.decode()
        assert client.get(renew).context["form"]["kind"].value() == "annual_inspection"
        new = QualificationFactory(organisation=paper.organisation, kind=paper.kind, valid_until=in_days(400))
        assert renew not in client.get("/workspace/").content.decode()
        assert new.state == "draft"

    def test_a_reminder_is_noted_once_even_by_two_runners(self) -> None:
        paper = QualificationFactory(verified=True)
        assert qualifications.remind(paper, 30)
        assert not qualifications.remind(paper, 30)
