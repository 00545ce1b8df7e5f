"""The sections of the call: its criteria and lots, the bids, the panel, the award."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from procurement.awards.enums import SeatRole
from procurement.calls.enums import CriterionKind, Method
from procurement.cases import schema
from procurement.cases.reading.times import day, moment
from procurement.cases.reading.tree import Node, shown
from procurement.cases.reading.values import (
    between,
    credit_code,
    identifier,
    line,
    listed,
    money,
    one_of,
    rate,
    record,
    share,
    table,
    words,
    yes_or_no,
)
from procurement.cases.schema import CaseError

MOST_CRITERIA, MOST_LOTS, MOST_BIDS, MOST_MEMBERS = 50, 50, 500, 51
LOW_PRICE_RATES = ("mean", "second", "ceiling")
QUANTITY = between(0, 10**12, places=4)


def criterion(node: Node, path: str) -> schema.Criterion:
    return schema.Criterion(
        **record(
            node,
            path,
            {
                "code": identifier(20),
                "name": line(200),
                "kind": one_of(CriterionKind.values),
                "weight": share,
            },
            {"rule": words()},
        )
    )


def criteria(node: Node, path: str) -> tuple[schema.Criterion, ...]:
    """Codes are unique, weights sum to 100."""
    found: tuple[schema.Criterion, ...] = listed(criterion, least=1, most=MOST_CRITERIA)(node, path)
    once([row.code for row in found], path, "code")
    together = sum((row.weight for row in found), Decimal(0))
    if together != 100:
        raise CaseError(f"{path}: the weights sum to {together}, not to 100")
    return found


def once(values: list[str], path: str, key: str) -> None:
    """Refuses the first value of ``values`` that was there before."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise CaseError(f"{path}[{index}].{key}: {shown(value)} is there twice")


def approval(node: Node, path: str) -> schema.Approval:
    return schema.Approval(**record(node, path, {"number": identifier(100), "date": day}))


def lot(node: Node, path: str) -> schema.Lot:
    required = {"code": identifier(20), "name": line(200), "ceiling": money}
    found = schema.Lot(**record(node, path, required, {"fails": words()}))
    if found.code == "invented":
        raise CaseError(f"{path}.code: “invented” has a meaning of its own; choose another code")
    return found


def lots(node: Node, path: str) -> tuple[schema.Lot, ...]:
    found: tuple[schema.Lot, ...] = listed(lot, least=1, most=MOST_LOTS)(node, path)
    once([row.code for row in found], path, "code")
    return found


def call(node: Node, path: str) -> tuple[schema.Call, tuple[schema.Lot, ...]]:
    """The call, and its lots if the file names any."""
    fields: dict[str, Any] = record(
        node,
        path,
        {
            "method": one_of(Method.values),
            "ceiling": money,
            "published": moment,
            "deadline": moment,
            "criteria": criteria,
        },
        {
            "opened": moment,
            "documents_until": moment,
            "approval": approval,
            "low_price_rates": table(rate, keys=LOW_PRICE_RATES),
            "urgent_reason": words(),
            "lots": lots,
        },
    )
    named = fields.pop("lots", ())
    return schema.Call(**fields), named


def supplier(node: Node, path: str) -> schema.Supplier:
    return schema.Supplier(**record(node, path, {"name": line(200), "code": credit_code}))


def explanation(node: Node, path: str) -> schema.LowPriceExplanation:
    return schema.LowPriceExplanation(**record(node, path, {"accepted": yes_or_no, "text": words()}))


def bid(node: Node, path: str) -> schema.Bid:
    return schema.Bid(
        **record(
            node,
            path,
            {"supplier": supplier, "submitted": moment, "price": money},
            {
                "first_price": money,
                "quantities": table(QUANTITY, longest=20),
                "rejected": words(),
                "low_price_explanation": explanation,
                "withdrawn": moment,
                "lot": identifier(20),
            },
        )
    )


bids = listed(bid, most=MOST_BIDS)


def member(node: Node, path: str) -> schema.Member:
    return schema.Member(**record(node, path, {"name": line(60), "role": one_of(SeatRole.values)}))


panel = listed(member, most=MOST_MEMBERS)


def award(node: Node, path: str) -> schema.Award:
    return schema.Award(**record(node, path, {"decided": moment}, {"noticed": moment}))


def sheets(node: Node, path: str) -> schema.Sheets:
    """Only the shape; ``agreement`` checks it against bids, criteria and panel."""
    scores = listed(between(0, 100), most=MOST_MEMBERS)
    found: schema.Sheets = table(table(scores, longest=20, most=MOST_CRITERIA))(node, path)
    return found
