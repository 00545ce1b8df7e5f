from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def drafter(evaluation: Any, act: Act) -> bool:
    return acts_for(act, evaluation.contract.buyer, Role.DRAFTER)


def approver(evaluation: Any, act: Act) -> bool:
    return acts_for(act, evaluation.contract.buyer, Role.APPROVER)


def supplier(evaluation: Any, act: Act) -> bool:
    return acts_for(act, evaluation.contract.supplier, Role.SUPPLIER)


def station_officer(evaluation: Any, act: Act) -> bool:
    """Officers of the stations that were asked to rate."""
    if act.organisation is None or not evaluation.station_ratings.filter(station=act.organisation).exists():
        return False
    return acts_for(act, act.organisation, Role.STATION)
