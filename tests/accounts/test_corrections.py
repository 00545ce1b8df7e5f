"""Correcting an organisation's data: who may, what is judged, and that the old words stay in the record."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation, OrganisationRecord
from tests.accounts.doors import as_role, as_user
from tests.factories.accounts import OrganisationFactory, RegistrationFactory, administrator

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
CONTACT = "/workspace/organisations/contact/"


def correct(organisation: Organisation, **more: Any) -> Any:
    given = {
        "kind": organisation.kind, "name": organisation.name, "code": organisation.code or "", "staffing": "none",
        "level": "", "region": organisation.region, "address": "", "contact": "", "code_evidence": "",
        "reason": "换发登记证书，2026 年 3 月 1 日。",
    }  # fmt: skip
    return as_user(administrator()["by"]).post(
        f"/workspace/admin/organisations/{organisation.pk}/correct/", given | more
    )


class TestByTheOffice:
    def test_old_and_new_stay_with_the_reason(self) -> None:
        supplier = OrganisationFactory(name="旧名中心")
        assert correct(supplier, name="新名中心").status_code == 302
        supplier.refresh_from_db()
        record = OrganisationRecord.objects.get()
        assert (supplier.name, record.before, record.after) == (
            "新名中心", {"name": "旧名中心"}, {"name": "新名中心"},
        )  # fmt: skip
        page = as_user(administrator()["by"]).get(f"/workspace/admin/organisations/{supplier.pk}/").content.decode()
        assert "<del>旧名中心</del>" in page
        assert "换发登记证书" in page
        for change in (OrganisationRecord.objects.all().delete, lambda: OrganisationRecord.objects.update(reason="")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_nothing_different_leaves_no_record(self) -> None:
        assert correct(OrganisationFactory()).status_code == 302
        assert not OrganisationRecord.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"reason": ""}, "reason"),
            ({"name": ""}, "name"),
            ({"code": ""}, "code"),
            ({"code": "52330199F00000018X"}, "code"),
            ({"region": "33"}, "region"),
            ({"kind": "trade_union"}, "kind"),
            ({"kind": "station"}, "kind"),
        ],
    )
    def test_what_is_wrong_is_named(self, wrong: dict[str, str], field: str) -> None:
        answer = correct(OrganisationFactory(), **wrong)
        assert answer.status_code == 400
        assert answer.context["form"].errors.keys() == {field}
        assert not OrganisationRecord.objects.exists()

    def test_a_code_that_is_anothers_is_refused(self) -> None:
        assert correct(OrganisationFactory(), code=OrganisationFactory().code).status_code == 400

    def test_a_station_keeps_having_no_code(self) -> None:
        station = OrganisationFactory(station=True)
        assert correct(station, name="新名站点").status_code == 302
        station.refresh_from_db()
        assert (station.name, station.code) == ("新名站点", None)


class TestByItsManagers:
    def test_the_name_only_until_it_is_verified(self) -> None:
        found = RegistrationFactory(refused=True)
        client = as_role(found.organisation, Role.MANAGER)
        form = {"name": "正确的名称", "address": "示例路 2 号", "contact": "李某"}
        assert client.post(CONTACT, form).status_code == 302
        found.organisation.refresh_from_db()
        assert found.organisation.name == "正确的名称"
        RegistrationFactory.advance(found, "refused")
        verified = RegistrationFactory(verified=True).organisation
        as_role(verified, Role.MANAGER).post(CONTACT, form)
        before = verified.name
        verified.refresh_from_db()
        assert (verified.name, verified.address) == (before, "示例路 2 号")
        assert OrganisationRecord.objects.count() == 2

    def test_a_name_is_needed(self) -> None:
        client = as_role(RegistrationFactory().organisation, Role.MANAGER)
        assert client.post(CONTACT, {"name": ""}).context["form"].errors.keys() == {"name"}
