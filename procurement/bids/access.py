"""Who reads an opened offer and its files (P9): bidder, panel, the buyer where prices are read out, regulators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.mandates import acts_of
from procurement.accounts.permissions import is_regulator, roles_of
from procurement.bids.models import Bid
from procurement.calls.enums import CallState
from procurement.calls.models import Call

# an agency reads offers where it opens them, checks who qualifies, or runs the scoring
OFFERS = (MandateAct.OPENING, MandateAct.QUALIFICATION, MandateAct.PANEL)
BIDDER, PANEL, BUYER, REGULATOR = "bidder", "panel", "buyer", "regulator"


def _sits_on_panel(user: Any, call: Call) -> bool:
    """Members who have declared no conflict: in a tender from the start of scoring, in talks from the opening on."""
    # panels are a later stage's; what a person sits on is asked of the person
    seats = user.seats.filter(panel__call=call, declared_at__isnull=False)
    if call.reads_prices_out:
        seats = seats.filter(panel__scoring_at__isnull=False)
    return bool(seats.exists())


def buyer_reads(call: Call) -> bool:
    """P9: the buyer's officers see offers from the opening of a tender on; in talks, once the award is made."""
    return call.opened_at is not None and (call.reads_prices_out or call.state == CallState.CONCLUDED)


def reads_as(user: Any, organisation: Any, bid: Bid, at: datetime) -> str:
    """As what this person may read the opened offer; empty where not at all."""
    if bid.opened_at is None or not user.is_authenticated:
        return ""
    call = bid.lot.call
    roles = roles_of(user, organisation, at) if organisation else set()
    if organisation and organisation.pk == bid.supplier_id and Role.SUPPLIER in roles:
        return BIDDER
    if roles & {Role.OFFICER, Role.DRAFTER} and runs_offers(organisation, call.project, at):
        return BUYER if buyer_reads(call) else ""
    if _sits_on_panel(user, call):
        return PANEL
    return REGULATOR if is_regulator(user) else ""


def runs_offers(organisation: Any, project: Any, at: datetime) -> bool:
    """Whether the organisation has to do with opened offers: the buyer, and its agency as far as the mandate goes."""
    return bool(acts_of(organisation, project, at) & set(OFFERS))


def belongs_to(organisation: Any, bid: Bid, at: datetime) -> bool:
    """Whether this person's side has to do with the bid at all: then a refusal is 403, else there is nothing (404)."""
    if bid.opened_at is None or organisation is None:
        return bool(organisation and organisation.pk == bid.supplier_id)
    return organisation.pk == bid.supplier_id or runs_offers(organisation, bid.project, at)
