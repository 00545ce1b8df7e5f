"""Every transition of an evaluation: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.evaluation import actions
from procurement.evaluation.enums import Grade
from procurement.evaluation.models import Evaluation
from tests.factories.evaluation import EvaluationFactory, collect, reply
from tests.workflows.transition import AND_AT_THE_END, TransitionTest


class EvaluationTransition(TransitionTest):
    machine = Evaluation

    def make(self, source: str) -> Evaluation:
        return EvaluationFactory(reach=source)

    def party(self, subject: Evaluation) -> Organisation:
        return subject.contract.buyer


class TestStartCollecting(EvaluationTransition):
    act, sources, target, roles = "start_collecting", ("open",), "collecting", (Role.DRAFTER,)


class TestCompute(EvaluationTransition):
    act, sources, target, roles = "compute", ("collecting",), "computed", (Role.DRAFTER,)

    def make(self, source: str) -> Evaluation:
        evaluation = EvaluationFactory(collecting=True)
        collect(evaluation)
        return evaluation

    def more(self, subject: Evaluation) -> dict[str, Any]:
        return {"given": {"parts": {"residents": "90"}, "total": Decimal("90.00"), "grade": Grade.EXCELLENT}}


class TestReport(EvaluationTransition):
    act, sources, target, roles = "report", ("computed",), "reported", (Role.DRAFTER,)


class TestReply(EvaluationTransition):
    act, sources, target, roles = "reply", ("reported",), "reported", (Role.SUPPLIER,)

    def party(self, subject: Evaluation) -> Organisation:
        return subject.contract.supplier

    def more(self, subject: Evaluation) -> dict[str, Any]:
        return {"given": {"statement": "无补充意见。"}}


class TestPublish(EvaluationTransition):
    act, sources, target, roles = "publish", ("reported",), "published", (Role.APPROVER,)
    fails_at = AND_AT_THE_END

    def make(self, source: str) -> Evaluation:
        evaluation = EvaluationFactory(reported=True)
        reply(evaluation)
        return evaluation

    def through(self, subject: Evaluation) -> None:
        actions.publish(subject, **self.by(subject))
