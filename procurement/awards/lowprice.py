"""Abnormally low prices (B4, 异常低价): who must explain."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from procurement.awards.scoring import low_price_rules
from procurement.bids.enums import STILL_IN


def rates(call: Any, rule: Any) -> dict[str, Decimal]:
    """The law's rates, or the higher ones the call has set."""
    return {
        name: Decimal(str(call.low_price_rates.get(name, rule.values[name]))) for name in ("mean", "second", "ceiling")
    }


def triggered(call: Any, rule: Any) -> Iterator[tuple[Any, list[str]]]:
    """Every bid still in whose price falls below one of the rates, with which."""
    from procurement.bids.models import Bid

    in_force = rates(call, rule)
    for lot in call.lots.filter(failed_reason=""):
        bids = list(
            Bid.objects.filter(lot=lot, state__in=[str(s) for s in STILL_IN], price__isnull=False)
            .select_related("supplier", "lot__call__project__buyer")
            .order_by("pk")
        )
        prices = [bid.price for bid in bids]
        for bid in bids:
            found = low_price_rules(bid.price, prices, lot.ceiling, in_force)
            if found:
                yield bid, found


def asked_by_the_panel(call: Any) -> Any:
    """Bids still in that were asked to explain their price and are not judged yet, whoever or whatever asked."""
    from procurement.bids.models import Bid

    return Bid.objects.filter(
        lot__call=call,
        lot__failed_reason="",
        state__in=[str(s) for s in STILL_IN],
        low_price_request__isnull=False,
        low_price_accepted__isnull=True,
    ).select_related("supplier")
