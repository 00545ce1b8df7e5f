"""Who is told what of calls, questions and corrections. Nobody is told who asked."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup, MandateAct, Role
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import Seat, staff
from procurement.calls.models import Call, Correction, Question
from procurement.projects.notifications import about, buyer_staff, suppliers, thread_of


def call_facts(call: Call) -> dict[str, str]:
    """What messages say of a call."""
    return {
        **about(call.project),
        "call": call.number,
        "deadline": f"{timezone.localtime(call.deadline):%Y-%m-%d %H:%M}",
    }


def _call(pk: int) -> Call:
    return Call.objects.select_related("project__buyer").get(pk=pk)


def holders(call: Call) -> list[Seat]:
    """Those who have taken the documents (P11)."""
    return staff(call.takings.values("organisation"), Role.SUPPLIER)


@event(
    "call.handed_in",
    EventGroup.CALLS,
    _("To be published: %(title)s"),
    _("The draft of call %(call)s is finished and waits for your approval."),
)
def _handed_in(call_id: int, step: int) -> Told:
    call = _call(call_id)
    path = reverse("deed", args=["call.publish", call.pk])
    people = buyer_staff(call.project, Role.APPROVER)
    return Told(call, people, path, call_facts(call), project=call.project, key=str(step))


@event(
    "call.handed_back",
    EventGroup.CALLS,
    _("Handed back: %(title)s"),
    _("The draft of call %(call)s was handed back. What is to be changed stands in the log of the project."),
)
def _handed_back(call_id: int, by: int, step: int) -> Told:
    call = _call(call_id)
    people = [seat for seat in buyer_staff(call.project, Role.DRAFTER, covered=MandateAct.DRAFTING) if seat[0] != by]
    path = reverse("calls:draft", args=[call.pk, "timetable"])
    return Told(call, people, path, call_facts(call), project=call.project, key=str(step))


@event(
    "call.published",
    EventGroup.NEW_CALLS,
    _("New call: %(title)s"),
    _("%(buyer)s invites bids for %(call)s until %(deadline)s."),
)
def _published(call_id: int) -> Told:
    call = _call(call_id)
    return Told(call, suppliers(), thread_of(call.project), call_facts(call), project=call.project)


@event(
    "call.corrected",
    EventGroup.CALLS,
    _("Corrected: %(title)s"),
    _("Call %(call)s was corrected; the deadline is now %(deadline)s. See what changed in the correction notice."),
)
def _corrected(correction_id: int) -> Told:
    row = Correction.objects.select_related("call__project__buyer").get(pk=correction_id)
    call = row.call
    return Told(
        row, holders(call), thread_of(call.project), call_facts(call), project=call.project, at=row.published_at
    )


@event(
    "question.asked",
    EventGroup.CALLS,
    _("A question on %(title)s"),
    _("A supplier asks about call %(call)s. The answer goes to everybody."),
)
def _asked(question_id: int) -> Told:
    row = Question.objects.select_related("call__project__buyer").get(pk=question_id)
    people = buyer_staff(row.call.project, Role.DRAFTER, Role.APPROVER, covered=MandateAct.QUESTIONS)
    path = reverse("deed", args=["question.answer", row.pk])
    return Told(row, people, path, call_facts(row.call), project=row.call.project)


@event(
    "question.answered",
    EventGroup.CALLS,
    _("An answer on %(title)s"),
    _("A question on call %(call)s was answered; question and answer stand on the page of the call."),
)
def _answered(question_id: int) -> Told:
    row = Question.objects.select_related("call__project__buyer").get(pk=question_id)
    people = [(row.asked_by_id, row.supplier_id), *holders(row.call)]
    return Told(row, people, thread_of(row.call.project), call_facts(row.call), project=row.call.project)
