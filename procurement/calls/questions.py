"""Questions on a published call, their answers to all, and who has taken its documents."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.calls.enums import CallState
from procurement.calls.models import Call, Question, Taking
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

LONGEST = 2000  # characters of a question


def may_ask(call: Call) -> list[Reason]:
    """What keeps a supplier from asking now."""
    until = call.questions_until or call.deadline
    if call.state != CallState.PUBLISHED:
        return [Reason(_("Questions can be asked while a call is open for bids."), code="state")]
    if act_time() > until:
        return [
            Reason(_("The time for questions ended on %(until)s.") % {"until": f"{until:%Y-%m-%d %H:%M}"}, code="late")
        ]
    return []


@transaction.atomic
def ask(call: Call, text: str, *, by: Any, organisation: Organisation) -> Question:
    """Asks a question of the buyer. Raises ``TransitionBlocked`` after the clarification limit."""
    reasons = may_ask(call)
    if not text.strip():
        reasons.append(Reason(_("Write the question."), code="question"))
    if reasons:
        raise TransitionBlocked(reasons, act="question.ask", subject=call)
    question = Question(call=call, supplier=organisation, text=text.strip()[:LONGEST], asked_at=act_time(), asked_by=by)
    # the asker is in the question's own row, which only the buyer's side reads; the log is read by all
    engine.begin(question, by=None, action="ask")
    jobs.enqueue("question.asked", question_id=question.pk)
    return question


@transaction.atomic
def answer(question: Question, text: str, *, by: Any, organisation: Organisation) -> Question:
    """Answers a question, for everybody to read."""
    engine.perform(question.reply, by=by, organisation=organisation, given={"answer": text.strip()})
    jobs.enqueue("question.answered", question_id=question.pk)
    return question


@transaction.atomic
def take_documents(call: Call, *, by: Any, organisation: Organisation) -> Taking:
    """Remembers that an organisation has taken the documents, once; it is told of answers and corrections."""
    if call.state != CallState.PUBLISHED or act_time() > (call.documents_until or call.deadline):
        raise TransitionBlocked([Reason(_("The documents of this call can no longer be taken."), code="state")])
    taking, _new = Taking.objects.get_or_create(
        call=call, organisation=organisation, defaults={"taken_at": act_time(), "taken_by": by}
    )
    return taking
