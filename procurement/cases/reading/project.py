"""The sections before the call: who buys, what residents asked for, what is to be bought."""

from __future__ import annotations

from procurement.accounts.enums import BUYER_KINDS, Level, Staffing
from procurement.cases import schema
from procurement.cases.reading.times import day, day_or_moment, moment
from procurement.cases.reading.tree import Node
from procurement.cases.reading.values import (
    count,
    credit_code,
    line,
    listed,
    money,
    one_of,
    record,
    region,
    words,
)
from procurement.cases.schema import CaseError
from procurement.projects.enums import DeliveryMode, Domain, FundSource

MOST_NEEDS = 200


def buyer(node: Node, path: str) -> schema.Buyer:
    return schema.Buyer(
        **record(
            node,
            path,
            {
                "name": line(200),
                "code": credit_code,
                "kind": one_of(BUYER_KINDS),
                "staffing": one_of(Staffing.values),
                "level": one_of(Level.values),
                "region": region,
            },
        )
    )


def need(node: Node, path: str) -> schema.Need:
    return schema.Need(
        **record(
            node,
            path,
            {
                "title": line(200),
                "text": words(),
                "station": line(200),
                "raised": day_or_moment,
                "supporters": count(),
            },
        )
    )


needs = listed(need, most=MOST_NEEDS)


def project(node: Node, path: str) -> schema.Project:
    found = schema.Project(
        **record(
            node,
            path,
            {
                "domain": one_of(Domain.values),
                "delivery_mode": one_of(DeliveryMode.values),
                "budget": money,
                "fund_source": one_of(FundSource.values),
                "catalogue_item": line(200),
                "term": listed(day, least=2, most=2),
                "beneficiaries": count(),
                "approved": moment,
            },
            {"intended": moment},
        )
    )
    start, end = found.term
    if start > end:
        raise CaseError(f"{path}.term: begins on {start}, after its end on {end}")
    return found
