"""Corrections of a published call, and answers to the questions on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.calls.guards import criteria, method, timetable
from procurement.rules import rulebook, workdays
from workflows.machine import Act
from workflows.reasons import Reason


def _corrected(call: Any, act: Act) -> Any:
    """The call as it would read after the correction; its criteria are already the new ones in this transaction."""
    after = copy(call)
    for name, value in act.given.get("fields", {}).items():
        setattr(after, name, value)
    return after


def _judged_after(guard: Callable[[Any, Act], Iterator[Reason]]) -> Callable[[Any, Act], Iterator[Reason]]:
    def corrected(call: Any, act: Act) -> Iterator[Reason]:
        yield from guard(_corrected(call, act), act)

    corrected.__name__, corrected.__doc__ = f"corrected_{guard.__name__}", guard.__doc__
    return corrected


corrected_has_criteria = _judged_after(criteria.has_criteria)
corrected_price_weight = _judged_after(criteria.price_weight)
corrected_criteria_are_quantified = _judged_after(criteria.criteria_are_quantified)
corrected_ceiling_within_budget = _judged_after(method.ceiling_within_budget)
corrected_wording = _judged_after(criteria.restrictive_wording)


def corrected_periods(call: Any, act: Act) -> Iterator[Reason]:
    """D4: a correction leaves no deadline that the designated medium's day of publication has made too early."""
    reasons = timetable.periods_kept_in_the_medium(_corrected(call, act), act)
    yield from (reason for reason in reasons if reason.rule != "D4")


def still_takes_bids(call: Any, act: Act) -> Iterator[Reason]:
    if act.at > call.deadline:
        yield Reason(_("The deadline has passed: what was called for can no longer be changed."), code="deadline")


def correction_has_content(call: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not act.facts.get("changes"):
        yield Reason(_("Nothing differs from what was published."), code="nothing")


def deadline_never_earlier(call: Any, act: Act) -> Iterator[Reason]:
    """House: nobody who planned by the published deadline is cut off by a correction."""
    if _corrected(call, act).deadline < call.deadline:
        yield Reason(_("A correction may move the deadline later, never earlier."), code="deadline_earlier")


def deadline_moves_with_content(call: Any, act: Act) -> Iterator[Reason]:
    """P4: content changed shortly before the deadline moves the deadline."""
    rule = rulebook.find("P4", variant=call.method, on=act.at, region=call.project.buyer.region)
    if rule is None or not rule.values.get("min") or not act.facts.get("of_content"):
        return
    earliest = workdays.earliest_deadline(timezone.localdate(act.at), int(rule.values["min"]), rule.values["unit"])
    after = _corrected(call, act).deadline
    if timezone.localdate(after) < earliest:
        yield rule.reason(
            _("The content changes shortly before the deadline: it moves to %(day)s or later.")
            % {"day": earliest.isoformat()},
            earliest=earliest.isoformat(),
        )


def has_answer(question: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not str(act.given.get("answer", "")).strip():
        yield Reason(_("Write the answer."), code="answer")


def answered_in_time(question: Any, act: Act) -> Iterator[Reason]:
    """T4: a query is answered within three working days (条例 art 52)."""
    rule = rulebook.find("T4", on=act.at, region=question.call.project.buyer.region)
    if rule is None:
        return
    last = workdays.add_working_days(timezone.localdate(question.asked_at), int(rule.values["days"]))
    if timezone.localdate(act.at) > last:
        yield rule.reason(_("The answer was due by %(day)s.") % {"day": last.isoformat()})
