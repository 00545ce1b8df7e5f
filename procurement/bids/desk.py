"""What suppliers do with bids, and officers with openings, at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.permissions import is_regulator
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed, threads_of
from procurement.bids import actions, confirming, opening
from procurement.bids.access import buyer_reads
from procurement.bids.models import Bid
from procurement.calls.desk import ours as our_calls
from procurement.calls.enums import WITH_FINAL_OFFERS
from procurement.calls.models import Call, Lot
from procurement.common.money import yuan

WATCHED_DAYS = 30  # how long an opening that was held is still offered to be looked at


def _open_lots(actor: Actor) -> QuerySet[Lot]:
    """Lots anybody may bid for; the supplier's own living bid takes one off the list."""
    lots = Lot.objects.filter(call__state="published", failed_reason="").select_related("call__project__buyer")
    living = Bid.objects.filter(supplier=actor.organisation).exclude(state__in=["draft", "withdrawn"])
    return lots.exclude(pk__in=living.values("lot")) if actor.organisation else lots.none()


def own_bids(actor: Actor) -> QuerySet[Bid]:
    return Bid.objects.filter(supplier=actor.organisation).select_related("lot__call__project__buyer", "supplier")


def bids_to_us(actor: Actor, *acts: str) -> QuerySet[Bid]:
    """Bids for the buyer's own calls, only once they are opened: before, nobody of the buyer sees who bid.

    For an agency: for the calls it may do one of ``acts`` for.
    """
    bids = Bid.objects.filter(threads_of(actor, *acts, way="lot__call__project"), opened_at__isnull=False)
    return bids.select_related("lot__call__project__buyer", "supplier")


def _at_its_page(subject: Any, actor: Actor, given: dict[str, Any]) -> None:
    """An offer is written and sealed in the bid room, over several steps."""


def _bid_facts(bid: Bid) -> list[tuple[Any, Any]]:
    return [
        (_("Supplier"), bid.supplier.name),
        # P9: where prices are not read out, they are the panel's alone until the award
        (_("Price"), yuan(bid.price) if buyer_reads(bid.lot.call) else ""),
        (_("Proposal"), bid.proposal),
        *((c, v) for c, v in bid.quantities.items()),
    ]


def _corrections(bid: Bid) -> list[tuple[Any, Any]]:
    return [
        (change["label"], f"{change['was'] or '—'} → {change['is'] or '—'}")
        for correction in confirming.corrected_since(bid)
        for change in correction.changes
    ]


def _opening_page(call: Call) -> str:
    return reverse("bids:opening", args=[call.pk])


def _openings(actor: Actor) -> QuerySet[Call]:
    """Openings to come or just held: of the own calls, of those bid for, and for regulators all of them."""
    recent = actor.at - timedelta(days=WATCHED_DAYS)
    calls = Call.objects.filter(Q(state="published") | Q(state="opened", opened_at__gte=recent))
    theirs = threads_of(actor, MandateAct.OPENING)
    theirs |= Q(pk__in=own_bids(actor).exclude(state__in=["draft", "withdrawn"]).values("lot__call"))
    if is_regulator(actor.user):
        theirs |= Q(deadline__lte=actor.at + timedelta(days=1))
    return calls.filter(theirs).select_related("project__buyer").order_by("deadline", "pk")


def _invite(call: Call, actor: Actor, given: dict[str, Any]) -> Any:
    until = actor.at + timedelta(minutes=given["minutes"])
    return opening.invite_final_offers(call, **actor.as_organisation, until=until)


deed(
    "bid.submit",
    _("Bid for a call"),
    [Role.SUPPLIER],
    mine=_open_lots,
    waits=Q(call__deadline__gte=Now()),
    do=_at_its_page,
    due="call.deadline",
    page=lambda lot: reverse("bids:room", args=[lot.pk]),
    help=_(
        "The offer is encrypted at once. Nobody can read it before the opening. You may withdraw it until the deadline."
    ),
)
deed(
    "bid.withdraw",
    _("Withdraw a bid"),
    [Role.SUPPLIER],
    mine=own_bids,
    waits=Q(state="submitted", lot__call__deadline__gte=Now()),
    move="withdraw",
    do=lambda bid, actor, given: actions.withdraw_bid(bid, **actor.as_organisation),
    hurts=True,
    optional=True,
)
deed(
    "bid.confirm",
    _("Confirm a bid after a correction"),
    [Role.SUPPLIER],
    mine=lambda actor: confirming.unconfirmed(own_bids(actor)),
    waits=Q(state="submitted", lot__call__deadline__gte=Now()),
    facts=_corrections,
    do=lambda bid, actor, given: confirming.confirm_bid(bid, **actor.as_organisation),
    help=_("The call was corrected after you sealed the bid. Confirm that it stands, or withdraw and replace it."),
)
deed(
    "call.open",
    _("Confirm the opening"),
    [Role.OFFICER],
    mine=lambda actor: our_calls(actor, MandateAct.OPENING),
    waits=Q(state="published", deadline__lte=Now()) & (Q(opens_from__isnull=True) | Q(opens_from__lte=Now())),
    do=_at_its_page,
    page=_opening_page,
    due="opening_time",
    help=_("Two officers confirm, each with their own login, within 15 minutes of each other."),
)
deed(
    "bid.qualify",
    _("Let in a bid"),
    [Role.OFFICER, Role.DRAFTER],
    mine=lambda actor: bids_to_us(actor, MandateAct.QUALIFICATION),
    waits=Q(state="opened"),
    move="qualify",
    facts=_bid_facts,
    do=lambda bid, actor, given: actions.qualify_bid(bid, **actor.as_organisation),
)
deed(
    "bid.reject",
    _("Reject a bid"),
    [Role.OFFICER, Role.DRAFTER],
    mine=lambda actor: bids_to_us(actor, MandateAct.QUALIFICATION, MandateAct.PANEL),
    waits=Q(state__in=["opened", "qualified", "final_offered"]),
    move="reject",
    facts=_bid_facts,
    fields=lambda bid, actor: {"reason": forms.text(_("Reason"), 2000, help_text=_("The bidder reads it."))},
    do=lambda bid, actor, given: actions.reject_bid(bid, **actor.as_organisation, **given),
    hurts=True,
    optional=True,
)
deed(
    "call.invite_final_offers",
    _("Invite final offers"),
    [Role.OFFICER],
    mine=lambda actor: our_calls(actor, MandateAct.OPENING),
    waits=Q(state="opened", method__in=WITH_FINAL_OFFERS, final_offers_until__isnull=True)
    & ~Q(lots__bids__state="opened"),
    fields=lambda call, actor: {"minutes": forms.number(_("Minutes until they are due"), 5, 7 * 24 * 60, initial=60)},
    do=_invite,
)
deed(
    "bid.offer_final",
    _("Seal the final offer"),
    [Role.SUPPLIER],
    mine=own_bids,
    waits=Q(state="qualified", lot__call__final_offers_until__gte=Now()),
    do=_at_its_page,
    page=lambda bid: reverse("bids:room", args=[bid.lot_id]),
)
deed(
    "call.open_final_offers",
    _("Confirm the opening of the final offers"),
    [Role.OFFICER],
    mine=lambda actor: our_calls(actor, MandateAct.OPENING),
    waits=Q(state="opened", final_offers_until__lte=Now(), final_opened_at__isnull=True)
    & (Q(final_opens_from__isnull=True) | Q(final_opens_from__lte=Now())),
    do=_at_its_page,
    page=_opening_page,
    due="final_opening_time",
)
deed(
    "call.watch_opening",
    _("Look at an opening"),
    [Role.OFFICER, Role.APPROVER, Role.SUPPLIER, Role.REGULATOR],
    mine=_openings,
    do=_at_its_page,
    page=_opening_page,
    due="opening_time",
    optional=True,
)
