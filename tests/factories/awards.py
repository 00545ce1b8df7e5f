from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory

from procurement.accounts.enums import Role
from procurement.awards import actions, challenges, remedies
from procurement.awards.models import Award, Challenge, Panel
from procurement.bids.models import Bid
from procurement.calls.models import Call
from tests.factories.accounts import UserFactory, who
from tests.factories.bids import open_final_offers, qualify_all
from tests.factories.calls import CallFactory
from tests.factories.clock import acting, noon
from tests.factories.projects import NOT_SAID, REASON
from tests.factories.staged import StagedFactory
from workflows import engine

HIGH, LOW = Decimal(60), Decimal(50)
WORDS = {"claims": "请求重新评审。", "facts": "评审小组未按评分标准计分。", "basis": "《政府采购法》第五十二条"}
REPLY = {"decision": "经复核，答复如下，涉及商业秘密的部分仅告知质疑人。", "published": "经复核，评分符合采购文件。"}


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


def loser(award: Award) -> Bid:
    """A bid for the award's lot that did not win."""
    return award.lot.bids.filter(submitted_at__isnull=False).exclude(pk=award.bid_id).order_by("pk")[0]


def challenge(award: Award, /, **more: Any) -> Challenge:
    """A losing bidder challenges the result."""
    what = {"kind": "challenge", "about": "result", "award": award, "words": WORDS} | more
    with acting(award):
        return challenges.file(award.lot.call, **who(loser(award).supplier, Role.SUPPLIER), **what)


def decide(found: Challenge, act: str, **more: Any) -> Challenge:
    """The buyer's officer replies."""
    with acting(found):
        return getattr(challenges, act)(found, **who(found.project.buyer, Role.OFFICER), **REPLY, **more)


def _dismiss(award: Award) -> None:
    decide(award.challenges.get(state="filed"), "dismiss")


def _uphold(award: Award) -> None:
    decide(award.challenges.get(state="filed"), "uphold", changes_result=True)


def _score_again(award: Award) -> None:
    with acting(award):
        remedies.score_again(award, **who(award.project.buyer, Role.APPROVER), reason=REASON)


def _query(found: Challenge) -> None:
    decide(found, "answer")


class ChallengeFactory(StagedFactory):
    """A losing bidder's challenge of a published result; a query where that is said, or answered."""

    class Meta:
        model = Challenge

    class Params:
        answered = factory.Trait(reach="answered", kind="query")
        upheld = factory.Trait(reach="upheld")
        dismissed = factory.Trait(reach="dismissed")
        withdrawn = factory.Trait(reach="withdrawn")

    award = factory.SubFactory("tests.factories.awards.AwardFactory", noticed=True)
    kind = "challenge"

    _way = {
        "answered": ("filed", _query),
        "upheld": ("filed", lambda found: decide(found, "uphold", changes_result=True)),
        "dismissed": ("filed", lambda found: decide(found, "dismiss")),
        "withdrawn": ("filed", lambda found: _withdraw(found)),
    }

    @classmethod
    def begin(cls, *, award: Award, kind: str) -> Challenge:
        return challenge(award, kind=kind)


def _withdraw(found: Challenge) -> None:
    with acting(found):
        challenges.withdraw(found, **who(found.supplier, Role.SUPPLIER))


class AwardFactory(StagedFactory):
    """What a signed panel proposes."""

    class Meta:
        model = Award

    class Params:
        confirmed = factory.Trait(reach="confirmed")
        noticed = factory.Trait(reach="noticed")
        challenged = factory.Trait(reach="challenged")
        upheld = factory.Trait(reach="upheld")
        dismissed = factory.Trait(reach="dismissed")
        revoked = factory.Trait(reach="revoked")
        final = factory.Trait(reach="final")

    panel = factory.SubFactory(PanelFactory, signed=True)

    _way = {
        "confirmed": ("proposed", confirm),
        "noticed": ("confirmed", publish),
        "challenged": ("noticed", lambda award: challenge(award)),
        "upheld": ("challenged", _uphold),
        "dismissed": ("challenged", _dismiss),
        "revoked": ("upheld", _score_again),
        "final": ("noticed", finalise),
    }

    @classmethod
    def begin(cls, *, panel: Panel, **fields: Any) -> Award:
        return Award.objects.get(lot__call=panel.call)
