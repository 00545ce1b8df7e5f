from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.calls import timetable
from procurement.calls.timetable import Earliest
from procurement.projects import official
from procurement.rules import rulebook
from workflows.machine import Act
from workflows.reasons import Reason

LONGEST_DELAY = timedelta(days=60)  # house: of an opening, at one time


def _too_early(earliest: Earliest | None, moment: datetime, words: str) -> Iterator[Reason]:
    if earliest is None or timetable.local_day(moment) >= earliest.day:
        return
    yield earliest.rule.reason(
        words % {"moment": timezone.localtime(moment).strftime("%Y-%m-%d %H:%M"), "day": earliest.day.isoformat()},
        earliest=earliest.day.isoformat(),
        provisional=earliest.provisional,
    )


def time_to_bid(call: Any, act: Act) -> Iterator[Reason]:
    """P1: documents → deadline."""
    if call.deadline <= act.at:
        yield Reason(_("The deadline lies before the publication."), code="deadline")
        return
    yield from _too_early(
        timetable.to_bid(call, act.at),
        call.deadline,
        _("The deadline %(moment)s is too early: the earliest lawful day is %(day)s."),
    )


def notice_shown_long_enough(call: Any, act: Act) -> Iterator[Reason]:
    """P2: the notice stands until the deadline."""
    yield from _too_early(
        timetable.notice_shown(call, act.at),
        call.deadline,
        _("The notice would stand only until %(moment)s: it must be shown until %(day)s at least."),
    )


def documents_obtainable_long_enough(call: Any, act: Act) -> Iterator[Reason]:
    """P3: documents are obtainable until the deadline unless the call ends it earlier."""
    until = call.documents_until or call.deadline
    if until > call.deadline:
        yield Reason(_("Documents cannot be obtained after the deadline."), code="documents_until")
    yield from _too_early(
        timetable.documents_obtainable(call, act.at),
        until,
        _("Documents would be obtainable only until %(moment)s: it must be until %(day)s at least."),
    )


def periods_kept_in_the_medium(call: Any, act: Act) -> Iterator[Reason]:
    """D4: where the notice must appear in the designated medium, P1–P3 are counted from the later of the two."""
    if call.published_at is None or not official.required(call.project, call.published_at):
        return
    started = timetable.starts(call)
    if started is None:
        notice = timetable.notice_of(call)
        yield from official.not_recorded(notice) if notice is not None else []
        return
    since = Act(by=act.by, at=started, organisation=act.organisation, preview=act.preview)
    for rule in (time_to_bid, notice_shown_long_enough, documents_obtainable_long_enough):
        yield from rule(call, since)


def room_for_the_medium(call: Any, act: Act) -> Iterator[Reason]:
    """D4, before the act: a notice that appears elsewhere a day later starts its periods a day later."""
    rule = rulebook.find("D4", variant="medium", on=act.at, region=call.project.buyer.region)
    earliest = timetable.earliest_deadline(call, act.at)
    if rule is None or earliest is None or not official.required(call.project, act.at):
        return
    if timetable.local_day(call.deadline) == earliest.day:
        yield rule.reason(
            _("The periods start when the notice appears in the designated medium: leave room after %(day)s.")
            % {"day": earliest.day.isoformat()},
            effect="warn",
        )


def _stamp(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


def _too_soon(call: Any, act: Act, message: str, code: str) -> Reason:
    """B5: nothing is opened before its time (令87 art 39)."""
    rule = rulebook.find("B5", on=act.at, region=call.project.buyer.region)
    return rule.reason(message) if rule is not None else Reason(message, code=code)


def deadline_passed(call: Any, act: Act) -> Iterator[Reason]:
    """B5: nothing is opened before the deadline (令87 art 39)."""
    if act.at < call.deadline:
        message = _("Nothing is opened before the deadline, %(moment)s.") % {"moment": _stamp(call.deadline)}
        yield _too_soon(call, act, message, "deadline")


def opening_time_come(call: Any, act: Act) -> Iterator[Reason]:
    """B5: nothing is opened before the deadline, nor before the time an opening was postponed to."""
    yield from deadline_passed(call, act)
    if call.opens_from is not None and call.deadline <= act.at < call.opens_from:
        yield _too_soon(call, act, _postponed(call.opens_from), "postponed")


def final_opening_time_come(call: Any, act: Act) -> Iterator[Reason]:
    """B5: the same for final offers, whose time is the same for all (P10)."""
    if act.at < call.final_offers_until:
        yield _too_soon(call, act, _("Final offers are opened when the time given for them is over."), "early")
    elif call.final_opens_from is not None and act.at < call.final_opens_from:
        yield _too_soon(call, act, _postponed(call.final_opens_from), "postponed")


def _postponed(until: datetime) -> str:
    return _("The opening is postponed to %(moment)s.") % {"moment": _stamp(until)}


def postponed_to_later(call: Any, act: Act) -> Iterator[Reason]:
    yield from _later(call.opening_time, act)


def final_opening_postponed_to_later(call: Any, act: Act) -> Iterator[Reason]:
    yield from _later(call.final_opening_time, act)


def final_offers_wait(call: Any, act: Act) -> Iterator[Reason]:
    if call.final_offers_until is None or call.final_opened_at is not None:
        yield Reason(_("There are no final offers to open."), code="state")


def _later(planned: datetime | None, act: Act) -> Iterator[Reason]:
    """House: the new time lies after the one it replaces, and near enough to be no slip of the pen."""
    until = act.facts.get("until")
    if until is None or planned is None:
        return
    if until <= max(planned, act.at):
        yield Reason(
            _("The new time must lie after %(moment)s.") % {"moment": _stamp(max(planned, act.at))}, code="not_later"
        )
    elif until > act.at + LONGEST_DELAY:
        yield Reason(
            _("The new time lies more than %(days)s days ahead; postpone again when it comes, or cancel the call.")
            % {"days": LONGEST_DELAY.days},
            code="too_late",
        )
