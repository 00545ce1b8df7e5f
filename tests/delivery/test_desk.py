"""Who still has to sign: judged by the party that has signed, not by where else its signatory is a member."""

from __future__ import annotations

import pytest
from django.test import Client

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.contracts import amending
from procurement.contracts.models import Amendment, Contract
from procurement.delivery import actions
from tests.factories.accounts import MembershipFactory, who
from tests.factories.clock import acting
from tests.factories.contracts import AmendmentFactory, ContractFactory

pytestmark = pytest.mark.django_db


def waits_for(organisation: Organisation, contract: Contract) -> bool:
    """Whether the desk of the organisation's signatory has the contract among what is to be signed."""
    client = Client()
    client.force_login(who(organisation, Role.SIGNATORY)["by"])
    return client.get(f"/workspace/contract.sign/{contract.pk}/").status_code == 200


def test_a_signatory_of_the_other_side_who_is_a_member_here_has_not_signed_for_us() -> None:
    contract: Contract = ContractFactory(agreed=True)
    signs = who(contract.supplier, Role.SIGNATORY)
    MembershipFactory(user=signs["by"], organisation=contract.buyer, roles=[str(Role.DRAFTER)])
    assert waits_for(contract.buyer, contract)
    with acting(contract):
        actions.sign_contract(contract, **signs)
    assert waits_for(contract.buyer, contract)
    assert not waits_for(contract.supplier, contract)


def test_who_has_left_since_has_still_signed_for_us() -> None:
    contract: Contract = ContractFactory(agreed=True)
    signs = who(contract.supplier, Role.SIGNATORY)
    with acting(contract):
        actions.sign_contract(contract, **signs)
    signs["by"].memberships.all().delete()
    assert not waits_for(contract.supplier, contract)


class TestSupplements:
    """The same of a supplement."""

    def waits_for(self, organisation: Organisation, amendment: Amendment) -> bool:
        client = Client()
        client.force_login(who(organisation, Role.SIGNATORY)["by"])
        return client.get(f"/workspace/amendment.sign/{amendment.pk}/").status_code == 200

    def test_a_signatory_of_the_other_side_who_is_a_member_here_has_not_signed_for_us(self) -> None:
        amendment: Amendment = AmendmentFactory(agreed=True)
        signs = who(amendment.supplier, Role.SIGNATORY)
        MembershipFactory(user=signs["by"], organisation=amendment.buyer, roles=[str(Role.DRAFTER)])
        with acting(amendment):
            amending.sign(amendment, **signs)
        assert self.waits_for(amendment.buyer, amendment)
        assert not self.waits_for(amendment.supplier, amendment)

    def test_who_has_left_since_has_still_signed_for_us(self) -> None:
        amendment: Amendment = AmendmentFactory(agreed=True)
        signs = who(amendment.supplier, Role.SIGNATORY)
        with acting(amendment):
            amending.sign(amendment, **signs)
        signs["by"].memberships.all().delete()
        assert not self.waits_for(amendment.supplier, amendment)
