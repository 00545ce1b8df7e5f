"""An opening and those who attend it: a call whose time to hand in is over, and everybody's own browser session."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Organisation, User
from procurement.bids import opening
from procurement.bids.models import Bid
from procurement.calls.enums import Method
from procurement.calls.models import Call, Lot
from tests.factories.accounts import REGION, MembershipFactory, OrganisationFactory, credit_code, who
from tests.factories.bids import BidFactory
from tests.factories.calls import CallFactory

PRICE = "80,000.00"  # of tests.factories.bids.OFFER

TOKEN = re.compile(r'value="[A-Za-z0-9]{64}"')  # a form's token may hold any letters


def past_deadline(bidders: int = 3, method: str = Method.OPEN_TENDER, **more: Any) -> Call:
    """A published call whose deadline has passed, with so many sealed bids."""
    call = CallFactory(published=True, **more)
    for _number in range(bidders):
        BidFactory(lot=call.lots.first(), sealed=True)
    # the factories publish by the buyer's own rule, which asks least; how it is opened is the method's
    Call.objects.filter(pk=call.pk).update(method=method)
    return Call.objects.select_related("project__buyer").get(pk=call.pk)


def second_lot(call: Call) -> Lot:
    """Another lot of the call, for which nobody has bid; the first one is called 一包 from now on."""
    call.lots.update(code="1", name="一包")
    return Lot.objects.create(call=call, code="2", name="二包", ceiling=call.ceiling)


class Attendant:
    """One person before the page of one opening."""

    def __init__(self, call: Call, user: User) -> None:
        self.user, self.path = user, f"/workspace/bids/openings/{call.pk}/"
        self.client = Client()
        self.client.force_login(user)

    def get(self) -> Any:
        return self.client.get(self.path)

    def page(self) -> str:
        answer = self.get()
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def live(self, seen: str = "") -> Any:
        return self.client.get(f"{self.path}live/", {"seen": seen})

    def do(self, do: str, round_: str = "first", **more: str) -> Any:
        return self.client.post(self.path, {"do": do, "round": round_, "sure": "on", **more})


def officer(call: Call, number: int = 1) -> Attendant:
    return Attendant(call, who(call.project.buyer, Role.OFFICER, number)["by"])


def colleague(call: Call, role: str) -> Attendant:
    return Attendant(call, who(call.project.buyer, role)["by"])


def bidder(call: Call, number: int = 0) -> Attendant:
    bid = Bid.objects.filter(lot__call=call).order_by("pk")[number]
    return Attendant(call, who(bid.supplier, Role.SUPPLIER)["by"])


def stranger(call: Call, role: str = Role.SUPPLIER) -> Attendant:
    """The same role in an organisation that has nothing to do with the call."""
    buyer = role != Role.SUPPLIER
    return Attendant(call, who(OrganisationFactory(buyer=buyer), role)["by"])


def regulator(call: Call) -> Attendant:
    office, _made = Organisation.objects.get_or_create(
        name="示例县财政局",
        defaults={"code": credit_code(9_000_001, "11"), "kind": OrganisationKind.STATE_ORGAN, "region": REGION},
    )
    return Attendant(call, MembershipFactory(organisation=office, roles=[str(Role.REGULATOR)]).user)


def open_up(call: Call, round_: str = "first") -> Call:
    """Both officers confirm, now."""
    for number in (1, 2):
        opening.confirm_opening(call, **who(call.project.buyer, Role.OFFICER, number), round_=round_)
    return Call.objects.select_related("project__buyer").get(pk=call.pk)
