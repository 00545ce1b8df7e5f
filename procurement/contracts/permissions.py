from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def supplier(contract: Any, act: Act) -> bool:
    return acts_for(act, contract.supplier, Role.SUPPLIER, Role.SIGNATORY)


def drafter(contract: Any, act: Act) -> bool:
    return acts_for(act, contract.buyer, Role.DRAFTER)


def approver(contract: Any, act: Act) -> bool:
    return acts_for(act, contract.buyer, Role.APPROVER)


def signatory(contract: Any, act: Act) -> bool:
    """The signatory of either party."""
    return acts_for(act, contract.buyer, Role.SIGNATORY) or acts_for(act, contract.supplier, Role.SIGNATORY)


def drafter_or_supplier(amendment: Any, act: Act) -> bool:
    """Either party lets a supplement go that is not signed."""
    return acts_for(act, amendment.buyer, Role.DRAFTER, Role.APPROVER) or supplier(amendment, act)
