from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def supplier(bid: Any, act: Act) -> bool:
    return acts_for(act, bid.supplier, Role.SUPPLIER)


def buyer_staff(bid: Any, act: Act) -> bool:
    """Qualification is checked by the buyer's officers (令87 art 44)."""
    return acts_for(act, bid.lot.call.project.buyer, Role.OFFICER, Role.DRAFTER)
