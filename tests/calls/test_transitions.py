"""Every transition of a call: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.calls import actions, corrections, postponement, questions
from procurement.calls.enums import Method
from procurement.calls.models import Call, Question
from procurement.common import sealing
from tests.factories.bids import invite
from tests.factories.calls import CallFactory, QuestionFactory
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


class TestCorrect(CallTransition):
    act, sources, target, roles = "correct", ("published",), "published", (Role.APPROVER,)
    fails_at = AND_AT_THE_END
    fields = {"contact": "答疑组 0571-00000000"}

    def more(self, subject: Call) -> dict[str, Any]:
        changes = corrections.differences(subject, self.fields, None)
        return {"given": {"fields": self.fields}, "changes": [change["label"] for change in changes]}

    def through(self, subject: Call) -> None:
        corrections.correct_call(subject, self.fields, **self.by(subject))


class TestOpen(CallTransition):
    act, sources, target, automatic = "open", ("published",), "opened", True

    def moment(self, subject: Call) -> datetime:
        return subject.deadline


class TestPostponeOpening(CallTransition):
    act, sources, target, roles = "postpone_opening", ("published",), "published", (Role.OFFICER,)
    fails_at = AND_AT_THE_END

    def until(self, subject: Call) -> datetime:
        return subject.opening_time + timedelta(hours=2)

    def more(self, subject: Call) -> dict[str, Any]:
        return {"reason": REASON, "until": self.until(subject)}

    def through(self, subject: Call) -> None:
        postponement.postpone_opening(subject, self.until(subject), **self.by(subject), reason=REASON)


class TestPostponeFinalOpening(CallTransition):
    act, sources, target, roles = "postpone_final_opening", ("opened",), "opened", (Role.OFFICER,)
    fails_at = AND_AT_THE_END

    def make(self, source: str) -> Call:
        call = CallFactory(reach=source, method=Method.CONSULTATION)
        invite(call)
        return Call.objects.get(pk=call.pk)

    def until(self, subject: Call) -> datetime:
        return (subject.final_opening_time or subject.opening_time) + timedelta(hours=2)

    def more(self, subject: Call) -> dict[str, Any]:
        return {"reason": REASON, "until": self.until(subject)}

    def through(self, subject: Call) -> None:
        postponement.postpone_opening(subject, self.until(subject), **self.by(subject), reason=REASON, final=True)


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


class TestReply(TransitionTest):
    machine = Question
    act, sources, target, roles = "reply", ("asked",), "answered", (Role.DRAFTER, Role.APPROVER)
    fails_at = AND_AT_THE_END

    def make(self, source: str) -> Question:
        return QuestionFactory(reach=source)

    def party(self, subject: Question) -> Organisation:
        return subject.call.project.buyer

    def more(self, subject: Question) -> dict[str, Any]:
        return {"given": {"answer": "周一至周五，每天八小时。"}}

    def through(self, subject: Question) -> None:
        questions.answer(subject, "周一至周五，每天八小时。", **self.by(subject))
