"""What may be asked, held against a result, and decided, and by when (T4–T6, T10; 条例 art 52–55, 令94)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.awards.enums import ChallengeKind, ChallengeState
from procurement.rules import rulebook
from workflows.machine import Act
from workflows.reasons import Reason

CLOCKS = {ChallengeKind.QUERY: "T4", ChallengeKind.CHALLENGE: "T5", ChallengeKind.COMPLAINT: "T6"}


def _rule(rule_id: str, subject: Any, act: Act) -> Any:
    return rulebook.find(rule_id, on=act.at, region=subject.project.buyer.region)


def touching(award: Any) -> QuerySet[Any]:
    """What was filed about this award, or about the whole call it belongs to."""
    return award.lot.call.challenges.filter(Q(award=award.pk) | Q(award__isnull=True))


def suspending(award: Any) -> QuerySet[Any]:
    """T10: what is pending and may change the result (条例 art 54)."""
    return touching(award).filter(state=ChallengeState.FILED, may_change_result=True)


def nothing_pending(award: Any, act: Act) -> Iterator[Reason]:
    """An award becomes final when every challenge and complaint about it has been decided."""
    waiting = touching(award).filter(state=ChallengeState.FILED)
    waiting = waiting.filter(~Q(kind=ChallengeKind.QUERY) | Q(may_change_result=True))
    if numbers := [found.number for found in waiting]:
        rule = _rule("T10", award, act)
        message = _("Still to be decided: %(numbers)s.") % {"numbers": ", ".join(numbers)}
        yield rule.reason(message) if rule is not None else Reason(message, code="pending")


def not_brought_down(award: Any, act: Act) -> Iterator[Reason]:
    """A result that an upheld challenge of the procedure would change is not confirmed, and not published."""
    upheld = touching(award).filter(state=ChallengeState.UPHELD, changes_result=True, decided_at__gte=award.proposed_at)
    if numbers := [found.number for found in upheld]:
        message = _("Upheld, and it changes the result: %(numbers)s. Cancel the call; it can be published again.")
        yield Reason(message % {"numbers": ", ".join(numbers)}, code="upheld")


def complaint_period_over(award: Any, act: Act) -> Iterator[Reason]:
    """T6: whoever is not content with a reply may still complain (令94)."""
    rule = _rule("T6", award, act)
    open_ = touching(award).filter(complain_until__gte=timezone.localdate(act.at), complaints__isnull=True)
    latest = max((found.complain_until for found in open_), default=None)
    if rule is not None and latest is not None:
        message = _("A complaint about the reply can be filed until %(until)s.") % {"until": latest.isoformat()}
        yield rule.reason(message, effect="block")


def is_a_query(challenge: Any, act: Act) -> Iterator[Reason]:
    if challenge.kind != ChallengeKind.QUERY:
        yield Reason(_("A challenge or a complaint is upheld or dismissed."), code="kind")


def is_a_case(challenge: Any, act: Act) -> Iterator[Reason]:
    if challenge.kind == ChallengeKind.QUERY:
        yield Reason(_("A query is answered; nothing is decided on it."), code="kind")


def not_the_drafter(challenge: Any, act: Act) -> Iterator[Reason]:
    """Four eyes: whoever drafted the call does not judge what is held against it (house)."""
    if act.by is not None and act.by.pk == challenge.call.drafted_by_id:
        yield Reason(_("You drafted this call: a colleague replies."), code="four_eyes")


def has_decision(challenge: Any, act: Act) -> Iterator[Reason]:
    if act.preview:
        return
    if not act.given.get("decision", "").strip():
        yield Reason(_("Write the reply."), code="decision")
    if not act.given.get("published", "").strip():
        yield Reason(_("Write what is published: without trade secrets, and naming no person."), code="published")


def says_why(challenge: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not act.reason.strip():
        yield Reason(_("Write down why it may, or may not, change the result."), code="reason")


def decided_in_time(challenge: Any, act: Act) -> Iterator[Reason]:
    """T4, T5, T6: replied to in 3, 7, 30 working days; late, never refused."""
    rule = _rule(CLOCKS[ChallengeKind(challenge.kind)], challenge, act)
    if rule is not None and timezone.localdate(act.at) > challenge.due_on:
        latest = challenge.due_on.isoformat()
        yield rule.reason(_("The reply was due on %(latest)s.") % {"latest": latest}, effect="late", latest=latest)
