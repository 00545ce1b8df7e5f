"""Closing sheets, explaining outliers, dissent, and whoever stays silent (P12, S4, S6)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from procurement.accounts.enums import Role
from procurement.awards import actions, report, sheets, signing
from procurement.awards.models import Award, Panel, ScoreSheet, Seat
from procurement.awards.readout import ties
from procurement.awards.results import Result
from procurement.calls.models import Criterion
from tests import threads
from tests.awards import scenes
from workflows import clock
from workflows.errors import TransitionBlocked
from workflows.models import TransitionLog

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


@pytest.fixture
def panel() -> Panel:
    return scenes.scoring()


def give(panel: Panel, position: int, points: Decimal, close: bool = True) -> None:
    user = scenes.member(panel, position)
    codes = {c.code: points for c in panel.call.criteria.filter(kind="judged")}
    for bid in sheets.living(panel):
        actions.save_scores(panel, bid, codes, by=user)
    if close:
        signing.close_sheet(panel, by=user)


def all_closed(panel: Panel, *points: int) -> None:
    for position, value in enumerate(points or (12, 12, 12)):
        give(panel, position, Decimal(value))


def officer(panel: Panel) -> dict:
    return {"by": threads.login("officer1"), "organisation": panel.project.buyer}


class TestSheet:
    def test_an_unfinished_sheet_is_not_signed(self, panel: Panel) -> None:
        with pytest.raises(TransitionBlocked) as refusal:
            signing.close_sheet(panel, by=scenes.member(panel, 0))
        assert refusal.value.reasons[0].code == "sheets"

    def test_a_sheet_is_signed_once_and_in_person(self, panel: Panel) -> None:
        give(panel, 0, Decimal(12))
        with pytest.raises(TransitionBlocked):
            signing.close_sheet(panel, by=scenes.member(panel, 0))
        with pytest.raises(PermissionDenied):
            signing.close_sheet(panel, by=threads.login("officer1"))

    def test_the_report_waits_for_every_sheet(self, panel: Panel) -> None:
        give(panel, 0, Decimal(12))
        give(panel, 1, Decimal(12))
        with pytest.raises(TransitionBlocked) as refusal:
            signing.sign(panel, by=scenes.member(panel, 0))
        assert refusal.value.reasons[0].code == "sheets"
        page = scenes.client(scenes.member(panel, 0)).get(f"/workspace/awards/{panel.pk}/sign/").content.decode()
        assert "<th" not in page


class TestReport:
    def test_the_last_signature_proposes_the_award(self, panel: Panel) -> None:
        all_closed(panel)
        for position in range(3):
            client = scenes.client(scenes.member(panel, position))
            page = client.get(f"/workspace/awards/{panel.pk}/sign/")
            assert "explain_" not in page.content.decode()
            assert client.post(f"/workspace/awards/{panel.pk}/sign/", {"sure": "on"}).status_code == 302
        assert panel.fresh().state == "signed"
        assert Award.objects.get().bid.rank == 1

    def test_it_is_signed_only_with_the_tick(self, panel: Panel) -> None:
        all_closed(panel)
        client = scenes.client(scenes.member(panel, 0))
        answer = client.post(f"/workspace/awards/{panel.pk}/sign/", {"dissent": "不同意见原文"})
        assert answer.status_code == 400
        assert "不同意见原文" in answer.content.decode()
        assert (
            client.post(f"/workspace/awards/{panel.pk}/sign/", {"sure": "on", "dissent": "长" * 4001}).status_code
            == 400
        )
        assert scenes.signed_seats(panel) == 0

    def test_dissent_is_kept_and_the_report_stands(self, panel: Panel) -> None:
        all_closed(panel)
        signing.sign(panel, by=scenes.member(panel, 0), dissent=" 人员配置与时长不相称。 ")
        signing.sign(panel, by=scenes.member(panel, 1))
        signing.sign(panel, by=scenes.member(panel, 2))
        assert panel.seats.order_by("position")[0].dissent == "人员配置与时长不相称。"
        assert panel.fresh().state == "signed"

    def test_each_explains_the_own_outliers_and_nobody_else(self, panel: Panel) -> None:
        all_closed(panel, 18, 6, 6)
        now = clock.database_now()
        far = signing.outliers(panel, now)
        first, second = (panel.seats.order_by("position")[n] for n in (0, 1))
        assert {one.seat for one in far} >= {first.pk}
        with pytest.raises(TransitionBlocked) as refusal:
            signing.sign(panel, by=first.user)
        assert refusal.value.reasons[0].rule == "S6"
        page = scenes.client(first.user).get(f"/workspace/awards/{panel.pk}/sign/").content.decode()
        asked = {one.bid for one in far if one.seat == first.pk}
        assert all(f'name="explain_{bid}"' in page for bid in asked)
        answer = scenes.client(first.user).post(f"/workspace/awards/{panel.pk}/sign/", {"sure": "on"})
        assert answer.status_code == 409
        words = {f"explain_{bid}": f"理由{bid}" for bid in asked} | {"sure": "on"}
        assert scenes.client(first.user).post(f"/workspace/awards/{panel.pk}/sign/", words).status_code == 302
        kept = dict(ScoreSheet.objects.filter(seat=first).values_list("bid", "comment"))
        assert {bid: kept[bid] for bid in asked} == {bid: f"理由{bid}" for bid in asked}
        others = {one.bid for one in far if one.seat == second.pk}
        signing.sign(panel, by=second.user, explanations=dict.fromkeys(others, "说明"))
        third = panel.seats.order_by("position")[2]
        signing.sign(panel, by=third.user, explanations=dict.fromkeys(kept, "说明"))
        row = TransitionLog.objects.get(subject_type="awards.panel", action="sign")
        assert all(f"理由{bid}" in row.facts["rules"][0]["reason"] for bid in asked)
        lot = panel.call.lots.get()
        assert {line["text"] for line in report.far_scores(report.gather(lot))} >= {f"理由{bid}" for bid in asked}


class TestSilence:
    def until(self, panel: Panel, minutes: int = 60):
        moment = clock.database_now() + timedelta(minutes=minutes)
        return signing.set_time_to_sign(panel, until=moment, **officer(panel))

    def test_time_is_given_when_all_sheets_are_closed_and_never_taken_back(self, panel: Panel) -> None:
        with pytest.raises(TransitionBlocked):
            self.until(panel)
        all_closed(panel)
        with pytest.raises(TransitionBlocked):
            self.until(panel, 10)
        self.until(panel, 60)
        with pytest.raises(TransitionBlocked):
            self.until(panel, 40)
        self.until(panel, 90)

    def test_whoever_is_silent_is_deemed_to_agree_when_the_time_is_over(self, panel: Panel) -> None:
        all_closed(panel)
        signing.sign(panel, by=scenes.member(panel, 0), dissent="不同意。")
        with pytest.raises(TransitionBlocked) as refusal:
            signing.close_signing(panel, **officer(panel))
        assert refusal.value.reasons[0].code == "sign_until"
        self.until(panel)
        with pytest.raises(TransitionBlocked):
            signing.close_signing(panel, **officer(panel))
        Panel.objects.filter(pk=panel.pk).update(sign_until=clock.database_now() - timedelta(seconds=1))
        for name in ("approver", "finance", "expert1"):
            with pytest.raises(PermissionDenied):
                signing.close_signing(panel, by=threads.login(name), organisation=panel.project.buyer)
        signing.close_signing(panel, **officer(panel))
        assert panel.fresh().state == "signed"
        silent = list(Seat.objects.filter(panel=panel, deemed_at__isnull=False, signed_at__isnull=True))
        assert len(silent) == 2
        row = TransitionLog.objects.get(subject_type="awards.panel", action="close")
        assert [one["name"] for one in row.facts["deemed"]] == [str(seat.user) for seat in silent]
        assert Award.objects.get().bid.rank == 1
        with pytest.raises(TransitionBlocked):
            signing.sign(panel, by=silent[0].user)

    def test_the_officers_page(self, panel: Panel) -> None:
        client, path = scenes.client("officer1"), f"/workspace/awards/{panel.pk}/signing/"
        assert client.post(path, {"act": "until", "minutes": "60"}).status_code == 409
        all_closed(panel)
        assert client.post(path, {"act": "until", "minutes": "x"}).status_code == 400
        assert client.post(path, {"act": "until", "minutes": "1"}).status_code == 400
        assert client.post(path, {"act": "until", "minutes": "30"}).status_code == 302
        assert client.post(path, {"act": "close"}).status_code == 409
        assert scenes.client("approver").get(path).status_code == 403
        assert scenes.client("expert1").get(path).status_code == 404
        Panel.objects.filter(pk=panel.pk).update(sign_until=clock.database_now() - timedelta(seconds=1))
        assert "btn-danger" in client.get(path).content.decode()
        assert client.post(path, {"act": "close"}).status_code == 302
        assert panel.fresh().state == "signed"

    def test_an_open_sheet_cannot_be_deemed(self, panel: Panel) -> None:
        give(panel, 0, Decimal(12))
        Panel.objects.filter(pk=panel.pk).update(sign_until=clock.database_now() - timedelta(seconds=1))
        with pytest.raises(TransitionBlocked):
            signing.close_signing(panel, **officer(panel))
        assert panel.fresh().state == "scoring"
        assert not Seat.objects.filter(deemed_at__isnull=False).exists()


class Offer:
    def __init__(self, name: str, price: int) -> None:
        self.supplier, self.price = name, Decimal(price)


def result(name: str, price: int, judged: int, total: int, rank: int) -> Result:
    return Result(Offer(name, price), {"S": Decimal(judged)}, Decimal(total), rank)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("second", "method", "word"),
    [
        (result("乙", 11, 50, 80, 2), "consultation", "price"),
        (result("乙", 10, 40, 80, 2), "consultation", "panel"),
        (result("乙", 10, 50, 80, 2), "consultation", "lot"),
        (result("乙", 10, 50, 70, 2), "negotiation", "total"),
        (result("乙", 10, 50, 70, 2), "consultation", ""),
    ],
)
def test_why_equals_stand_as_they_do(second: Result, method: str, word: str) -> None:
    from django.utils import translation

    criteria = [Criterion(code="S", kind="judged")]
    with translation.override("en"):
        found = ties([result("甲", 10, 50, 80, 1), second], criteria, method)
    assert len(found) == bool(word)
    assert all(word in sentence for sentence in found)


def test_roles_are_roles(panel: Panel) -> None:
    """A colleague of the buyer with every role still has no seat."""
    colleague = scenes.colleague(panel.project.buyer, "colleague", *Role)
    assert scenes.client(colleague).get(f"/workspace/awards/{panel.pk}/sign/").status_code == 404
    assert scenes.client(colleague).get(f"/workspace/awards/{panel.pk}/signing/").status_code == 200
