"""Who may ask, challenge or complain, about what, and until when (T5, T6; 条例 art 52–55, 令94)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.awards import noticed
from procurement.awards.enums import ChallengeAbout, ChallengeKind, ChallengeState
from procurement.awards.guards.challenge import CLOCKS
from procurement.awards.models import Award, Challenge
from procurement.bids.models import Bid
from procurement.calls import timetable
from procurement.calls.enums import CallState
from procurement.calls.models import Call
from procurement.projects import official
from procurement.rules import rulebook, workdays
from procurement.rules.models import RuleVersion
from workflows.machine import Act
from workflows.reasons import Reason

DAYS = {ChallengeKind.QUERY: ("days", 3), ChallengeKind.CHALLENGE: ("reply_days", 7),
        ChallengeKind.COMPLAINT: ("decision_days", 30)}  # fmt: skip


def rule_for(kind: str, call: Call, at: datetime) -> RuleVersion | None:
    return rulebook.find(CLOCKS[ChallengeKind(kind)], on=at, region=call.project.buyer.region)


def due_on(kind: str, call: Call, at: datetime) -> date:
    """By when a query (T4), a challenge (T5) or a complaint (T6) filed at that time is to be replied to."""
    key, usual = DAYS[ChallengeKind(kind)]
    rule = rule_for(kind, call, at)
    days = int(rule.values.get(key, usual)) if rule is not None else usual
    return workdays.add_working_days(timezone.localdate(at), days)


def complain_until(challenge: Challenge, replied: datetime) -> date:
    """T6: a complaint within 15 working days after the reply (令94)."""
    rule = rule_for(ChallengeKind.COMPLAINT, challenge.call, replied)
    days = int(rule.values["days"]) if rule is not None else 15
    return workdays.add_working_days(timezone.localdate(replied), days)


def _bids(call: Call, supplier: Organisation | None) -> Any:
    return Bid.objects.filter(lot__call=call, supplier=supplier, submitted_at__isnull=False)


def affected(call: Call, about: str, supplier: Organisation | None, award: Award | None = None) -> bool:
    """Whether this supplier's rights are at stake: it bid (for that lot, and lost), or took the documents."""
    if supplier is None:
        return False
    bids = _bids(call, supplier)
    if about == ChallengeAbout.RESULT:
        return award is not None and bids.filter(lot=award.lot_id).exclude(pk=award.bid_id).exists()
    taken = about == ChallengeAbout.DOCUMENTS and call.takings.filter(organisation=supplier).exists()
    return taken or bids.exists()


def waits_for_the_medium(call: Call, about: str, supplier: Organisation, award: Award | None) -> list[Reason]:
    """D4: why the term for a challenge has not begun, where its notice is not recorded in the designated medium."""
    if about == ChallengeAbout.RESULT:
        return noticed.waits_for_the_medium(award) if award is not None else []
    if about == ChallengeAbout.DOCUMENTS and not call.takings.filter(organisation=supplier).exists():
        notice = timetable.notice_of(call)
        return official.not_recorded(notice) if notice is not None else []
    return []


def last_day(call: Call, about: str, supplier: Organisation, award: Award | None, at: datetime) -> date | None:
    """T5: the last day for a challenge; none where its clock has not begun (条例 art 53, 令94 art 10, D4).

    Documents: from the day they were taken, else from the end of the notice's time. Procedure: from the end of its
    latest step. Result: from the end of the result notice's period.
    """
    if waits_for_the_medium(call, about, supplier, award):
        return None
    if about == ChallengeAbout.RESULT:
        return award.challenge_until if award is not None else None
    start = _documents_since(call, supplier) if about == ChallengeAbout.DOCUMENTS else _latest_step(call)
    rule = rule_for(ChallengeKind.CHALLENGE, call, at)
    if start is None:
        return None
    return workdays.add_working_days(start, int(rule.values["days"]) if rule is not None else 7)


def _documents_since(call: Call, supplier: Organisation) -> date | None:
    taken = call.takings.filter(organisation=supplier).first()
    if taken is not None:
        return timezone.localdate(taken.taken_at)
    started = timetable.starts(call)
    if started is None:
        return None
    published = timezone.localdate(started)
    rule = rulebook.find("P2", variant=call.method, on=published, region=call.project.buyer.region)
    days = int(rule.values.get("min", 1)) if rule is not None else 1
    return workdays.nth_working_day_counting_first(published, days)


def _latest_step(call: Call) -> date | None:
    panel = getattr(call, "panel", None)
    steps = [call.opened_at, call.final_opened_at, panel.signed_at if panel is not None else None]
    done = [timezone.localdate(step) for step in steps if step is not None]
    return max(done, default=None)


def refusals(challenge: Challenge, act: Act) -> Iterator[Reason]:
    """Everything that stands in the way of filing this; what only is late says so and is kept in the log."""
    if challenge.call.state in (CallState.DRAFT, CallState.CANCELLED):
        yield Reason(_("There is no published call to ask about."), code="state")
    if not challenge.claims.strip():
        yield Reason(_("Write what you ask for."), code="claims")
    if challenge.kind != ChallengeKind.QUERY and not challenge.facts.strip():
        yield Reason(_("Write the facts you rely on."), code="facts")
    yield from _standing(challenge)
    if challenge.kind == ChallengeKind.CHALLENGE:
        yield from _in_time(challenge, act)
    if challenge.kind == ChallengeKind.COMPLAINT:
        yield from _after_a_reply(challenge, act)


def _standing(challenge: Challenge) -> Iterator[Reason]:
    rule = rule_for(challenge.kind, challenge.call, challenge.filed_at)
    if not affected(challenge.call, challenge.about, challenge.supplier, challenge.award):
        message = _("Only a bidder whose rights are at stake can file this; for the documents, whoever took them too.")
        yield rule.reason(message, effect="block") if rule is not None else Reason(message, code="standing")
    same = challenge.call.challenges.filter(
        supplier=challenge.supplier,
        kind=challenge.kind,
        about=challenge.about,
        award=challenge.award,
        state=ChallengeState.FILED,
    )
    if challenge.kind != ChallengeKind.QUERY and same.exists():
        yield Reason(_("One of yours about this is still to be decided."), code="pending")


def _in_time(challenge: Challenge, act: Act) -> Iterator[Reason]:
    """T5 blocks a later challenge (条例 art 53); none is late before its term has begun (D4)."""
    if waits_for_the_medium(challenge.call, challenge.about, challenge.supplier, challenge.award):
        return
    last = last_day(challenge.call, challenge.about, challenge.supplier, challenge.award, act.at)
    rule = rule_for(challenge.kind, challenge.call, act.at)
    if last is None:
        yield Reason(_("There is nothing of this kind to challenge yet."), code="not_yet")
    elif rule is not None and timezone.localdate(act.at) > last:
        message = _("A challenge about this could be filed until %(until)s.") % {"until": last.isoformat()}
        yield rule.reason(message, effect="block", until=last.isoformat())


def _after_a_reply(challenge: Challenge, act: Act) -> Iterator[Reason]:
    """T6: a complaint follows a challenge that was replied to, or not replied to in time (令94)."""
    first = challenge.against
    if first is None or first.supplier_id != challenge.supplier_id or first.kind != ChallengeKind.CHALLENGE:
        yield Reason(_("A complaint follows a challenge of your own."), code="against")
        return
    today = timezone.localdate(act.at)
    if first.state == ChallengeState.WITHDRAWN:
        yield Reason(_("The challenge was withdrawn."), code="withdrawn")
    elif first.state == ChallengeState.FILED and today <= first.due_on:
        message = _("The buyer has until %(until)s to reply to the challenge.") % {"until": first.due_on.isoformat()}
        yield Reason(message, code="early")
    if first.complaints.exclude(state=ChallengeState.WITHDRAWN).exists():
        yield Reason(_("There is a complaint about this challenge already."), code="exists")
    rule = rule_for(challenge.kind, challenge.call, act.at)
    latest = first.complain_until or complain_until(first, _noon(first.due_on))
    if rule is not None and today > latest:
        message = _("A complaint was to be filed by %(until)s; the supervisors decide whether they take it.")
        yield rule.reason(message % {"until": latest.isoformat()}, effect="late")


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
