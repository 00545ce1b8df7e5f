from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory

from procurement.accounts.enums import Role
from procurement.awards import actions
from procurement.awards.models import Award, Panel
from procurement.bids.models import Bid
from procurement.calls.models import Call
from tests.factories.accounts import UserFactory, who
from tests.factories.bids import open_final_offers, qualify_all
from tests.factories.calls import CallFactory
from tests.factories.clock import acting, noon
from tests.factories.projects import NOT_SAID
from tests.factories.staged import StagedFactory
from workflows import engine

HIGH, LOW = Decimal(60), Decimal(50)


def seat(panel: Panel) -> None:
    """Two experts and one of the buyer's; nobody of them is of the buyer's or a bidder's staff."""
    for position, role in enumerate(("expert", "expert", "buyer")):
        panel.seats.create(user=UserFactory(), role=role, position=position)


def draw(panel: Panel) -> None:
    members = [(seat.user, seat.role) for seat in panel.seats.select_related("user")]
    with acting(panel):
        actions.draw_panel(panel.call, members, **who(panel.project.buyer, Role.OFFICER))


def declare(panel: Panel) -> None:
    with acting(panel):
        for one in panel.seats.select_related("user"):
            actions.declare_no_conflict(panel, by=one.user)


def prepare(panel: Panel) -> None:
    """What stands between a declared panel and its scoring: qualification and, where asked, final offers."""
    call = panel.call
    qualify_all(call)
    if call.has_final_offers and call.final_offers_until is None:
        open_final_offers(call)


def start_scoring(panel: Panel) -> None:
    prepare(panel)
    with acting(panel):
        actions.start_scoring(panel, **who(panel.project.buyer, Role.OFFICER))


def fill_sheets(panel: Panel, best: Bid | None = None) -> None:
    """Everyone scores every bid; ``best`` (else the first) comes out first."""
    bids = list(Bid.objects.filter(lot__call=panel.call, state__in=["qualified", "final_offered"]).order_by("pk"))
    best = best or bids[0]
    with acting(panel):
        for one in panel.seats.select_related("user"):
            for bid in bids:
                actions.save_scores(panel, bid, {"S": HIGH if bid == best else LOW}, by=one.user)


def sign(panel: Panel) -> None:
    if not panel.seats.filter(sheets__isnull=False).exists():
        fill_sheets(panel)
    with acting(panel):
        for one in panel.seats.select_related("user"):
            actions.sign_report(panel, by=one.user)


class PanelFactory(StagedFactory):
    """The panel of an opened call: three members."""

    class Meta:
        model = Panel

    class Params:
        drawn = factory.Trait(reach="drawn")
        declared = factory.Trait(reach="declared")
        scoring = factory.Trait(reach="scoring")
        signed = factory.Trait(reach="signed")

    call = factory.SubFactory(CallFactory, opened=True)

    _way = {
        "drawn": ("forming", draw),
        "declared": ("drawn", declare),
        "scoring": ("declared", start_scoring),
        "signed": ("scoring", sign),
    }

    @classmethod
    def begin(cls, *, call: Call) -> Panel:
        panel = Panel(call=call)
        with acting(panel):
            engine.begin(panel, **who(call.project.buyer, Role.OFFICER), action="form")
        seat(panel)
        return panel


def confirm(award: Award) -> None:
    with acting(award):
        actions.confirm_award(award, **who(award.project.buyer, Role.APPROVER))


def publish(award: Award) -> None:
    with acting(award):
        actions.publish_result(award, **who(award.project.buyer, Role.DRAFTER), fill=NOT_SAID)


def finalise(award: Award) -> None:
    with acting(award, at=noon(award.challenge_until + timedelta(days=1))):
        actions.finalise(award)


class AwardFactory(StagedFactory):
    """What a signed panel proposes."""

    class Meta:
        model = Award

    class Params:
        confirmed = factory.Trait(reach="confirmed")
        noticed = factory.Trait(reach="noticed")
        final = factory.Trait(reach="final")

    panel = factory.SubFactory(PanelFactory, signed=True)

    _way = {
        "confirmed": ("proposed", confirm),
        "noticed": ("confirmed", publish),
        "final": ("noticed", finalise),
    }

    @classmethod
    def begin(cls, *, panel: Panel, **fields: Any) -> Award:
        return Award.objects.get(lot__call=panel.call)
