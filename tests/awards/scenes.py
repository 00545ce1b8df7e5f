"""Panels at the steps these tests need, brought there by the acts people take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from procurement.accounts.enums import Role
from procurement.accounts.models import Membership, Organisation
from procurement.awards.models import LowPriceRequest, Panel, Seat
from procurement.bids import actions as bids
from procurement.bids import opening
from procurement.bids.models import Bid
from procurement.calls.models import Call
from tests import threads


def opened() -> Call:
    """A call whose bids have just been opened; nobody is drawn yet."""
    call = Call.objects.get(project=threads.waiting("to-open"))
    for name in ("officer1", "officer2"):
        opening.confirm_opening(call, by=threads.login(name), organisation=call.project.buyer)
    return Call.objects.select_related("project__buyer").get(pk=call.pk)


def as_officer(call: Call) -> dict[str, Any]:
    return {"by": threads.login("officer1"), "organisation": call.project.buyer}


def scoring() -> Panel:
    """A panel at its sheets: expert1, expert2, expert3 have the seats of the worked example."""
    project = threads.waiting("to-score")
    return Panel.objects.select_related("call__project__buyer").get(call__project=project)


def client(user: Any) -> Client:
    found = Client()
    found.force_login(threads.login(user) if isinstance(user, str) else user)
    return found


def member(panel: Panel, position: int) -> Any:
    return panel.seats.order_by("position")[position].user


def colleague(organisation: Organisation, name: str, *roles: Role) -> Any:
    user = get_user_model().objects.create_user(name, display_name=name)
    Membership.objects.create(user=user, organisation=organisation, roles=list(map(str, roles)))
    return user


def let_all_in(call: Call) -> None:
    for bid in Bid.objects.filter(lot__call=call, state="opened").select_related("lot__call__project__buyer"):
        bids.qualify_bid(bid, **as_officer(call))


def later(asked: LowPriceRequest, minutes: int) -> None:
    """Lets time pass for a bidder by moving its clock back in the database."""
    past = timedelta(minutes=minutes)
    LowPriceRequest.objects.filter(pk=asked.pk).update(asked_at=asked.asked_at - past, due_at=asked.due_at - past)


def without_triggers(table: str, statement: str, *given: Any) -> None:
    """What only a person with the database in hand could do."""
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        cursor.execute(statement, list(given))
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def signed_seats(panel: Panel) -> int:
    return Seat.objects.filter(panel=panel, signed_at__isnull=False).count()
