from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.permissions import acts_for
from workflows.machine import Act


def buyer_staff(subject: Any, act: Act) -> bool:
    return acts_for(act, subject.project.buyer, Role.OFFICER, Role.DRAFTER)


def officer(subject: Any, act: Act) -> bool:
    return acts_for(act, subject.project.buyer, Role.OFFICER)


def approver(subject: Any, act: Act) -> bool:
    return acts_for(act, subject.project.buyer, Role.APPROVER)


def drafter(subject: Any, act: Act) -> bool:
    return acts_for(act, subject.project.buyer, Role.DRAFTER, Role.APPROVER)


def member(panel: Any, act: Act) -> bool:
    """Members act in person, for nobody."""
    return act.by is not None and panel.seats.filter(user=act.by).exists()


def member_or_officer(panel: Any, act: Act) -> bool:
    """A member in person, or the buyer's officer for one who does not come."""
    return member(panel, act) or officer(panel, act)


def time_alone(subject: Any, act: Act) -> bool:
    """Nobody's act: what a deadline brings about."""
    return act.by is None
