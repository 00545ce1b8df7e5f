from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def station_officer(need: Any, act: Act) -> bool:
    return acts_for(act, need.station, Role.STATION)


def addressed_drafter(need: Any, act: Act) -> bool:
    return acts_for(act, need.addressed_to, Role.DRAFTER)


def addressed_approver(need: Any, act: Act) -> bool:
    return acts_for(act, need.addressed_to, Role.APPROVER)
