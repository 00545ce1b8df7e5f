"""A supplement through the pages its people use, and the filing of a contract's copy; who gets in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from procurement.accounts.acting import SESSION_KEY
from procurement.accounts.enums import Role
from procurement.contracts.models import Contract, CopyFiled
from procurement.projects.models import Notice
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.contracts import AmendmentFactory, ContractFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
LIVE = {"imported": False}


def client(organisation: Any, role: Role) -> Client:
    found = Client()
    found.force_login(who(organisation, role)["by"])
    session = found.session
    session[SESSION_KEY] = organisation.pk
    session.save()
    return found


@pytest.fixture
def contract() -> Contract:
    """A published contract of a thread that goes on today."""
    found = ContractFactory(published=True)
    type(found.project).objects.filter(pk=found.project.pk).update(**LIVE)
    return Contract.objects.get(pk=found.pk)


def given(contract: Contract, **more: str) -> dict[str, str]:
    row = contract.milestones.get(on_signing=False)
    return {
        "amount": "8.5万",
        "term_end": "2026-09-30",
        f"amount_{row.instalment_id}": "59000",
        f"due_{row.instalment_id}": "2026-09-25",
        "new_name": "加开场次",
        "new_amount": "2000",
        "new_due": "2026-09-20",
        "new_targets": "sessions = 4",
        "service": "增加 4 场。",
        "reason": "报名人数超过预期。",
    } | more


class TestTheWholeWay:
    def test_from_the_draft_to_the_notice(self, contract: Contract) -> None:
        buyer, supplier = contract.buyer, contract.supplier
        address = f"/workspace/amendment.draft/{contract.pk}/"
        page = client(buyer, Role.DRAFTER).get(address).content.decode()
        assert 'value="2026-08-31"' in page
        assert client(buyer, Role.DRAFTER).post(address, given(contract)).status_code == 302
        amendment = contract.amendments.get()
        agree, sign = (f"/workspace/amendment.{name}/{amendment.pk}/" for name in ("agree", "sign"))
        assert client(supplier, Role.SUPPLIER).post(agree).status_code == 302
        assert client(supplier, Role.SIGNATORY).post(sign, {"sure": "on"}).status_code == 302
        assert contract.fresh().amount == 80000
        assert client(buyer, Role.SIGNATORY).post(sign, {"sure": "on"}).status_code == 302
        assert (contract.fresh().amount, contract.milestones.count()) == (85000, 3)
        publish = f"/workspace/amendment.publish/{amendment.pk}/"
        approver = client(buyer, Role.APPROVER)
        assert "捌万伍仟元整" in approver.get(publish).content.decode()
        assert approver.post(publish).status_code == 302
        notice = Notice.objects.get(kind="contract_change")
        number = contract.project.number
        thread = f"/threads/{number}/"
        for path in (thread, f"/verify/{amendment.number}/", f"{thread}notices/{notice.number}/"):
            assert amendment.number in Client().get(path).content.decode(), path
        assert f"/documents/amendment/{amendment.pk}/" in Client().get(f"/threads/{number}/").content.decode()

    def test_what_breaks_a_rule_is_refused_and_what_was_typed_stays(self, contract: Contract) -> None:
        address = f"/workspace/amendment.draft/{contract.pk}/"
        answer = client(contract.buyer, Role.DRAFTER).post(address, given(contract, amount="9万", new_amount="7000"))
        assert answer.status_code == 409
        assert [reason.rule for reason in answer.context["refused"]] == ["C4"]
        assert "增加 4 场。" in answer.content.decode()
        half = client(contract.buyer, Role.DRAFTER).post(address, given(contract, new_due=""))
        assert (half.status_code, contract.amendments.count()) == (409, 0)

    def test_either_side_gives_it_up(self, contract: Contract) -> None:
        amendment = AmendmentFactory(contract=contract)
        drop = f"/workspace/amendment.drop/{amendment.pk}/"
        given = {"reason": "价格没有谈妥。", "sure": "on"}
        assert client(contract.supplier, Role.SUPPLIER).post(drop, given).status_code == 302
        assert (amendment.fresh().state, contract.fresh().amount) == ("dropped", 80000)

    def test_a_draft_is_the_parties_own_business(self, contract: Contract) -> None:
        amendment = AmendmentFactory(contract=contract)
        number = contract.project.number
        paper = f"/threads/{number}/documents/amendment/{amendment.pk}/"
        assert Client().get(paper).status_code == 404
        assert client(contract.supplier, Role.SUPPLIER).get(paper).status_code == 202
        assert Client().get(f"/verify/{amendment.number}/").context["found"] == []


class TestWhoGetsIn:
    def test_others_find_nothing_and_other_roles_are_told_so(self, contract: Contract) -> None:
        amendment = AmendmentFactory(contract=contract, agreed=True)
        stranger = OrganisationFactory(buyer=True)
        addresses = {
            f"/workspace/amendment.draft/{contract.pk}/": Role.DRAFTER,
            f"/workspace/amendment.sign/{amendment.pk}/": Role.SIGNATORY,
            f"/workspace/amendment.drop/{amendment.pk}/": Role.DRAFTER,
            f"/workspace/contract.file_copy/{contract.pk}/": Role.DRAFTER,
        }
        for path, role in addresses.items():
            assert Client().get(path).status_code == 302, path
            assert client(stranger, role).get(path).status_code == 404, path
            assert client(contract.buyer, Role.FINANCE).get(path).status_code == 403, path


class TestFiling:
    def test_is_recorded_once_and_no_duty_any_more(self, contract: Contract) -> None:
        address = f"/workspace/contract.file_copy/{contract.pk}/"
        drafter = client(contract.buyer, Role.DRAFTER)
        day = {"office": "示例县财政局", "filed_on": "2026-03-20", "reference": "备〔2026〕8号"}
        assert address in drafter.get("/workspace/awards/duties/").content.decode()
        assert drafter.post(address, day).status_code == 302
        assert CopyFiled.objects.get().reference == day["reference"]
        assert address not in drafter.get("/workspace/awards/duties/").content.decode()
        assert drafter.post(address, day).status_code in (302, 404)
        assert CopyFiled.objects.count() == 1
