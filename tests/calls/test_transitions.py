"""Every transition of a call: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.calls import actions
from procurement.calls.models import Call
from procurement.common import sealing
from tests.factories.calls import CallFactory
from tests.factories.projects import NOT_SAID, REASON
from tests.workflows.transition import AND_AT_THE_END, TransitionTest


class CallTransition(TransitionTest):
    machine = Call

    def make(self, source: str) -> Call:
        return CallFactory(reach=source)

    def party(self, subject: Call) -> Organisation:
        return subject.project.buyer


class TestPublish(CallTransition):
    act, sources, target, roles = "publish", ("draft",), "published", (Role.APPROVER,)
    fails_at = AND_AT_THE_END

    def more(self, subject: Call) -> dict[str, Any]:
        return {"given": {"public_key": sealing.make_key_pair(subject.number).public}}

    def through(self, subject: Call) -> None:
        actions.publish_call(subject, **self.by(subject), fill=NOT_SAID)


class TestOpen(CallTransition):
    act, sources, target, automatic = "open", ("published",), "opened", True

    def moment(self, subject: Call) -> datetime:
        return subject.deadline


class TestConclude(CallTransition):
    act, sources, target, automatic = "conclude", ("opened",), "concluded", True


class TestReopen(CallTransition):
    act, sources, target, automatic = "reopen", ("concluded",), "opened", True


class TestFail(CallTransition):
    act, sources, target, roles = "fail", ("published", "opened"), "failed", (Role.APPROVER,)
    fails_at = AND_AT_THE_END

    def more(self, subject: Call) -> dict[str, Any]:
        return {"reason": REASON}

    def moment(self, subject: Call) -> datetime:
        return subject.deadline

    def through(self, subject: Call) -> None:
        actions.fail_call(subject, **self.by(subject), reason=REASON, fill=NOT_SAID)


class TestCancel(CallTransition):
    act, sources, target, roles = "cancel", ("published", "opened", "draft"), "cancelled", (Role.APPROVER,)
    fails_at = AND_AT_THE_END

    def more(self, subject: Call) -> dict[str, Any]:
        return {"reason": REASON}

    def through(self, subject: Call) -> None:
        actions.cancel_call(subject, **self.by(subject), reason=REASON, fill=NOT_SAID)
