"""Acts on bids before and after the opening (the opening itself: opening.py)."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.bids.enums import Round
from procurement.bids.models import Bid, Envelope
from procurement.calls.models import Call, Lot
from procurement.common import sealing
from procurement.rules import rulebook
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.models import TransitionLog
from workflows.reasons import Reason


def offer(
    price: Decimal | None, quantities: dict[str, Decimal] | None = None, proposal: str = "", **more: Any
) -> dict[str, Any]:
    """An offer as it is sealed; price in yuan, none where the price is fixed by the call.

    ``more``: ``answers`` by criterion, ``price_table``, ``consortium``, ``attachments`` (with each file's data key).
    """
    return {
        "price": str(price) if price is not None else None,
        "quantities": {code: str(value) for code, value in (quantities or {}).items()},
        "proposal": proposal,
        **more,
    }


RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L: receipts are read from paper


def receipt_number(call_number: str) -> str:
    """A receipt's number. Drawn, not counted: a series would tell anybody who asks how many have bid."""
    return f"{call_number}-B" + "".join(secrets.choice(RECEIPT_ALPHABET) for _place in range(8))


def hold_shut(call_id: int) -> None:
    """Keeps the call from being opened until this transaction ends.

    Many hand in at once and do not wait for each other; but an opening waits for those who came in time and have not
    finished, and whoever comes after it finds the call opened. Without it a bid judged in the deadline's last moment
    could come to lie in a call already opened, and never be opened itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {Call._meta.db_table} WHERE id = %s FOR SHARE", [call_id])  # noqa: S608 - our own


def _refuse_second(bid: Bid) -> None:
    rule = rulebook.find("B2", on=act_time(), region=bid.lot.call.project.buyer.region)
    message = _("%(name)s has a bid here already; withdraw it to replace it.") % {"name": bid.supplier}
    reason = rule.reason(message) if rule is not None else Reason(message, code="second_bid")
    raise TransitionBlocked([reason], act="bid.submit", subject=bid)


@transaction.atomic
def submit_bid(lot: Lot, content: dict[str, Any], *, by: Any, organisation: Organisation) -> Bid:
    """Seals ``content`` (see ``offer``) to the call and hands it in; the plaintext is stored nowhere.

    Raises ``TransitionBlocked`` (B1, B2 …) or ``PermissionDenied``; nothing of a refused bid is kept.
    """
    # one at a time for a supplier: the second of two in the same instant finds the first one's bid, and is told so (B2)
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    hold_shut(lot.call_id)
    bid = Bid.objects.filter(lot=lot, supplier=organisation).first()
    if bid is None:
        call = lot.call
        number = receipt_number(call.number)
        bid = Bid(lot=lot, supplier=organisation, number=number)
        engine.begin(bid, by=by, organisation=organisation, action="draft")
    elif bid.state not in ("draft", "withdrawn"):
        _refuse_second(bid)
    return _hand_in(bid, bid.submit, Round.FIRST, content, by=by, organisation=organisation)


def _hand_in(bid: Bid, move: Any, round_: str, content: dict[str, Any], *, by: Any, organisation: Organisation) -> Bid:
    call = bid.lot.call
    sealed = sealing.seal(content, bytes(call.public_key), call.number) if call.public_key else b""
    digest = sealing.fingerprint(sealed)
    engine.perform(move, by=by, organisation=organisation, given={"sealed": sealed}, sha256=digest, round=str(round_))
    # the moment the act was judged by: a clock read again here could lie after the deadline that was just met
    at = TransitionLog.objects.get(subject_type=bid._meta.label_lower, subject_id=bid.pk, sequence=bid.log_length).at
    Envelope.objects.create(bid=bid, round=round_, sealed=sealed, sha256=digest, sealed_at=at)
    jobs.enqueue("bid.submitted", bid_id=bid.pk)
    return bid


@transaction.atomic
def offer_final(bid: Bid, content: dict[str, Any], *, by: Any, organisation: Organisation) -> Bid:
    """Seals a bidder's one final offer (P10)."""
    hold_shut(bid.lot.call_id)
    return _hand_in(bid, bid.offer_final, Round.FINAL, content, by=by, organisation=organisation)


@transaction.atomic
def withdraw_bid(bid: Bid, *, by: Any, organisation: Organisation) -> Bid:
    """Takes a bid back until the deadline (B2); its envelope stays, unopened."""
    hold_shut(bid.lot.call_id)
    return engine.perform(bid.withdraw, by=by, organisation=organisation)


@transaction.atomic
def qualify_bid(bid: Bid, *, by: Any, organisation: Organisation) -> Bid:
    engine.perform(bid.qualify, by=by, organisation=organisation)
    jobs.enqueue("bid.qualified", bid_id=bid.pk)
    return bid


@transaction.atomic
def reject_bid(bid: Bid, *, by: Any, organisation: Organisation, reason: str, rule: str = "") -> Bid:
    engine.perform(bid.reject, by=by, organisation=organisation, reason=reason, rule=rule)
    jobs.enqueue("bid.rejected", bid_id=bid.pk)
    return bid
