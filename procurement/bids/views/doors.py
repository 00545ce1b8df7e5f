"""Who enters a bid room, and what may be done in it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.bids import drafts, offers
from procurement.bids.enums import BidState, Round
from procurement.bids.models import Attachment, Bid, BidDraft, Envelope
from procurement.calls.enums import CallState
from procurement.calls.models import Call, Lot
from workflows import engine
from workflows.reasons import Reason


@dataclass(frozen=True)
class Room:
    """One supplier's room for one lot: for the first offer, or for the final one."""

    actor: Actor
    lot: Lot
    bid: Bid | None
    round: str

    @property
    def call(self) -> Call:
        return self.lot.call

    @property
    def supplier(self) -> Any:
        return self.actor.organisation

    @property
    def is_final(self) -> bool:
        return self.round == Round.FINAL

    @property
    def until(self) -> datetime:
        """Until when an offer can be handed in; that moment itself is in time (B1)."""
        if self.is_final and self.call.final_offers_until is not None:
            return self.call.final_offers_until
        return self.call.deadline

    @property
    def sealed(self) -> bool:
        """Whether this round's offer is in its envelope."""
        if self.bid is None:
            return False
        if self.is_final:
            return self.bid.state != BidState.QUALIFIED
        return self.bid.state not in (BidState.DRAFT, BidState.WITHDRAWN)

    @property
    def open(self) -> bool:
        """Whether a draft can be written now."""
        state = CallState.OPENED if self.is_final else CallState.PUBLISHED
        return not self.sealed and self.call.state == state and self.actor.at <= self.until

    @property
    def closed_words(self) -> str:
        if self.sealed:
            return _("Your offer is sealed. Withdraw it first if you want to replace it.")
        return _("The time to bid here is over; nothing was saved.")

    @property
    def envelope(self) -> Envelope | None:
        return self.bid.envelopes.filter(round=self.round).order_by("-pk").first() if self.bid else None

    def draft(self) -> BidDraft | None:
        return drafts.find(self.lot, self.supplier, self.round)

    def form(self, draft: BidDraft | None) -> offers.OfferForm:
        """What was saved; a final offer begins as the first one was."""
        if draft is None and self.is_final and self.bid is not None:
            return offers.OfferForm(self.lot, offers.from_bid(self.bid))
        return offers.OfferForm(self.lot, drafts.read(draft))

    def rules(self) -> list[Reason]:
        """Every rule that stands in the way of handing in now, or will be logged with it."""
        bid = self.bid or Bid(lot=self.lot, supplier=self.supplier)
        move, who = (bid.offer_final if self.is_final else bid.submit), self.actor.as_organisation
        return engine.blockers(move, **who) + engine.warnings(move, **who)


def enter(request: HttpRequest, lot: int) -> Room:
    """The room of the organisation this person acts for. ``Http404`` where the lot is not open to anybody."""
    actor = actor_of(request)
    found = Lot.objects.select_related("call__project__buyer").filter(pk=lot).first()
    if found is None:
        raise Http404
    own = Bid.objects.filter(lot=found, supplier=actor.organisation) if actor.organisation else Bid.objects.none()
    bid = own.select_related("lot__call__project__buyer", "supplier").first()
    if bid is None and (found.call.state != CallState.PUBLISHED or found.failed_reason):
        raise Http404
    if Role.SUPPLIER not in actor.roles:
        raise PermissionDenied(_("Only a supplier's own staff bids for it."))
    in_talks = bid is not None and found.call.final_offers_until is not None and found.call.has_final_offers
    still_in = bid is not None and bid.state in (BidState.QUALIFIED, BidState.FINAL_OFFERED)
    return Room(actor, found, bid, Round.FINAL if in_talks and still_in else Round.FIRST)


def own_attachment(room: Room, pk: Any) -> Attachment:
    """A file of this room's own draft; ``Http404`` for anybody else's."""
    found = Attachment.objects.filter(
        file_id=pk, draft__lot=room.lot, draft__supplier=room.supplier, draft__round=room.round
    )
    attachment = found.select_related("file", "draft").first()
    if attachment is None:
        raise Http404
    return attachment
