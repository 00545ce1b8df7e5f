"""Every transition of a challenge, and what challenges do to awards and panels: from where, to where, by whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.awards import challenges, remedies
from procurement.awards.models import Award, Challenge, Panel
from tests.awards.test_transitions import AwardTransition, PanelTransition
from tests.factories.accounts import who
from tests.factories.awards import REPLY, ChallengeFactory, PanelFactory
from tests.factories.clock import noon
from tests.factories.projects import REASON
from tests.workflows.transition import AND_AT_THE_END, TransitionTest


class ChallengeTransition(TransitionTest):
    machine = Challenge
    kind = "challenge"

    def make(self, source: str) -> Challenge:
        return ChallengeFactory(kind=self.kind)

    def party(self, subject: Challenge) -> Organisation:
        return subject.project.buyer


class TestAssess(ChallengeTransition):
    act, sources, target, roles = "assess", ("filed",), "filed", (Role.OFFICER, Role.APPROVER)
    fails_at = AND_AT_THE_END

    def more(self, subject: Challenge) -> dict[str, Any]:
        return {"reason": REASON, "may_change_result": False}

    def through(self, subject: Challenge) -> None:
        challenges.assess(subject, **self.by(subject), **self.more(subject))


class Decided(ChallengeTransition):
    fails_at = AND_AT_THE_END

    def more(self, subject: Challenge) -> dict[str, Any]:
        return {"given": REPLY}


class TestAnswer(Decided):
    act, sources, target, roles = "answer", ("filed",), "answered", (Role.OFFICER, Role.APPROVER)
    kind = "query"

    def through(self, subject: Challenge) -> None:
        challenges.answer(subject, **self.by(subject), **REPLY)


class TestUphold(Decided):
    act, sources, target, roles = "uphold", ("filed",), "upheld", (Role.OFFICER, Role.APPROVER)

    def through(self, subject: Challenge) -> None:
        challenges.uphold(subject, **self.by(subject), **REPLY, changes_result=True)


class TestDismiss(Decided):
    act, sources, target, roles = "dismiss", ("filed",), "dismissed", (Role.OFFICER, Role.APPROVER)

    def through(self, subject: Challenge) -> None:
        challenges.dismiss(subject, **self.by(subject), **REPLY)


class TestWithdraw(ChallengeTransition):
    act, sources, target, roles = "withdraw", ("filed",), "withdrawn", (Role.SUPPLIER, Role.SIGNATORY)
    fails_at = AND_AT_THE_END

    def party(self, subject: Challenge) -> Organisation:
        return subject.supplier

    def through(self, subject: Challenge) -> None:
        challenges.withdraw(subject, **self.by(subject))


class TestAwardIsChallenged(AwardTransition):
    act, sources, target, automatic = "challenge", ("noticed", "dismissed", "final"), "challenged", True


class TestAwardStands(AwardTransition):
    act, sources, target, automatic = "dismiss", ("challenged",), "dismissed", True


class TestAwardFalls(AwardTransition):
    act, sources, target, automatic = "uphold", ("challenged",), "upheld", True


class TestRevoke(AwardTransition):
    act, sources, target, roles = "revoke", ("upheld",), "revoked", (Role.APPROVER,)
    fails_at = AND_AT_THE_END

    def more(self, subject: Award) -> dict[str, Any]:
        return {"reason": REASON}

    def through(self, subject: Award) -> None:
        remedies.score_again(subject, **self.by(subject), reason=REASON)


class TestFinalise(AwardTransition):
    """Time alone, nobody does it: when the time for challenges, and for a complaint about a reply, is over."""

    act, sources, target = "finalise", ("noticed", "dismissed"), "final"

    def moment(self, subject: Award) -> datetime:
        days = [subject.challenge_until, *subject.challenges.values_list("complain_until", flat=True)]
        return noon(max(day for day in days if day) + timedelta(days=1))

    def by(self, subject: Award) -> dict[str, Any]:
        return {"by": None}

    def others(self, subject: Award) -> Iterator[dict[str, Any]]:
        yield from (who(self.party(subject), role) for role in Role)


class TestReopen(PanelTransition):
    act, sources, target, automatic = "reopen", ("signed",), "declared", True

    def make(self, source: str) -> Panel:
        return PanelFactory(signed=True)
