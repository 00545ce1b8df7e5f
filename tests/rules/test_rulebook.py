from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from procurement.rules import rulebook, seed
from procurement.rules.models import RuleVersion

pytestmark = pytest.mark.django_db


def add(jurisdiction: str, day: date, days: int) -> RuleVersion:
    return RuleVersion.objects.create(
        rule="T2", article="条例 art 43", text="x", effect="late", jurisdiction=jurisdiction, effective_from=day,
        values={"days": days},
    )  # fmt: skip


class TestFind:
    def test_the_nearest_jurisdiction_wins_then_the_latest_day(self) -> None:
        add("33", date(2020, 1, 1), 4)
        add("33", date(2024, 1, 1), 3)
        add("", date(2025, 1, 1), 9)
        found = {
            (region, on): rulebook.find("T2", on=on, region=region).values["days"]
            for region, on in [("330199", date(2021, 1, 1)), ("330199", date(2025, 6, 1)), ("440100", date(2025, 6, 1))]
        }
        assert list(found.values()) == [4, 3, 9]

    def test_not_in_force_yet(self) -> None:
        assert rulebook.find("B4", on=date(2026, 1, 31)) is None
        assert rulebook.find("B4", on=date(2026, 2, 1)) is not None
        assert "B4" in rulebook.not_yet_in_force(date(2026, 1, 31))

    @pytest.mark.parametrize(
        ("rule", "variant", "article"),
        [
            ("P1", "consultation", "磋商办法 art 10"),
            ("P1", "open_tender", "采购法 art 35"),
            ("P7", "consultation", "补充通知"),
            ("W6", "", "条例 art 20"),
            ("B1", "", "令87 art 33"),
            ("S1", "consultation", "磋商办法 art 24"),
            ("E7", "", "令102 art 20–21; 第三方"),
            ("W10", "", "采购法 art 27, 32"),
        ],
    )
    def test_articles(self, rule: str, variant: str, article: str) -> None:
        found = rulebook.find(rule, variant=variant, on=date(2026, 6, 1))
        assert found is not None
        assert found.article == article


class TestNeverEdited:
    def test_the_database_refuses(self) -> None:
        for change in (lambda rows: rows.update(text="x"), lambda rows: rows.delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change(RuleVersion.objects.filter(rule="T2"))

    def test_seeding_twice_adds_nothing(self) -> None:
        count = RuleVersion.objects.count()
        seed.plant()
        assert RuleVersion.objects.count() == count


@pytest.mark.both_languages
class TestPages:
    @pytest.fixture
    def administrator(self, client: Client) -> Client:
        client.force_login(get_user_model().objects.create_superuser("root-of-tests"))
        return client

    def form(self, **more: object) -> dict[str, object]:
        day = timezone.localdate() + timedelta(days=30)
        return {
            "article": "条例 art 43", "text": "十个工作日", "effect": "late", "values": json.dumps({"days": 10}),
            "effective_from": day.isoformat(),
        } | more  # fmt: skip

    def test_anyone_reads(self, client: Client) -> None:
        for path in ("/rules/", "/rules/P1/", "/rules/calendar/2027/", "/rules/?q=令87"):
            assert client.get(path).status_code == 200
        assert client.get("/rules/NOPE/").status_code == 404
        assert client.get("/rules/T2/add/").status_code == 302

    def test_an_ordinary_person_does_not_add(self, client: Client) -> None:
        client.force_login(get_user_model().objects.create_user("somebody"))
        assert client.get("/rules/T2/add/").status_code == 403
        assert client.post("/rules/calendar/2031/", {"source": "x", "lines": "2031-01-01,休,元旦"}).status_code == 403

    def test_a_new_version_has_its_own_day(self, administrator: Client) -> None:
        assert administrator.post("/rules/T2/add/", self.form()).status_code == 302
        today = timezone.localdate()
        assert rulebook.find("T2", on=today).values == {"days": 5}
        assert rulebook.find("T2", on=today + timedelta(days=31)).values == {"days": 10}

    @pytest.mark.parametrize(
        "wrong",
        [{"values": "{}"}, {"values": '{"days": "many"}'}, {"values": "nonsense"}, {"effective_from": "2015-03-01"},
         {"jurisdiction": "3"}],
    )  # fmt: skip
    def test_a_wrong_version_is_refused(self, administrator: Client, wrong: dict[str, str]) -> None:
        count = RuleVersion.objects.count()
        assert administrator.post("/rules/T2/add/", self.form(**wrong)).status_code == 400
        assert RuleVersion.objects.count() == count

    def test_a_year_is_entered_whole_or_not_at_all(self, administrator: Client) -> None:
        from procurement.rules.models import OfficialDay

        bad = administrator.post("/rules/calendar/2031/", {"source": "国办", "lines": "2031-01-01,休,元旦\nwrong,班"})
        assert bad.status_code == 400
        assert not OfficialDay.objects.exists()
        good = administrator.post(
            "/rules/calendar/2031/", {"source": "国办", "lines": "2031-01-01,休,元旦\n2031-01-04,班,"}
        )
        assert good.status_code == 302
        assert OfficialDay.objects.count() == 2
