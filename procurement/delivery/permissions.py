from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def supplier(milestone: Any, act: Act) -> bool:
    return acts_for(act, milestone.contract.supplier, Role.SUPPLIER)


def buyer_staff(milestone: Any, act: Act) -> bool:
    return acts_for(act, milestone.contract.buyer, Role.DRAFTER, Role.OFFICER)


def approver(milestone: Any, act: Act) -> bool:
    return acts_for(act, milestone.contract.buyer, Role.APPROVER)


def finance(milestone: Any, act: Act) -> bool:
    return acts_for(act, milestone.contract.buyer, Role.FINANCE)


def evaluator(milestone: Any, act: Act) -> bool:
    """An evaluator who was asked to score this milestone."""
    return act.by is not None and milestone.scores.filter(evaluator=act.by).exists()
