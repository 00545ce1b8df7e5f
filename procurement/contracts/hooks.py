"""What delivery knows of a contract and does when a supplement counts: it registers here, contracts import nobody.

Run in the transaction of the act itself, so that payments move with the contract or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Payment:
    """One row of the payment table as it stands, yuan. ``settled``: handed in, accepted or paid, so it stays."""

    instalment: int
    name: str
    due: date
    amount: Decimal
    settled: bool


Table = Callable[[Any], list[Payment]]
Amended = Callable[..., None]
_tables: list[Table] = []
_amended: list[Amended] = []


def tells_payments(function: Table) -> Table:
    """Registers who knows the payment table of a signed contract."""
    _tables.append(function)
    return function


def when_amended(function: Amended) -> Amended:
    """Registers ``def moved(amendment, by=, organisation=)``: called after the last signature of a supplement."""
    _amended.append(function)
    return function


def payments(contract: Any) -> list[Payment]:
    return [row for table in _tables for row in table(contract)]


def amended(amendment: Any, **who: Any) -> None:
    for function in _amended:
        function(amendment, **who)
