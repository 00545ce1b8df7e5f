"""W5 at the call: a failed project takes its money again only while the budget line has it, one decision at a time."""

from __future__ import annotations

import threading
import time
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction

from procurement.calls.models import Call
from procurement.projects import ledger
from procurement.projects.models import BudgetLine, Project
from tests.factories.calls import CallFactory, publish
from tests.factories.projects import ProjectFactory, approve
from workflows.errors import TransitionBlocked

SLOW = 0.6  # seconds that somebody takes between looking at what is left and taking it


def called_again(project: Project) -> Call:
    """The draft of a second call, after the first one failed."""
    return CallFactory(project=ProjectFactory.advance(project, "failed"))


def together(*acts: Any) -> list[str]:
    """Each act by a connection of its own, all at once; the rules that refused them."""
    gate, outcomes = threading.Barrier(len(acts)), []

    def run(act: Any) -> None:
        try:
            gate.wait()
            act()
            outcomes.append("done")
        except TransitionBlocked as refusal:
            outcomes.append(", ".join(sorted(reason.rule for reason in refusal.reasons)))
        finally:
            connections.close_all()

    runners = [threading.Thread(target=run, args=[act]) for act in acts]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    return sorted(outcomes)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    left = BudgetLine.left

    def look(self: BudgetLine, **more: Any) -> Decimal:
        found = left(self, **more)
        time.sleep(SLOW)
        return found

    monkeypatch.setattr(BudgetLine, "left", look)


@pytest.mark.django_db
def test_what_others_took_meanwhile_is_not_there_any_more() -> None:
    call = called_again(ProjectFactory(approved=True))
    line = call.project.budget_line
    BudgetLine.objects.filter(pk=line.pk).update(amount=call.project.budget)
    ProjectFactory(buyer=call.project.buyer)  # a draft already counts
    with pytest.raises(TransitionBlocked) as refusal:
        publish(call)
    assert [reason.rule for reason in refusal.value.reasons] == ["W5"]
    BudgetLine.objects.filter(pk=line.pk).update(amount=2 * call.project.budget)
    publish(call)
    assert call.project.fresh().state == "tendering"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("slowly")
def test_two_calls_at_once_do_not_take_the_same_money() -> None:
    first = called_again(ProjectFactory(approved=True))
    second = called_again(ProjectFactory(approved=True, buyer=first.project.buyer))
    assert first.project.budget_line == second.project.budget_line
    BudgetLine.objects.filter(pk=first.project.budget_line_id).update(amount=first.project.budget)
    assert together(lambda: publish(first), lambda: publish(second)) == ["W5", "done"]
    assert BudgetLine.objects.get(pk=first.project.budget_line_id).left() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("slowly")
def test_an_approval_and_a_new_call_do_not_take_the_same_money() -> None:
    """One takes the last of the line while a failed project is called again for the same money."""
    call = called_again(ProjectFactory(approved=True))
    line = call.project.budget_line
    BudgetLine.objects.filter(pk=line.pk).update(amount=call.project.budget)
    project = ProjectFactory(buyer=call.project.buyer)
    assert together(lambda: publish(call), lambda: approve(project)) == ["W5", "done"]
    assert BudgetLine.objects.get(pk=line.pk).left() == 0


@pytest.mark.django_db(transaction=True)
def test_an_approval_waits_for_a_change_of_its_line() -> None:
    """The keeper lowers the line (no project had taken from it) just before one is approved."""
    project: Project = ProjectFactory()
    line, changed = project.budget_line, threading.Event()
    BudgetLine.objects.filter(pk=line.pk).update(amount=project.budget)

    def lower() -> None:
        with transaction.atomic():
            ledger._locked(line)
            changed.set()
            time.sleep(SLOW)
            BudgetLine.objects.filter(pk=line.pk).update(amount=Decimal(1))

    def approves() -> None:
        changed.wait()
        approve(project)

    assert together(lower, approves) == ["W5", "done"]
