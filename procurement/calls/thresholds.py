"""Amounts from which a stricter procedure is asked for: f(level, region, object, date)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from procurement.rules import rulebook


def _threshold(variant: str, buyer: Any, on: date | datetime) -> Decimal | None:
    rule = rulebook.find("THRESHOLD", variant=variant, on=on, region=buyer.region)
    if rule is None:
        return None
    value = rule.values.get(buyer.level) or rule.values.get("default")
    return Decimal(str(value)) if value is not None else None


def statutory_threshold(buyer: Any, on: date | datetime) -> Decimal | None:
    """From this many yuan a statutory procedure is asked for."""
    return _threshold("statutory", buyer, on)


def tender_threshold(buyer: Any, on: date | datetime) -> Decimal | None:
    """From this many yuan an open tender is asked for."""
    return _threshold("tender", buyer, on)
