"""Bids as tables: a supplier's own, and to the buyer those that are opened, with prices only where P9 shows them."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import RUNNING_KINDS, Role
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.tables import MINUTE, MONEY, NUMBER, TAG, Column, Filter, table
from procurement.bids.access import OFFERS, buyer_reads
from procurement.bids.desk import bids_to_us, own_bids
from procurement.bids.enums import EVER_OPENED, BidState
from procurement.bids.models import Bid
from procurement.projects.tables import progress


def price_for_buyer(bid: Bid) -> Decimal | None:
    """P9: where prices are not read out, they are the panel's alone until the award."""
    return bid.price if buyer_reads(bid.call) else None


def total_for_buyer(bid: Bid) -> Decimal | None:
    return bid.total if buyer_reads(bid.call) else None


def _own_address(bid: Bid, actor: Actor) -> str:
    return reverse("bids:room", args=[bid.lot_id])


def _offer(bid: Bid, actor: Actor) -> str:
    """P9: an offer whose price is not for the buyer yet is not the buyer's to open."""
    return reverse("bids:offer", args=[bid.pk]) if buyer_reads(bid.call) else ""


table(
    "bids",
    _("Our bids"),
    [Role.SUPPLIER],
    rows=lambda actor: own_bids(actor) if actor.organisation else Bid.objects.none(),
    columns=[
        Column("title", _("Call"), lambda bid: bid.lot.title, order="lot__call__project__title"),
        Column("number", _("Receipt number"), lambda bid: bid.number, under=True, order="number"),
        Column("buyer", _("Buyer"), lambda bid: bid.project.buyer.name, order="lot__call__project__buyer__name"),
        progress(lambda bid: bid.project, "lot__call__project"),
        Column("state", _("State"), lambda bid: bid.get_state_display(), TAG, order="state"),
        Column("submitted", _("Submitted"), lambda bid: bid.submitted_at, MINUTE, order="submitted_at"),
        Column("deadline", _("Deadline"), lambda bid: bid.call.deadline, MINUTE, order="lot__call__deadline"),
        Column("price", _("Price (yuan)"), lambda bid: bid.price, MONEY, order="price"),
        Column("total", _("Points"), lambda bid: bid.total, NUMBER, order="total"),
        Column("rank", _("Rank"), lambda bid: bid.rank, NUMBER, order="rank"),
    ],
    search=["lot__call__project__title", "number", "lot__call__project__buyer__name"],
    filters=[Filter("state", _("State"), BidState.choices, "state")],
    order=["-lot__call__deadline", "-pk"],
    address=_own_address,
    place=40,
    empty=_(
        "A bid appears here as soon as its offer is submitted. Until the opening its price is in the envelope only."
    ),
)
table(
    "offers",
    _("Bids to us"),
    [Role.OFFICER, Role.DRAFTER],
    rows=lambda actor: bids_to_us(actor, *OFFERS),
    columns=[
        Column("supplier", _("Supplier"), lambda bid: bid.supplier.name, order="supplier__name"),
        Column("number", _("Receipt number"), lambda bid: bid.number, under=True, order="number"),
        Column("title", _("Call"), lambda bid: bid.lot.title, order="lot__call__project__title"),
        progress(lambda bid: bid.project, "lot__call__project"),
        Column("state", _("State"), lambda bid: bid.get_state_display(), TAG, order="state"),
        Column("opened", _("Opened"), lambda bid: bid.opened_at, MINUTE, order="opened_at"),
        # not to be sorted by: the order would tell what the column does not show
        Column("price", _("Price (yuan)"), price_for_buyer, MONEY),
        Column("total", _("Points"), total_for_buyer, NUMBER),
    ],
    search=["supplier__name", "number", "lot__call__project__title"],
    filters=[Filter("state", _("State"), [(s.value, s.label) for s in EVER_OPENED], "state")],
    order=["-opened_at", "lot", "pk"],
    address=_offer,
    place=41,
    kinds=RUNNING_KINDS,
    empty=_("Bids appear here once they are opened. Before that nobody of the buyer sees who bid."),
)
