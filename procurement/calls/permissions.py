from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def drafter(call: Any, act: Act) -> bool:
    return acts_for(act, call.project.buyer, Role.DRAFTER)


def approver(call: Any, act: Act) -> bool:
    return acts_for(act, call.project.buyer, Role.APPROVER)


def officer(call: Any, act: Act) -> bool:
    return acts_for(act, call.project.buyer, Role.OFFICER)


def asked(question: Any, act: Act) -> bool:
    """Questions on a call are answered by those who draft or approve it."""
    return acts_for(act, question.call.project.buyer, Role.DRAFTER, Role.APPROVER)
