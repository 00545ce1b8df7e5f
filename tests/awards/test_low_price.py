"""B4 with its clock: asked, at least thirty minutes, answered or not, judged; by the database's time."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.awards import actions, drawing, explaining
from procurement.awards.models import LowPriceRequest, Panel
from procurement.bids.models import Bid
from procurement.calls.models import Call
from tests import threads
from tests.awards import scenes
from workflows import engine
from workflows.errors import TransitionBlocked

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


@pytest.fixture
def bid() -> Bid:
    """A bid far below the others, all let in, the panel declared; final offers are behind them."""
    call = scenes.opened()
    who = scenes.as_officer(call)
    drawing.hold_draw(drawing.prepare_draw(call, experts=2, representatives=[threads.login("officer2")], **who), **who)
    panel = Panel.objects.get(call=call)
    for seat in panel.seats.select_related("user"):
        actions.declare_no_conflict(panel, by=seat.user)
    scenes.let_all_in(call)
    Call.objects.filter(pk=call.pk).update(final_opened_at=call.opened_at, final_offers_until=call.opened_at)
    low = Bid.objects.filter(lot__call=call).order_by("pk")[0]
    Bid.objects.filter(pk=low.pk).update(price=Decimal("60000.00"))
    return fresh(low)


def fresh(bid: Bid) -> Bid:
    return Bid.objects.select_related("lot__call__project__buyer", "lot__call__panel", "supplier").get(pk=bid.pk)


def officer(bid: Bid) -> dict:
    return scenes.as_officer(bid.call)


def bidder(bid: Bid) -> dict:
    users = bid.supplier.memberships.filter(roles__contains=["supplier"]).select_related("user")
    return {"by": users[0].user, "organisation": bid.supplier}


def asked(bid: Bid) -> LowPriceRequest:
    return explaining.ask(bid, **officer(bid))


class TestAsking:
    def test_the_scoring_waits(self, bid: Bid) -> None:
        reasons = engine.blockers(bid.call.panel.start_scoring, **officer(bid))
        assert [reason.rule for reason in reasons] == ["B4"]

    def test_the_bidder_gets_the_minutes_of_the_rule(self, bid: Bid) -> None:
        found = asked(bid)
        assert (found.due_at - found.asked_at).total_seconds() == 30 * 60
        assert set(found.triggered) == {"mean", "second", "ceiling"}
        with pytest.raises(TransitionBlocked):
            asked(bid)

    def test_never_fewer(self, bid: Bid) -> None:
        with pytest.raises(TransitionBlocked) as refusal:
            explaining.ask(bid, minutes=29, **officer(bid))
        assert refusal.value.reasons[0].rule == "B4"
        path = f"/workspace/awards/low-price/{bid.pk}/judge/"
        answer = scenes.client("officer1").post(path, {"act": "ask", "minutes": "29"})
        assert answer.status_code == 400
        assert not LowPriceRequest.objects.exists()

    def test_the_panel_may_find_a_price_low_that_no_rate_does(self, bid: Bid) -> None:
        other = Bid.objects.filter(lot=bid.lot).exclude(pk=bid.pk)[0]
        with pytest.raises(TransitionBlocked):
            explaining.ask(fresh(other), **officer(bid))
        found = explaining.ask(fresh(other), question="人工成本如何覆盖？", **officer(bid))
        assert found.triggered == ["panel"]
        explaining.explain(asked(bid), explanation="有补贴。", **bidder(bid))
        explaining.judge(bid, accepted=True, opinion="成立。", **officer(bid))
        reasons = engine.blockers(bid.call.panel.start_scoring, **officer(bid))
        assert [reason.rule for reason in reasons] == ["B4"]

    @pytest.mark.parametrize("name", ["drafter", "approver", "expert1"])
    def test_only_an_officer_asks(self, bid: Bid, name: str) -> None:
        with pytest.raises(PermissionDenied):
            explaining.ask(bid, by=threads.login(name), organisation=bid.project.buyer)


class TestClock:
    def test_it_is_not_judged_while_the_bidder_has_time(self, bid: Bid) -> None:
        found = asked(bid)
        with pytest.raises(TransitionBlocked) as refusal:
            explaining.judge(bid, accepted=False, opinion="过低。", **officer(bid))
        assert refusal.value.reasons[0].rule == "B4"
        scenes.later(found, 29)
        with pytest.raises(TransitionBlocked):
            explaining.judge(bid, accepted=False, opinion="过低。", **officer(bid))
        scenes.later(found, 32)
        explaining.judge(bid, accepted=False, opinion="未作说明。", **officer(bid))
        assert fresh(bid).state == "rejected"
        assert fresh(bid).reject_rule == "B4"

    def test_an_answer_ends_the_waiting(self, bid: Bid) -> None:
        found = explaining.explain(asked(bid), explanation="志愿者承担。", evidence="协议", **bidder(bid))
        assert found.answered_at is not None
        explaining.judge(bid, accepted=True, opinion="证据充分。", **officer(bid))
        after = fresh(bid)
        assert after.low_price_accepted is True
        assert "志愿者承担。" in after.low_price_explanation
        assert "证据充分。" in after.low_price_explanation
        assert after.state == "qualified"
        assert engine.blockers(after.call.panel.start_scoring, **officer(bid)) == []

    def test_after_the_time_no_answer_is_taken(self, bid: Bid) -> None:
        found = asked(bid)
        scenes.later(found, 31)
        with pytest.raises(TransitionBlocked) as refusal:
            explaining.explain(found, explanation="迟到的说明。", **bidder(bid))
        assert refusal.value.reasons[0].rule == "B4"
        found.refresh_from_db()
        assert found.explanation == ""
        with pytest.raises(DatabaseError), transaction.atomic():
            LowPriceRequest.objects.filter(pk=found.pk).update(
                explanation="x", answered_by=threads.login("supplier"), answered_at=bid.opened_at.replace(year=2099)
            )

    def test_it_can_be_replaced_until_then(self, bid: Bid) -> None:
        found = explaining.explain(asked(bid), explanation="一。", **bidder(bid))
        found = explaining.explain(found, explanation="二。", **bidder(bid))
        assert found.explanation == "二。"

    def test_silence_is_never_accepted(self, bid: Bid) -> None:
        scenes.later(asked(bid), 31)
        with pytest.raises(TransitionBlocked) as refusal:
            explaining.judge(bid, accepted=True, opinion="可以。", **officer(bid))
        assert {reason.code for reason in refusal.value.reasons} == {"silent"}

    def test_it_is_judged_once(self, bid: Bid) -> None:
        found = explaining.explain(asked(bid), explanation="志愿者承担。", **bidder(bid))
        explaining.judge(bid, accepted=True, opinion="成立。", **officer(bid))
        with pytest.raises(TransitionBlocked):
            explaining.judge(bid, accepted=False, opinion="反悔。", **officer(bid))
        with pytest.raises(TransitionBlocked):
            explaining.explain(found, explanation="再补充。", **bidder(bid))


class TestPages:
    def test_the_bidder_explains_on_its_page(self, bid: Bid) -> None:
        path = f"/workspace/awards/low-price/{bid.pk}/"
        client = scenes.client(bidder(bid)["by"])
        assert client.get(path).status_code == 404
        asked(bid)
        page = client.get(path).content.decode()
        assert "data-until=" in page
        assert f'href="{path}"' in client.get("/workspace/").content.decode()
        assert client.post(path, {"explanation": " "}).status_code == 400
        assert client.post(path, {"explanation": "长" * 8001}).status_code == 400
        assert client.post(path, {"explanation": "志愿者承担。", "evidence": "协议原文"}).status_code == 302
        judging = scenes.client("officer1").get(f"{path}judge/").content.decode()
        assert "志愿者承担。" in judging
        given = {"act": "judge", "verdict": "yes", "opinion": "成立。"}
        assert scenes.client("officer1").post(f"{path}judge/", given | {"verdict": "maybe"}).status_code == 400
        assert scenes.client("officer1").post(f"{path}judge/", given).status_code == 302
        assert fresh(bid).low_price_accepted is True

    def test_late_by_the_clock_is_late_on_the_page(self, bid: Bid) -> None:
        scenes.later(asked(bid), 31)
        path = f"/workspace/awards/low-price/{bid.pk}/"
        client = scenes.client(bidder(bid)["by"])
        assert "<textarea" not in client.get(path).content.decode()
        assert client.post(path, {"explanation": "迟到。"}).status_code == 409

    def test_who_may_see_it(self, bid: Bid) -> None:
        asked(bid)
        path = f"/workspace/awards/low-price/{bid.pk}/"
        other = Organisation.objects.create(name="丁服务社", code="91330100MA9000110C", kind="enterprise")
        rival = scenes.client(scenes.colleague(other, "rival", *Role))
        clerk = scenes.client(scenes.colleague(bid.supplier, "clerk", Role.SIGNATORY))
        assert Client().get(path).status_code == 302
        assert rival.get(path).status_code == 404
        assert rival.post(path, {"explanation": "冒名"}).status_code == 404
        assert clerk.get(path).status_code == 403
        assert scenes.client("officer1").get(path).status_code == 404
        assert scenes.client("approver").get(f"{path}judge/").status_code == 403
        assert rival.get(f"{path}judge/").status_code == 404
        assert scenes.client(bidder(bid)["by"]).get(f"{path}judge/").status_code == 404


class TestQualification:
    def test_all_bids_are_decided_in_one_table(self) -> None:
        call = scenes.opened()
        path = f"/workspace/awards/{call.pk}/qualification/"
        client = scenes.client("officer1")
        first, second, third = Bid.objects.filter(lot__call=call).select_related("supplier")
        page = client.get(path).content.decode()
        assert all(bid.supplier.name in page for bid in (first, second, third))
        assert f"{first.price:,.2f}" not in page  # P9: in a consultation prices go to the panel alone
        assert client.post(path, {}).status_code == 400
        wrong = {f"verdict_{first.pk}": "in", f"verdict_{second.pk}": "out"}
        assert client.post(path, wrong).status_code == 400
        assert client.post(path, wrong | {f"verdict_{second.pk}": "?"}).status_code == 400
        assert client.post(path, wrong | {f"reason_{second.pk}": "长" * 2001}).status_code == 400
        assert Bid.objects.filter(state="opened").count() == 3
        assert client.post(path, wrong | {f"reason_{second.pk}": "未提供登记证书"}).status_code == 302
        states = dict(Bid.objects.values_list("pk", "state"))
        assert states == {first.pk: "qualified", second.pk: "rejected", third.pk: "opened"}
        assert "未提供登记证书" in client.get(path).content.decode()
        assert client.post(path, {f"verdict_{first.pk}": "out", f"reason_{first.pk}": "x"}).status_code == 400

    def test_one_that_may_not_be_let_in_stops_all_marked(self) -> None:
        call = scenes.opened()
        first, second, _third = Bid.objects.filter(lot__call=call)
        Bid.objects.filter(pk=second.pk).update(price=Decimal("99999999.00"))
        path = f"/workspace/awards/{call.pk}/qualification/"
        answer = scenes.client("drafter").post(path, {f"verdict_{first.pk}": "in", f"verdict_{second.pk}": "in"})
        assert answer.status_code == 409
        assert "B3" in answer.content.decode()
        assert Bid.objects.filter(state="opened").count() == 3

    def test_nothing_is_told_before_the_opening(self) -> None:
        call = Call.objects.get(project=threads.waiting("to-open"))
        page = scenes.client("officer1").get(f"/workspace/awards/{call.pk}/qualification/").content.decode()
        assert not any(bid.supplier.name in page for bid in Bid.objects.select_related("supplier"))

    def test_who_may_see_it(self) -> None:
        call = scenes.opened()
        path = f"/workspace/awards/{call.pk}/qualification/"
        assert Client().get(path).status_code == 302
        assert scenes.client("finance").get(path).status_code == 403
        assert scenes.client("supplier").get(path).status_code == 404
        assert scenes.client("regulator").get(path).status_code == 404
