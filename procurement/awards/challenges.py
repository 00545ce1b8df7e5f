"""Acts on queries, challenges and complaints, and what they do to the award in the same transaction (T4–T6, T10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.awards import evidence, filing, guards, hooks, permissions
from procurement.awards.enums import BINDING, AwardState, ChallengeAbout, ChallengeKind, ChallengeState
from procurement.awards.guards.challenge import touching
from procurement.awards.models import Award, Challenge, Evidence
from procurement.calls.models import Call
from procurement.common.models import next_number
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.reasons import NOTE, Reason

LETTERS = {ChallengeKind.QUERY: "Q", ChallengeKind.CHALLENGE: "Z", ChallengeKind.COMPLAINT: "S"}


def prepared(
    call: Call,
    *,
    kind: str,
    about: str,
    by: Any,
    organisation: Organisation,
    award: Award | None = None,
    against: Challenge | None = None,
    words: Mapping[str, str] | None = None,
) -> Challenge:
    """A challenge as it would be filed now, not saved. One about the result, or against a reply, is of its award."""
    moment = act_time()
    if against is not None:
        about, award = against.about, against.award
    words = words or {}
    return Challenge(
        call=call,
        award=award if about == ChallengeAbout.RESULT else None,
        kind=kind,
        about=about,
        supplier=organisation,
        against=against,
        claims=words.get("claims", "").strip(),
        facts=words.get("facts", "").strip(),
        basis=words.get("basis", "").strip(),
        # a challenge is taken to be able to change the result until the buyer says why it cannot
        may_change_result=kind == ChallengeKind.CHALLENGE,
        filed_at=moment,
        filed_by=by,
        due_on=filing.due_on(kind, call, moment),
    )


@transaction.atomic
def file(call: Call, *, by: Any, organisation: Organisation, files: Sequence[Any] = (), **what: Any) -> Challenge:
    """Files a query, a challenge or a complaint; ``what`` as for ``prepared``, ``files`` are its evidence.

    Raises ``TransitionBlocked`` with every unmet rule (T5 blocks a later challenge), ``PermissionDenied`` for others.
    """
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    challenge = prepared(call, by=by, organisation=organisation, **what)
    act = engine.act_of(by, organisation, challenge.filed_at)
    if not permissions.challenger(challenge, act):
        raise PermissionDenied(_("Only a supplier's staff files this."))
    found = list(filing.refusals(challenge, act))
    if any(reason.blocks for reason in found):
        raise TransitionBlocked([r for r in found if r.blocks], act="challenge.file", subject=call)
    letter = LETTERS[ChallengeKind(challenge.kind)]
    challenge.number = f"{call.number}-{letter}{next_number(f'{call.number}-{letter}')}"
    facts: dict[str, Any] = {"kind": str(challenge.kind), "about": str(challenge.about)}
    if found:
        facts["rules"] = [reason.as_dict() for reason in found]
    engine.begin(challenge, by=by, organisation=organisation, action="file", due_on=str(challenge.due_on), **facts)
    if files:
        _note_evidence(challenge, files, part=Evidence.Part.FILING, by=by, organisation=organisation)
    _follow(challenge, by=by, organisation=organisation)
    jobs.enqueue("challenge.filed", challenge_id=challenge.pk)
    return challenge


def _note_evidence(challenge: Challenge, files: Sequence[Any], *, part: str, **who: Any) -> None:
    """Keeps the files, and their hashes in the log: a file that is exchanged or lost later is found by its hash."""
    hashes = evidence.add(challenge, files, part=part, by=who["by"])
    action = "add_evidence" if part == Evidence.Part.FILING else "add_reply_files"
    engine.note(challenge, action, **who, sha256=hashes)


@transaction.atomic
def add_evidence(challenge: Challenge, files: Sequence[Any], *, by: Any, organisation: Organisation) -> Challenge:
    """Whoever filed it adds evidence while it waits for the reply."""
    challenge = Challenge.objects.select_for_update(of=("self",)).select_related("call__project").get(pk=challenge.pk)
    act = engine.act_of(by, organisation)
    if not permissions.challenger(challenge, act):
        raise PermissionDenied(_("Only those who filed it add evidence."))
    if challenge.state != ChallengeState.FILED:
        message = _("It has been decided: nothing can be added any more.")
        raise TransitionBlocked([Reason(message, code="state")], act="challenge.add_evidence", subject=challenge)
    _note_evidence(challenge, files, part=Evidence.Part.FILING, by=by, organisation=organisation)
    return challenge


def concerned(challenge: Challenge) -> list[Award]:
    """The awards it is about: its own, or every living one of its call."""
    if challenge.award_id is not None:
        return list(Award.objects.filter(pk=challenge.award_id))
    return list(Award.objects.filter(lot__call=challenge.call_id).exclude(state=AwardState.REVOKED).order_by("pk"))


def _follow(challenge: Challenge, **who: Any) -> None:
    """What this leads to for the awards concerned and for whatever stands on them."""
    for award in concerned(challenge):
        settle(award, fallen=challenge if challenge.changes_result else None, **who)


def settle(award: Award, *, fallen: Challenge | None = None, by: Any, organisation: Organisation | None) -> None:
    """Moves an award to where what is filed about it puts it, and tells what stands on it (T10)."""
    who = {"by": by, "organisation": organisation}
    cases = touching(award).filter(state=ChallengeState.FILED).exclude(kind=ChallengeKind.QUERY)
    pending = cases.exists()
    with engine.consequence():
        if award.state in BINDING and (pending or fallen is not None):
            engine.perform(award.challenge, **who)
        if award.state == AwardState.CHALLENGED and fallen is not None:
            engine.perform(award.uphold, **who, challenge=fallen.number)
        elif award.state == AwardState.CHALLENGED and not pending:
            engine.perform(award.dismiss, **who)
    hooks.shaken(award, **who)
    jobs.enqueue("project.changed", project_id=award.project.pk)


@transaction.atomic
def assess(
    challenge: Challenge, *, may_change_result: bool, reason: str, by: Any, organisation: Organisation
) -> Challenge:
    """Says, with the reason, whether what was filed may change the result: only then is signing suspended (T10)."""
    engine.perform(
        challenge.assess, by=by, organisation=organisation, reason=reason, may_change_result=may_change_result
    )
    _follow(challenge, by=by, organisation=organisation)
    return challenge


def _close(
    challenge: Challenge,
    name: str,
    given: dict[str, Any],
    *,
    by: Any,
    organisation: Organisation,
    files: Sequence[Any] = (),
    **facts: Any,
) -> Challenge:
    engine.perform(getattr(challenge, name), by=by, organisation=organisation, given=given, **facts)
    if files:
        _note_evidence(challenge, files, part=Evidence.Part.REPLY, by=by, organisation=organisation)
    _follow(challenge, by=by, organisation=organisation)
    jobs.enqueue("challenge.decided", challenge_id=challenge.pk)
    return challenge


@transaction.atomic
def answer(challenge: Challenge, *, decision: str, published: str, **who: Any) -> Challenge:
    """Answers a query (T4): ``decision`` to whoever asked, ``published`` to everybody.

    ``who``: ``by`` and ``organisation``; ``files``, where the reply has any.
    """
    return _close(challenge, "answer", {"decision": decision, "published": published}, **who)


def _reply(challenge: Challenge, decision: str, published: str) -> dict[str, Any]:
    given: dict[str, Any] = {"decision": decision, "published": published}
    if challenge.kind == ChallengeKind.CHALLENGE:
        given["complain_until"] = filing.complain_until(challenge, act_time())
    return given


@transaction.atomic
def uphold(challenge: Challenge, *, decision: str, published: str, changes_result: bool, **who: Any) -> Challenge:
    """Upholds a challenge or a complaint. One that changes the result brings the award down (令94 art 16, 32)."""
    if changes_result and not concerned(challenge):
        changes_result = False  # there is no result yet: the call itself is corrected or cancelled
    given = _reply(challenge, decision, published)
    return _close(challenge, "uphold", given, changes_result=changes_result, **who)


@transaction.atomic
def dismiss(challenge: Challenge, *, decision: str, published: str, **who: Any) -> Challenge:
    """Dismisses a challenge or a complaint; with nothing else pending the award stands."""
    return _close(challenge, "dismiss", _reply(challenge, decision, published), **who)


@transaction.atomic
def withdraw(challenge: Challenge, *, by: Any, organisation: Organisation) -> Challenge:
    return _close(challenge, "withdraw", {}, by=by, organisation=organisation)


def still_open(award: Award, at: Any) -> list[Reason]:
    """What can still happen to a result: shown to those who sign before that time is over, which is lawful."""
    act = Act(by=None, at=at)
    found = [*guards.challenge_period_over(award, act), *guards.nothing_pending(award, act)]
    return [replace(reason, effect=NOTE) for reason in (*found, *guards.complaint_period_over(award, act))]


def brought_down(award: Award) -> list[Challenge]:
    """The upheld challenges and complaints that brought this award down."""
    return list(touching(award).filter(state=ChallengeState.UPHELD, changes_result=True).select_related("supplier"))
