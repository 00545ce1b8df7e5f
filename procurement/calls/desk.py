"""What is done with calls at the desk."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed, threads_of
from procurement.calls import actions, drafting, questions, timetable
from procurement.calls.models import Call, Question
from procurement.projects import notices
from procurement.projects.desk import ours as our_projects
from procurement.projects.enums import NoticeKind


def ours(actor: Actor, *acts: str) -> QuerySet[Call]:
    """Calls of the buyer acted for; for an agency those it may do one of ``acts`` for."""
    return Call.objects.filter(threads_of(actor, *acts)).select_related("project__buyer")


def _to_draft(actor: Actor) -> QuerySet[Call]:
    return ours(actor, MandateAct.DRAFTING)


def facts(call: Call) -> list[tuple[Any, Any]]:
    started = timetable.starts(call)
    earliest = timetable.earliest_deadline(call, started) if started else None
    return [
        (_("Method"), call.get_method_display()),
        (_("Ceiling"), f"{call.ceiling:,.2f}"),
        (_("Deadline"), forms_moment(call.deadline)),
        (_("Earliest lawful deadline"), earliest.day if earliest else ""),
        (_("Qualifications"), call.qualifications),
        (_("What is wanted"), call.requirements),
        (
            _("Criteria"),
            "\n".join(f"{c.code} {c.name} {c.weight.normalize():f} · {c.rule}" for c in call.criteria.all()),
        ),
    ]


def forms_moment(value: Any) -> str:
    from django.utils import timezone

    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}" if value else ""


def _termination(call: Call, actor: Actor) -> notices.Preview:
    fields = actions.termination_fields(call)
    return notices.preview(call.project, NoticeKind.TERMINATION, fields, at=actor.at, asked=["reason"])


def _questions(actor: Actor) -> QuerySet[Question]:
    asked = Question.objects.filter(threads_of(actor, MandateAct.QUESTIONS, way="call__project"))
    return asked.select_related("call__project__buyer")


def _open_calls(actor: Actor) -> QuerySet[Call]:
    return Call.objects.filter(state="published", deadline__gte=actor.at).select_related("project__buyer")


deed(
    "call.draft",
    _("Draft a call"),
    [Role.DRAFTER],
    mine=lambda actor: our_projects(actor, MandateAct.DRAFTING),
    waits=Q(state__in=["approved", "intended", "failed"]) & ~Q(calls__state__in=["draft", "published", "opened"]),
    do=lambda project, actor, given: None,
    page=lambda project: reverse("calls:start", args=[project.pk]),
)
deed(
    "call.edit",
    _("Go on drafting a call"),
    [Role.DRAFTER],
    mine=_to_draft,
    waits=Q(state="draft", handed_in_at__isnull=True),
    do=lambda call, actor, given: None,
    page=lambda call: reverse("calls:draft", args=[call.pk, "timetable"]),
)
deed(
    "call.take_back",
    _("Take a draft back from the approver"),
    [Role.DRAFTER],
    mine=_to_draft,
    waits=Q(state="draft", handed_in_at__isnull=False),
    facts=facts,
    do=lambda call, actor, given: drafting.hand_back(call, **actor.as_organisation),
    optional=True,
)
deed(
    "call.hand_back",
    _("Hand a draft back with words"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state="draft", handed_in_at__isnull=False),
    facts=facts,
    fields=lambda call, actor: {"reason": forms.text(_("What is to be changed"), 2000, 3)},
    do=lambda call, actor, given: drafting.hand_back(call, **actor.as_organisation, **given),
    optional=True,
)
deed(
    "call.publish",
    _("Publish a call"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state="draft", handed_in_at__isnull=False),
    move="publish",
    facts=facts,
    fields=lambda call, actor: {"sure": forms.sure(_("Published it is for good: a change is a correction."))},
    preview=lambda call, actor: notices.preview(
        call.project, NoticeKind.CALL, actions.notice_fields(call), at=actor.at
    ),
    do=lambda call, actor, given: actions.publish_call(call, **actor.as_organisation, **given),
    due="deadline",
)
deed(
    "call.fail",
    _("Declare a call failed"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state__in=["published", "opened"]),
    move="fail",
    facts=facts,
    fields=lambda call, actor: {"reason": forms.reason()},
    preview=_termination,
    do=lambda call, actor, given: actions.fail_call(call, **actor.as_organisation, **given),
    hurts=True,
    optional=True,
)
deed(
    "call.cancel",
    _("Cancel a call"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state__in=["draft", "published", "opened"]),
    move="cancel",
    facts=facts,
    fields=lambda call, actor: {"reason": forms.reason()},
    preview=lambda call, actor: None if call.state == "draft" else _termination(call, actor),
    do=lambda call, actor, given: actions.cancel_call(call, **actor.as_organisation, **given),
    hurts=True,
    optional=True,
)
deed(
    "question.answer",
    _("Answer a question"),
    [Role.DRAFTER, Role.APPROVER],
    mine=_questions,
    waits=Q(state="asked"),
    move="reply",
    facts=lambda question: [
        (_("Call"), question.call.number),
        (_("Question"), question.text),
        (_("Asked"), forms_moment(question.asked_at)),
    ],
    fields=lambda question, actor: {"answer": forms.text(_("Answer"), 4000, 6)},
    do=lambda question, actor, given: questions.answer(question, given["answer"], **actor.as_organisation),
    help=_("The question and the answer are published on the page of the call, without the asker's name."),
)
deed(
    "call.correct",
    _("Questions and corrections of a call"),
    [Role.APPROVER, Role.DRAFTER],
    mine=lambda actor: ours(actor, MandateAct.QUESTIONS),
    waits=Q(state="published"),
    do=lambda call, actor, given: None,
    page=lambda call: reverse("calls:questions", args=[call.pk]),
    due="deadline",
    optional=True,
)
deed(
    "call.ask",
    _("Ask a question on a call"),
    [Role.SUPPLIER],
    mine=_open_calls,
    waits=Q(questions_until__isnull=True) | Q(questions_until__gte=Now()),
    facts=facts,
    reasons=lambda call, actor: questions.may_ask(call),
    fields=lambda call, actor: {"text": forms.text(_("Question"), questions.LONGEST, 5)},
    do=lambda call, actor, given: questions.ask(call, given["text"], **actor.as_organisation),
    help=_("Your name is seen by the buyer only. The answer goes to everybody."),
    due="deadline",
    optional=True,
)
