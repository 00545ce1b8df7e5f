from __future__ import annotations

from typing import Any

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.mandates import acts_for_buyer
from procurement.accounts.permissions import acts_for, roles_of
from procurement.awards.enums import ChallengeKind
from workflows.machine import Act


def buyer_staff(subject: Any, act: Act) -> bool:
    return acts_for_buyer(act, subject.project, MandateAct.PANEL, Role.OFFICER, Role.DRAFTER)


def officer(subject: Any, act: Act) -> bool:
    return acts_for_buyer(act, subject.project, MandateAct.PANEL, Role.OFFICER)


def approver(subject: Any, act: Act) -> bool:
    return acts_for(act, subject.project.buyer, Role.APPROVER)


def announcer(subject: Any, act: Act) -> bool:
    """Results are published by the buyer or its agency (条例 art 43)."""
    return acts_for_buyer(act, subject.project, MandateAct.NOTICES, Role.DRAFTER, Role.APPROVER)


def member(panel: Any, act: Act) -> bool:
    """Members act in person, for nobody."""
    return act.by is not None and panel.seats.filter(user=act.by).exists()


def member_or_officer(panel: Any, act: Act) -> bool:
    """A member in person, or the buyer's officer for one who does not come."""
    return member(panel, act) or officer(panel, act)


def time_alone(subject: Any, act: Act) -> bool:
    """Nobody's act: what a deadline brings about."""
    return act.by is None


def challenger(challenge: Any, act: Act) -> bool:
    """Those who act for whoever filed it."""
    return acts_for(act, challenge.supplier, Role.SUPPLIER, Role.SIGNATORY)


def supervisor(challenge: Any, act: Act) -> bool:
    """A supervising office, which is never the buyer itself."""
    office = act.organisation
    if office is None or office.pk == challenge.project.buyer_id:
        return False
    return Role.REGULATOR in roles_of(act.by, office, act.at)


def replies(challenge: Any, act: Act) -> bool:
    """The buyer's officer or approver, or its agency's (采购法 art 54); a complaint is the supervisors' (令94)."""
    if challenge.kind == ChallengeKind.COMPLAINT:
        return supervisor(challenge, act)
    return acts_for_buyer(act, challenge.project, MandateAct.REPLIES, Role.OFFICER, Role.APPROVER)
