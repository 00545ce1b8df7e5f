from __future__ import annotations

from typing import Any

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.mandates import acts_for_buyer
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def supplier(bid: Any, act: Act) -> bool:
    return acts_for(act, bid.supplier, Role.SUPPLIER)


def buyer_staff(bid: Any, act: Act) -> bool:
    """Qualification is checked by the buyer or its agency (令87 art 44)."""
    return acts_for_buyer(act, bid.project, MandateAct.QUALIFICATION, Role.OFFICER, Role.DRAFTER)


def rejects(bid: Any, act: Act) -> bool:
    """Whoever checks the qualification, and whoever writes down what the panel found of a price."""
    return buyer_staff(bid, act) or acts_for_buyer(act, bid.project, MandateAct.PANEL, Role.OFFICER)
