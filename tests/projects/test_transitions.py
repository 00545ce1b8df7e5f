"""Every transition of a project: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.projects import actions
from procurement.projects.models import Project
from tests.factories.projects import NOT_SAID, REASON, ProjectFactory
from tests.workflows.transition import AND_AT_THE_END, TransitionTest


class ProjectTransition(TransitionTest):
    machine = Project

    def make(self, source: str) -> Project:
        return ProjectFactory(reach=source)

    def party(self, subject: Project) -> Organisation:
        return subject.buyer


class TestApprove(ProjectTransition):
    act, sources, target, roles = "approve", ("formed",), "approved", (Role.APPROVER,)


class TestPublishIntent(ProjectTransition):
    act, sources, target, roles = "publish_intent", ("approved",), "intended", (Role.DRAFTER,)
    fails_at = AND_AT_THE_END

    def through(self, subject: Project) -> None:
        actions.publish_intent(subject, **self.by(subject), fill=NOT_SAID)


class TestStartTendering(ProjectTransition):
    act, sources, target, automatic = "start_tendering", ("approved", "intended", "failed"), "tendering", True


class TestOpen(ProjectTransition):
    act, sources, target, automatic = "open", ("tendering",), "opened", True


class TestAward(ProjectTransition):
    act, sources, target, automatic = "award", ("opened",), "awarded", True


class TestReopen(ProjectTransition):
    act, sources, target, automatic = "reopen", ("awarded",), "opened", True


class TestContract(ProjectTransition):
    act, sources, target, automatic = "contract", ("awarded",), "contracted", True


class TestDeliver(ProjectTransition):
    act, sources, target, automatic = "deliver", ("contracted",), "delivering", True


class TestEvaluate(ProjectTransition):
    act, sources, target, automatic = "evaluate", ("delivering",), "evaluating", True


class TestClose(ProjectTransition):
    act, sources, target, automatic = "close", ("evaluating",), "closed", True


class TestFail(ProjectTransition):
    act, sources, target, automatic = "fail", ("tendering", "opened"), "failed", True

    def more(self, subject: Project) -> dict[str, Any]:
        return {"reason": REASON}


class TestTerminate(ProjectTransition):
    act, target, roles = "terminate", "terminated", (Role.APPROVER,)
    sources = (
        "formed", "approved", "intended", "tendering", "opened", "awarded", "contracted", "delivering", "failed",
    )  # fmt: skip
    fails_at = AND_AT_THE_END

    def more(self, subject: Project) -> dict[str, Any]:
        return {"reason": REASON}

    def through(self, subject: Project) -> None:
        actions.terminate(subject, **self.by(subject), reason=REASON, fill=NOT_SAID)
