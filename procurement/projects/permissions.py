from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def drafter(project: Any, act: Act) -> bool:
    return acts_for(act, project.buyer, Role.DRAFTER)


def approver(project: Any, act: Act) -> bool:
    return acts_for(act, project.buyer, Role.APPROVER)
