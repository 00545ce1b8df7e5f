"""The score sheet: saved as typed, refused in words, and nobody's but its member's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.awards import actions, sheets, signing
from procurement.awards.models import Panel, Score, ScoreSheet
from procurement.bids.models import Bid
from procurement.calls.models import Criterion
from tests import threads
from tests.awards import scenes
from workflows.errors import TransitionBlocked

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


@pytest.fixture
def panel() -> Panel:
    return scenes.scoring()


def bids_of(panel: Panel) -> list[Bid]:
    return sheets.living(panel)


def judged(panel: Panel) -> list[Criterion]:
    return list(panel.call.criteria.filter(kind="judged"))


def path(panel: Panel, page: str = "score/") -> str:
    return f"/workspace/awards/{panel.pk}/{page}"


def fill(panel: Panel, user, points: Decimal = Decimal("12.5")) -> None:
    codes = {c.code: points for c in judged(panel)}
    for bid in bids_of(panel):
        actions.save_scores(panel, bid, codes, by=user)


class TestPage:
    def test_every_rule_stands_beside_its_boxes(self, panel: Panel) -> None:
        page = scenes.client("expert1").get(path(panel)).content.decode()
        for criterion in panel.call.criteria.all():
            assert criterion.name in page
            assert criterion.rule in page
        assert page.count('inputmode="decimal"') == len(bids_of(panel)) * len(judged(panel))
        assert all(bid.supplier.name in page for bid in bids_of(panel))

    def test_all_of_it_is_saved_without_scripts(self, panel: Panel) -> None:
        client = scenes.client("expert1")
        form = {f"b{bid.pk}_{c.pk}": "１5.5" for bid in bids_of(panel) for c in judged(panel)}
        assert client.post(path(panel), form).status_code == 302
        assert Score.objects.filter(points=Decimal("15.5")).count() == 6
        assert 'value="15.5"' in client.get(path(panel)).content.decode()
        first = next(iter(form))
        assert client.post(path(panel), form | {first: ""}).status_code == 302
        assert Score.objects.count() == 5

    def test_one_wrong_box_saves_nothing_and_keeps_what_was_typed(self, panel: Panel) -> None:
        form = {f"b{bid.pk}_{c.pk}": "15" for bid in bids_of(panel) for c in judged(panel)}
        last = list(form)[-1]
        answer = scenes.client("expert1").post(path(panel), form | {last: "abc"})
        page = answer.content.decode()
        assert answer.status_code == 400
        assert 'value="abc"' in page
        assert page.count('value="15"') == 5
        assert not Score.objects.exists()

    def test_the_running_total_counts_price_and_quantity(self, panel: Panel) -> None:
        seat = panel.seats.get(user=threads.login("expert1"))
        before = dict(sheets.tables(panel, seat)[0].totals)
        fill(panel, seat.user, Decimal(10))
        after = dict(sheets.tables(panel, seat)[0].totals)
        assert all(after[bid] - before[bid] == 20 for bid in before)
        assert max(before.values()) > 15

    def test_no_more_questions_for_more_bids(self, panel: Panel) -> None:
        client = scenes.client("expert1")
        client.get(path(panel))
        with CaptureQueriesContext(connection) as few:
            client.get(path(panel))
        bid = bids_of(panel)[0]
        for number in range(8):
            other = Organisation.objects.create(
                name=f"服务社{number}", code=f"9133010{number}MA9000110C", kind="enterprise"
            )
            copy = Bid.objects.get(pk=bid.pk)
            copy.pk, copy._state.adding, copy.number, copy.supplier = None, True, f"COPY-{number}", other
            copy.save()
        with CaptureQueriesContext(connection) as many:
            assert client.get(path(panel)).content.decode().count("COPY") == 0
        assert len(many) == len(few)


class TestCell:
    def send(self, panel: Panel, **given: object):
        data = {"bid": bids_of(panel)[0].pk, "criterion": judged(panel)[0].pk, "points": "12"} | given
        return scenes.client("expert1").post(path(panel, "score/cell/"), data)

    def test_one_box_is_saved(self, panel: Panel) -> None:
        answer = self.send(panel, points="40.25").json()
        assert answer["saved"] is True
        assert (answer["points"], answer["left"]) == ("40.25", 5)
        assert Score.objects.get().points == Decimal("40.25")
        assert self.send(panel, points="").json()["points"] == ""
        assert not Score.objects.exists()

    @pytest.mark.parametrize(
        "points",
        [
            "50.01",
            "1000",
            "-1",
            "abc",
            "NaN",
            "Infinity",
            "1e1",
            "9" * 400,
            "1.234",
            "1,5",
            "0x1",
            "--",
            "=1",
            "\x00",
            "²",
        ],
    )
    def test_what_is_no_score_is_named(self, panel: Panel, points: str) -> None:
        answer = self.send(panel, points=points)
        if points == "²":  # the compatible form of the sign is the digit two
            assert answer.status_code == 200
            return
        assert answer.status_code == 400
        assert judged(panel)[0].name in answer.json()["error"]
        assert not Score.objects.exists()

    @pytest.mark.parametrize("key", ["", "x", "-1", "1.5", "9" * 30, "٣", "0"])
    @pytest.mark.parametrize("name", ["bid", "criterion"])
    def test_what_is_no_key_is_named(self, panel: Panel, name: str, key: str) -> None:
        answer = self.send(panel, **{name: key})
        assert answer.status_code == 400
        assert answer.json()["error"].startswith(name) or "：" in answer.json()["error"]

    def test_a_bid_of_another_call_or_a_rejected_one(self, panel: Panel) -> None:
        threads.waiting("to-award")
        stranger = Bid.objects.exclude(lot__call=panel.call)[0]
        assert self.send(panel, bid=stranger.pk).status_code == 400
        foreign = Criterion.objects.filter(kind="judged").exclude(call=panel.call)[0]
        assert self.send(panel, criterion=foreign.pk).status_code == 400
        price = panel.call.criteria.get(kind="price")
        assert self.send(panel, criterion=price.pk).status_code == 400
        assert not Score.objects.filter(sheet__seat__panel=panel).exists()

    def test_get_is_no_way_to_save(self, panel: Panel) -> None:
        assert scenes.client("expert1").get(path(panel, "score/cell/")).status_code == 405

    def test_a_signed_sheet_stays_as_it_is(self, panel: Panel) -> None:
        fill(panel, threads.login("expert1"))
        signing.close_sheet(panel, by=threads.login("expert1"))
        answer = self.send(panel, points="1")
        assert answer.status_code == 409
        assert answer.json()["saved"] is False
        page = scenes.client("expert1").get(path(panel))
        assert 'inputmode="decimal"' not in page.content.decode()
        form = {f"b{bid.pk}_{c.pk}": "1" for bid in bids_of(panel) for c in judged(panel)}
        assert scenes.client("expert1").post(path(panel), form).status_code == 409
        assert not Score.objects.filter(points=1).exists()
        with pytest.raises(TransitionBlocked):
            actions.save_scores(
                panel, bids_of(panel)[0], {judged(panel)[0].code: Decimal(1)}, by=threads.login("expert1")
            )


SECRET = Decimal("13.37")


class TestSecrecy:
    """One member's points, looked for in everybody else's pages."""

    PAGES = ("score/", "sign/", "declare/", "signing/")

    def everybody(self, panel: Panel) -> dict[str, Client]:
        names = ["expert2", "approver", "drafter", "finance", "officer1", "officer2", "supplier", "regulator", "editor"]
        found = {name: scenes.client(name) for name in [*names, "administrator", "station"]}
        root = get_user_model().objects.create_superuser("root")
        other = Organisation.objects.create(
            name="别市总工会", code="13330199MC90009998", kind="trade_union", region="330199"
        )
        return found | {
            "root": scenes.client(root),
            "stranger": scenes.client(scenes.colleague(other, "stranger", *Role)),
            "anonymous": Client(),
        }

    def seen_by(self, panel: Panel) -> set[str]:
        call, number = panel.call, panel.project.number
        own = [path(panel, page) for page in self.PAGES]
        own += [f"/workspace/awards/{call.pk}/{page}" for page in ("draw/", "qualification/")]
        own += ["/workspace/", f"/threads/{number}/", f"/threads/{number}/log/"]
        own += [f"/workspace/{deed}/{panel.pk}/" for deed in ("panel.score", "panel.sign", "panel.close")]
        own += [f"/api/v1/threads/{number}/"]
        return {
            name
            for name, client in self.everybody(panel).items()
            for place in own
            if "13.37" in client.get(place, follow=True).content.decode()
        }

    def test_nobody_sees_an_open_sheet(self, panel: Panel) -> None:
        fill(panel, threads.login("expert1"), SECRET)
        assert self.seen_by(panel) == set()
        assert "13.37" in scenes.client("expert1").get(path(panel)).content.decode()

    def test_nor_a_signed_one_while_others_are_open(self, panel: Panel) -> None:
        fill(panel, threads.login("expert1"), SECRET)
        signing.close_sheet(panel, by=threads.login("expert1"))
        fill(panel, threads.login("expert2"))
        signing.close_sheet(panel, by=threads.login("expert2"))
        assert self.seen_by(panel) == set()

    def test_members_alone_read_them_when_all_are_signed(self, panel: Panel) -> None:
        for position, points in enumerate((SECRET, Decimal(12), Decimal(13))):
            user = scenes.member(panel, position)
            fill(panel, user, points)
            signing.close_sheet(panel, by=user)
        assert self.seen_by(panel) == {"expert2"}

    def test_who_gets_to_the_page(self, panel: Panel) -> None:
        for name, client in self.everybody(panel).items():
            expected = {"expert2": 200, "anonymous": 302}.get(name, 404)
            assert client.get(path(panel)).status_code == expected, name
            sent = client.post(path(panel, "score/cell/"), {"bid": "1", "criterion": "1", "points": "1"}).status_code
            assert sent == {"expert2": 400, "anonymous": 302}.get(name, 404), name
            assert client.post(path(panel, "sign/"), {"act": "close"}).status_code in (302, 400, 404)
        assert not ScoreSheet.objects.exists()

    def test_one_member_cannot_write_into_anothers_sheet(self, panel: Panel) -> None:
        bid, criterion = bids_of(panel)[0], judged(panel)[0]
        scenes.client("expert2").post(
            path(panel, "score/cell/"), {"bid": bid.pk, "criterion": criterion.pk, "points": "3", "seat": "1"}
        )
        assert Score.objects.get().sheet.seat.user == threads.login("expert2")
