"""Every transition of a milestone: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.delivery import actions
from procurement.delivery.models import Milestone
from tests.factories.accounts import UserFactory, who
from tests.factories.clock import last_act, noon
from tests.factories.delivery import MilestoneFactory, actuals, ask_evaluator
from tests.factories.projects import NOT_SAID
from tests.workflows.transition import AND_AT_THE_END, TransitionTest

STAFF = (Role.DRAFTER, Role.OFFICER)


class MilestoneTransition(TransitionTest):
    machine = Milestone

    def make(self, source: str) -> Milestone:
        return MilestoneFactory(reach=source)

    def party(self, subject: Milestone) -> Organisation:
        return subject.contract.buyer


class BySupplier(MilestoneTransition):
    roles = (Role.SUPPLIER,)

    def party(self, subject: Milestone) -> Organisation:
        return subject.contract.supplier


class TestDeliver(BySupplier):
    act, sources, target = "deliver", ("planned", "returned"), "delivered"

    def moment(self, subject: Milestone) -> datetime:
        return noon(subject.due)

    def more(self, subject: Milestone) -> dict[str, Any]:
        return {"given": {"actual": actuals(subject)}}


class TestSendBack(MilestoneTransition):
    act, sources, target, roles = "send_back", ("delivered", "scored"), "returned", STAFF

    def more(self, subject: Milestone) -> dict[str, Any]:
        return {"reason": "签到表缺页。"}


class TestConcludeScores(MilestoneTransition):
    """An evaluator who was asked acts in person, for nobody."""

    act, sources, target = "conclude_scores", ("delivered",), "scored"

    def make(self, source: str) -> Milestone:
        milestone = MilestoneFactory(delivered=True)
        ask_evaluator(milestone)
        milestone.scores.update(score=90, scored_at=last_act(milestone))  # the score is there, the act is not
        return milestone

    def by(self, subject: Milestone) -> dict[str, Any]:
        return {"by": subject.scores.get().evaluator}

    def others(self, subject: Milestone) -> Iterator[dict[str, Any]]:
        yield {"by": None}
        yield {"by": UserFactory()}
        yield from (who(self.party(subject), role) for role in Role)


class TestAccept(MilestoneTransition):
    act, sources, target, roles = "accept", ("scored",), "accepted", (Role.APPROVER,)
    fails_at = AND_AT_THE_END

    def more(self, subject: Milestone) -> dict[str, Any]:
        return {"service_users": 3}

    def through(self, subject: Milestone) -> None:
        actions.accept(subject, **self.by(subject), service_users=3, fill=NOT_SAID)


class TestRefuse(MilestoneTransition):
    act, sources, target, roles = "refuse", ("scored",), "refused", (Role.APPROVER,)

    def more(self, subject: Milestone) -> dict[str, Any]:
        return {"reason": "与约定不符。"}


class TestAcceptOnSigning(MilestoneTransition):
    act, sources, target, automatic = "accept_on_signing", ("planned",), "accepted", True

    def make(self, source: str) -> Milestone:
        """The signatures leave none behind in this state, so one that was planned becomes due on signing."""
        milestone = MilestoneFactory()
        Milestone.objects.filter(pk=milestone.pk).update(on_signing=True)
        return milestone


class TestInvoice(BySupplier):
    act, sources, target = "invoice", ("accepted",), "invoiced"


class TestPay(MilestoneTransition):
    act, sources, target, roles = "pay", ("invoiced",), "paid", (Role.FINANCE,)
    fails_at = AND_AT_THE_END

    def through(self, subject: Milestone) -> None:
        actions.record_payment(subject, **self.by(subject))
