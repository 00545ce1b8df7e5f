from __future__ import annotations

from typing import Any

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.mandates import acts_for_buyer
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def drafter(call: Any, act: Act) -> bool:
    return acts_for_buyer(act, call.project, MandateAct.DRAFTING, Role.DRAFTER)


def approver(call: Any, act: Act) -> bool:
    return acts_for(act, call.project.buyer, Role.APPROVER)


def officer(call: Any, act: Act) -> bool:
    return acts_for_buyer(act, call.project, MandateAct.OPENING, Role.OFFICER)


def asked(question: Any, act: Act) -> bool:
    """Questions on a call are answered by those who draft or approve it."""
    return acts_for_buyer(act, question.call.project, MandateAct.QUESTIONS, Role.DRAFTER, Role.APPROVER)
