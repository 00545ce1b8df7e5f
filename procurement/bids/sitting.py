"""An opening as its page shows it: who attends as what, and what each may see when (B5, P9)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.mandates import acts_of
from procurement.accounts.permissions import is_regulator
from procurement.accounts.workspace.desk import Actor
from procurement.bids import opening
from procurement.bids.access import buyer_reads, runs_offers
from procurement.bids.confirming import unconfirmed
from procurement.bids.enums import BidState, Round
from procurement.bids.models import Attachment, Bid, Envelope, OpeningConfirmation
from procurement.calls.enums import CallState
from procurement.calls.models import Call
from workflows.models import TransitionLog
from workflows.reasons import Reason

OFFICER, BUYER, BIDDER, REGULATOR, OUTSIDE = "officer", "buyer", "bidder", "regulator", "outside"
EARLY, POSTPONED, FEW, READY, OPENED, ENDED = "early", "postponed", "few", "ready", "opened", "ended"
GONE = (BidState.DRAFT, BidState.WITHDRAWN)


def seat_of(actor: Actor, call: Call) -> str:
    """As what this person attends; ``outside`` for colleagues with another role, empty for strangers."""
    organisation = actor.organisation
    if run := acts_of(organisation, call.project, actor.at):
        if Role.OFFICER in actor.roles and MandateAct.OPENING in run:
            return OFFICER
        return BUYER if actor.roles & {Role.DRAFTER, Role.APPROVER} else OUTSIDE
    if organisation is not None and call_bids(call).filter(supplier=organisation).exists():
        return BIDDER if Role.SUPPLIER in actor.roles else OUTSIDE
    return REGULATOR if is_regulator(actor.user) else ""


def call_bids(call: Call) -> Any:
    """Every bid that was handed in and not taken back."""
    return Bid.objects.filter(lot__call=call).exclude(state__in=[str(state) for state in GONE])


@dataclass(frozen=True)
class Row:
    """One envelope on the page. Before the opening it has no name: neither who bid nor whose it is."""

    bid: Bid
    at: datetime
    sha256: str
    own: bool
    named: bool
    readable: bool
    price: Any = None
    changed: bool = False
    unconfirmed: bool = False


@dataclass(frozen=True)
class Sitting:
    """The opening of one round of a call, as one person attends it."""

    call: Call
    actor: Actor
    seat: str
    round: str

    @property
    def is_final(self) -> bool:
        return self.round == Round.FINAL

    @property
    def closes_at(self) -> datetime:
        """Until when offers of this round come in."""
        return (self.call.final_offers_until if self.is_final else None) or self.call.deadline

    @property
    def opens_at(self) -> datetime:
        return (self.call.final_opening_time if self.is_final else None) or self.call.opening_time

    @property
    def opened_at(self) -> datetime | None:
        return self.call.final_opened_at if self.is_final else self.call.opened_at

    @property
    def reads_out(self) -> bool:
        """Whether prices are read out here (P9)."""
        return not self.is_final and self.call.reads_prices_out

    @cached_property
    def phase(self) -> str:
        if self.opened_at is not None:
            return OPENED
        if self.call.state in (CallState.FAILED, CallState.CANCELLED, CallState.CONCLUDED):
            return ENDED
        if self.actor.at < self.closes_at:
            return EARLY
        if any(reason.blocks and reason.rule == "P7" for reason in self.reasons):
            return FEW
        return POSTPONED if self.actor.at < self.opens_at else READY

    @cached_property
    def reasons(self) -> list[Reason]:
        """What stands in the way of opening now, and what will be shown with it."""
        if self.opened_at is not None or self.call.state not in (CallState.PUBLISHED, CallState.OPENED):
            return []
        return opening.opening_reasons(self.call, **self.actor.as_organisation, round_=self.round)

    @cached_property
    def words(self) -> list[OpeningConfirmation]:
        """The officers' words that count: those that opened the round, or that still hold."""
        return opening.confirmations(self.call, self.round, self.opened_at or self.actor.at)

    @property
    def lapsed(self) -> list[OpeningConfirmation]:
        """Words that no second officer joined in time."""
        if self.opened_at is not None:
            return []
        held = {word.pk for word in self.words}
        found = self.call.confirmations.filter(round=self.round).select_related("officer")
        return [word for word in found if word.pk not in held]

    @property
    def waits_for_me(self) -> bool:
        mine = any(word.officer_id == self.actor.user.pk for word in self.words)
        return self.seat == OFFICER and self.phase == READY and not mine

    @property
    def second_until(self) -> datetime | None:
        """Until when a second officer can join the first."""
        return self.words[0].at + opening.TOGETHER if self.words and self.opened_at is None else None

    @cached_property
    def stopped(self) -> TransitionLog | None:
        """The last try to open that found an envelope changed, while the round is not opened."""
        if self.opened_at is not None:
            return None
        rows = TransitionLog.objects.filter(
            subject_type="calls.call", subject_id=self.call.pk, action="opening_stopped", facts__round=self.round
        )
        return rows.order_by("-sequence").first()

    @cached_property
    def rows(self) -> list[Row]:
        """The envelopes, in the order they came; nothing before the time to hand in is over."""
        if self.opened_at is None and self.actor.at <= self.closes_at:
            return []
        faults = Attachment.objects.filter(envelope__bid=OuterRef("pk")).exclude(fault="")
        envelopes = Envelope.objects.filter(round=self.round).defer("sealed").order_by("pk")
        bids = call_bids(self.call).select_related("supplier", "lot__call__project")
        stale = set(unconfirmed(call_bids(self.call)).values_list("pk", flat=True))
        found = []
        for bid in bids.annotate(changed=Exists(faults)).prefetch_related(Prefetch("envelopes", queryset=envelopes)):
            sealed = list(bid.envelopes.all())
            if sealed:
                found.append(self._row(bid, sealed[-1], unconfirmed=bid.pk in stale))
        return sorted(found, key=lambda row: (row.at, row.bid.pk))

    def _row(self, bid: Bid, envelope: Envelope, *, unconfirmed: bool) -> Row:
        own = self.seat == BIDDER and bid.supplier_id == self.actor.organisation.pk
        opened = self.opened_at is not None and bid.opened_at is not None
        return Row(
            bid=bid,
            at=envelope.sealed_at,
            sha256=envelope.sha256,
            own=own,
            named=opened or own,
            readable=opened and (own or self._reads_offers),
            price=bid.first_price if opened and self.reads_out else None,
            changed=opened and bid.changed,  # type: ignore[attr-defined] # annotated above
            unconfirmed=unconfirmed and (opened or own),
        )

    @cached_property
    def _reads_offers(self) -> bool:
        if self.seat == REGULATOR:
            return True
        if self.seat == BIDDER or not self.actor.roles & {Role.OFFICER, Role.DRAFTER} or not buyer_reads(self.call):
            return False
        return runs_offers(self.actor.organisation, self.call.project, self.actor.at)

    @property
    def mark(self) -> str:
        """Changes whenever the page would: what a page asks for that wants to know whether there is news."""
        told = [
            self.call.state, self.phase, self.round, self.opens_at, self.opened_at, self.closes_at,
            [word.pk for word in self.words], self.stopped and self.stopped.pk,
            [[row.bid.pk, row.sha256, row.named, row.readable, row.changed] for row in self.rows],
            [str(reason) for reason in self.reasons],
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()[:16]


def sittings(call: Call, actor: Actor, seat: str) -> list[Sitting]:
    """The rounds of a call that are to be opened or were, the present one first."""
    rounds = [Round.FIRST]
    if call.opened_at is not None and call.final_offers_until is not None:
        rounds.insert(0, Round.FINAL)
    return [Sitting(call, actor, seat, str(round_)) for round_ in rounds]
