"""The opening: after the deadline, by two officers, of all envelopes of a round together (DESIGN: sealed bids)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.accounts.models import Organisation
from procurement.bids import attachments, similarity, verification
from procurement.bids.enums import BidState, Round
from procurement.bids.models import Bid, Envelope, OpeningConfirmation
from procurement.calls import permissions
from procurement.calls.enums import CallState, Method
from procurement.calls.guards import final_opening_time_come, opening_time_come, periods_kept_in_the_medium
from procurement.calls.models import Call, Lot
from procurement.common import sealing
from procurement.rules import rulebook
from workflows import clock, engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.reasons import Reason

TOGETHER = timedelta(minutes=15)  # both officers confirm within this time of each other


def _preview(call: Call, by: Any, organisation: Any) -> Act:
    claimed = clock.claimed_time()
    return Act(by=by, at=act_time(), organisation=organisation, claimed=claimed is not None)


def too_few(call: Call, lot: Lot, count: int, at: datetime) -> Iterator[Reason]:
    """P7: how many bidders a procedure needs; ``count`` is what there is for this lot."""
    rule = rulebook.find("P7", variant=call.method, on=at, region=call.project.buyer.region)
    if rule is None:
        return
    minimum = int(rule.values["min"])
    name = f"“{lot.name or lot.code}”: " if lot.code else ""
    left = count
    if call.method == Method.FRAMEWORK and count:
        # at least one in five is dropped, at least one; the rest make the framework
        left = count - max(1, math.ceil(count * Decimal(str(rule.values.get("dropped", "0.20")))))
    if left < minimum:
        yield rule.reason(
            name
            + ngettext(
                "%(count)s valid bidder; this procedure needs %(minimum)s.",
                "%(count)s valid bidders; this procedure needs %(minimum)s.",
                count,
            )
            % {"count": count, "minimum": minimum if call.method != Method.FRAMEWORK else minimum + 1},
            count=count,
        )
    if count == 0 and rule.effect != "block":
        yield Reason(name + _("Nobody bid."), code="no_bids", rule=rule.rule, article=rule.article)


def submitted(lot: Lot) -> int:
    return lot.bids.filter(state=BidState.SUBMITTED).count()


def confirmations(call: Call, round_: str, at: datetime) -> list[OpeningConfirmation]:
    """The word of different officers, given within fifteen minutes of ``at``, the earliest first."""
    found: dict[int, OpeningConfirmation] = {}
    for item in call.confirmations.filter(round=round_, at__gte=at - TOGETHER, at__lte=at).select_related("officer"):
        found.setdefault(item.officer_id, item)
    return list(found.values())


def _may_confirm(call: Call, round_: str, act: Act) -> Iterator[Reason]:
    if round_ == Round.FIRST:
        if call.state != CallState.PUBLISHED:
            yield Reason(_("This call is not waiting to be opened."), code="state")
            return
        yield from opening_time_come(call, act)
        if act.at < call.deadline:
            return  # how many have bid is nobody's to know yet
        yield from periods_kept_in_the_medium(call, act)
        for lot in call.lots.filter(failed_reason=""):
            yield from too_few(call, lot, submitted(lot), act.at)
        return
    if call.state != CallState.OPENED or call.final_opened_at is not None or not call.has_final_offers:
        yield Reason(_("There are no final offers to open."), code="state")
    elif call.final_offers_until is None:
        yield Reason(_("Final offers have not been invited yet."), code="not_invited")
    else:
        yield from final_opening_time_come(call, act)


def opening_reasons(call: Call, *, by: Any, organisation: Any, round_: str = Round.FIRST) -> list[Reason]:
    """Why this officer cannot confirm the opening now; also shown before the click."""
    return list(_may_confirm(call, round_, _preview(call, by, organisation)))


def confirm_opening(call: Call, *, by: Any, organisation: Organisation, round_: str = Round.FIRST) -> bool:
    """One officer confirms; with the second officer's confirmation the envelopes open.

    Returns whether they were opened now. Raises ``TransitionBlocked`` (B5, P7 …) or ``PermissionDenied``. Where an
    envelope was changed nothing is opened; that it was tried, and what was found, is kept in the call's log.
    """
    try:
        return _confirm(call, by=by, organisation=organisation, round_=round_)
    except sealing.SealBroken as broken:
        engine.note(
            call,
            "opening_stopped",
            by=by,
            organisation=organisation,
            round=str(round_),
            key_used=True,
            what=str(broken),
        )
        message = _("An envelope was changed after it was sealed; nothing was opened: %(what)s.") % {"what": broken}
        raise TransitionBlocked([Reason(message, code="seal_broken")], act=_act_name(round_), subject=call) from broken


def _act_name(round_: str) -> str:
    return "call.open" if round_ == Round.FIRST else "call.open_final_offers"


@transaction.atomic
def _confirm(call: Call, *, by: Any, organisation: Organisation, round_: str) -> bool:
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    act = _preview(call, by, organisation)
    reasons = list(_may_confirm(call, round_, act))
    name = _act_name(round_)
    if any(reason.blocks for reason in reasons):
        raise TransitionBlocked([r for r in reasons if r.blocks], act=name, subject=call)
    if not permissions.officer(call, act):
        raise PermissionDenied(_("Only an opening officer of the buyer confirms an opening."))
    if by.pk in {item.officer_id for item in confirmations(call, round_, act.at)}:
        raise TransitionBlocked(
            [Reason(_("You have confirmed; a second officer must confirm now."), code="second_officer")],
            act=name,
            subject=call,
        )
    OpeningConfirmation.objects.create(call=call, round=round_, officer=by, at=act.at)
    engine.note(call, "confirm_opening", by=by, organisation=organisation, round=str(round_))
    officers = confirmations(call, round_, act.at)
    if len(officers) < 2:
        return False
    key = _unwrap(call, officers, by=by, organisation=organisation, round_=round_)
    if round_ == Round.FIRST:
        _open_first(call, key, reasons, by=by, organisation=organisation)
    else:
        _open_final(call, key, by=by, organisation=organisation)
    return True


def _unwrap(
    call: Call, officers: list[OpeningConfirmation], *, by: Any, organisation: Organisation, round_: str
) -> X25519PrivateKey:
    """The call's private key. Each use is in the call's log, with both officers."""
    engine.note(
        call,
        "unwrap_key",
        by=by,
        organisation=organisation,
        round=str(round_),
        officers=[o.officer_id for o in officers],
    )
    return sealing.unwrap(bytes(call.key.wrapped), call.number)


def _offer(bid: Bid, envelope: Envelope, key: X25519PrivateKey) -> dict[str, Any]:
    if fault := verification.fault_before_opening(bid, envelope):
        raise sealing.SealBroken(fault if bid.number in fault else f"{bid.number}: {fault}")
    try:
        offer = sealing.unseal(bytes(envelope.sealed), key, bid.lot.call.number)
    except sealing.SealBroken as broken:
        raise sealing.SealBroken(f"the envelope of {bid.number} does not open") from broken
    return {
        "price": Decimal(offer["price"]) if offer["price"] is not None else None,
        "quantities": offer.get("quantities", {}),
        "proposal": offer.get("proposal", ""),
        "answers": offer.get("answers", {}),
        "price_table": offer.get("price_table", []),
        "consortium": offer.get("consortium", []),
        "declared": offer.get("declared", {}),
        "attachments": offer.get("attachments", []),
    }


def _open_files(bid: Bid, envelope: Envelope, offer: dict[str, Any], *, by: Any, organisation: Organisation) -> None:
    """The files come back from the envelope; one that is not the one that was sealed is named in the bid's log."""
    faults = attachments.open_from(envelope, offer["attachments"], act_time())
    if faults:
        engine.note(bid, "attachment_fault", by=by, organisation=organisation, faults=faults)


def _last(bid: Bid, round_: str) -> Envelope:
    return bid.envelopes.filter(round=round_).order_by("-pk")[0]


def _open_first(
    call: Call, key: X25519PrivateKey, reasons: list[Reason], *, by: Any, organisation: Organisation
) -> None:
    bids = Bid.objects.filter(lot__call=call, lot__failed_reason="", state=BidState.SUBMITTED)
    with engine.consequence():
        rules = [reason.as_dict() for reason in reasons]
        engine.perform(call.open, by=by, organisation=organisation, bids=bids.count(), rules_shown=rules)
        for bid in bids.select_related("lot__call__project", "supplier").order_by("pk"):
            envelope = _last(bid, Round.FIRST)
            offer = _offer(bid, envelope, key)
            engine.perform(bid.open, by=by, organisation=organisation, given={"offer": offer})
            _open_files(bid, envelope, offer, by=by, organisation=organisation)
        engine.perform(call.project.open, by=by, organisation=organisation, call=call.number)
    similarity.flag(call, Round.FIRST, by=by, organisation=organisation)
    jobs.enqueue("call.opened", call_id=call.pk)


def _open_final(call: Call, key: X25519PrivateKey, *, by: Any, organisation: Organisation) -> None:
    call.final_opened_at = act_time()
    call.save(update_fields=["final_opened_at"])
    for bid in Bid.objects.filter(lot__call=call, state=BidState.QUALIFIED):
        engine.perform(
            bid.reject,
            by=by,
            organisation=organisation,
            reason=_("No final offer was handed in."),
            rule="P10",
        )
        jobs.enqueue("bid.rejected", bid_id=bid.pk)
    for bid in Bid.objects.filter(lot__call=call, state=BidState.FINAL_OFFERED).select_related("lot__call"):
        envelope = _last(bid, Round.FINAL)
        offer = _offer(bid, envelope, key)
        bid.price, bid.price_table = offer["price"], offer["price_table"]  # a table of the first price would not sum up
        bid.quantities = offer["quantities"] or bid.quantities
        bid.answers = bid.answers | {code: text for code, text in offer["answers"].items() if text}
        bid.proposal = offer["proposal"] or bid.proposal
        bid.save(update_fields=["price", "price_table", "quantities", "answers", "proposal"])
        engine.note(bid, "open_final_offer", by=by, organisation=organisation)
        _open_files(bid, envelope, offer, by=by, organisation=organisation)
    similarity.flag(call, Round.FINAL, by=by, organisation=organisation)
    jobs.enqueue("call.final_offers_opened", call_id=call.pk)


@transaction.atomic
def invite_final_offers(call: Call, *, by: Any, organisation: Organisation, until: datetime) -> Call:
    """P10: the same chance for everyone still in, until the same time."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    act = _preview(call, by, organisation)
    waiting = Bid.objects.filter(lot__call=call, state=BidState.OPENED).count()
    reasons = []
    if call.state != CallState.OPENED or not call.has_final_offers or call.final_opened_at is not None:
        reasons.append(Reason(_("This call knows no final offers now."), code="state"))
    if call.final_offers_until is not None:
        rule = rulebook.find("P10", variant=call.method, on=act.at, region=call.project.buyer.region)
        message = _("Final offers were invited once; there is no second final offer.")
        reasons.append(rule.reason(message) if rule is not None else Reason(message, code="once"))
    if waiting:
        reasons.append(
            Reason(
                ngettext(
                    "%(count)s bid is still to be let in or rejected.",
                    "%(count)s bids are still to be let in or rejected.",
                    waiting,
                )
                % {"count": waiting},
                code="open",
            )
        )
    if until < act.at:
        reasons.append(Reason(_("The time for final offers lies in the past."), code="until"))
    if reasons:
        raise TransitionBlocked(reasons, act="call.invite_final_offers", subject=call)
    if not permissions.officer(call, act):
        raise PermissionDenied(_("Only an opening officer of the buyer invites final offers."))
    call.final_offers_until = until
    call.save(update_fields=["final_offers_until"])
    engine.note(call, "invite_final_offers", by=by, organisation=organisation, until=until)
    jobs.enqueue("call.final_offers_invited", call_id=call.pk)
    return call
