"""Which version applies, that none is ever edited, and that the rows say what the field's rulebook prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation

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

    def test_what_came_later_can_be_noted(self) -> None:
        with rulebook.noting_later_rules() as noted:
            rulebook.find("B4", on=date(2026, 1, 31))
            rulebook.find("B4", on=date(2026, 2, 1))
        assert [(version.rule, version.effective_from) for version in noted] == [("B4", date(2026, 2, 1))]

    def test_the_longer_code_wins(self) -> None:
        for number, region in enumerate(("33", "3301", "330106")):
            add(region, date(2020, 1, 1), 10 + number)
        found = {
            region: rulebook.find("T2", on=date(2026, 1, 1), region=region).values["days"]
            for region in ("330106", "330108", "3301", "330200", "33", "340000", "")
        }
        assert found == {"330106": 12, "330108": 11, "3301": 11, "330200": 10, "33": 10, "340000": 5, "": 5}

    def test_the_day_before_and_the_day(self) -> None:
        add("", date(2026, 7, 1), 9)
        assert rulebook.find("T2", on=date(2015, 2, 28)) is None
        assert rulebook.find("T2", on=date(2015, 3, 1)).values == {"days": 5}
        assert rulebook.find("T2", on=date(2026, 6, 30)).values == {"days": 5}
        assert rulebook.find("T2", on=date(2026, 7, 1)).values == {"days": 9}

    def test_a_moment_is_judged_by_its_local_day(self) -> None:
        evening = datetime(2026, 1, 31, 16, 0, tzinfo=UTC)  # already the first of February in Shanghai
        assert rulebook.find("B4", on=evening) is not None
        assert rulebook.find("B4", on=evening - timedelta(seconds=1)) is None

    def test_a_province_begins_later_than_the_country(self) -> None:
        add("33", date(2027, 1, 1), 3)
        assert rulebook.find("T2", on=date(2026, 1, 1), region="330199").values == {"days": 5}

    def test_an_unknown_variant_has_no_rule(self) -> None:
        assert rulebook.find("P1", on=date(2026, 1, 1)) is None
        assert rulebook.find("P1", variant="single_source", on=date(2026, 1, 1)) is None


# as the rulebook of the field prints them: refusals quote them letter for letter
ARTICLES = """
W1 令102 art 5, 33 | W2 令102 art 8 | W3 令102 art 6 | W4 令102 art 10 | W5 令102 art 11–16 | W6 条例 art 20
W8 中小企业办法 art 6, 9 | W9 条例 art 28 | W10 采购法 art 27, 32 | W11 令87 art 12 | W12 意向通知
D2 民法典 art 201–203 | D3 令87 art 16, 18 | D4 公告格式
P1:open_tender 采购法 art 35 | P1:consultation 磋商办法 art 10 | P1:negotiation 令74 art 29 | P1:own_rule house
P2:open_tender 令87 art 16 | P2:consultation 磋商办法 art 7 | P2:negotiation 令74 art 12
P2:single_source 条例 art 38 | P3:open_tender 令87 art 18 | P3:consultation 磋商办法 art 10
P4:open_tender 令87 art 27 | P4:consultation 磋商办法 art 10 | P4:negotiation 令74 art 29
P5:open_tender 令87 art 47 | P5:consultation 磋商办法 art 14 | P5:negotiation 令74 art 7 | P5:single_source 令74 art 38
P6:open_tender 令87 art 47 | P6:consultation 磋商办法 art 14 | P6:negotiation 令74 art 7
P7:open_tender 令87 art 43 | P7:consultation 补充通知 | P7:negotiation 令74 art 37
P8:open_tender 令87 art 53 | P8:consultation 磋商办法 art 23 | P8:negotiation 令74 art 35
P9:open_tender 令87 art 41 | P9:consultation 磋商办法 art 3, 19–22 | P9:negotiation 令74 art 18
P10:consultation 磋商办法 art 20–22 | P10:negotiation 令74 art 31–33
P12 条例 art 39 | P12:signature 条例 art 41 | P12:own_expert 令87 art 47 | P13 条例 art 9 | P14 条例 art 18
P15 条例 art 33 | B1 令87 art 33 | B2 令87 art 34 | B3 令87 art 63 | B4 异常低价 | B5 令87 art 39
S1:open_tender 令87 art 55 | S1:consultation 磋商办法 art 24 | S2 令87 art 55; 磋商办法 art 24 | S3 条例 art 34
S4:open_tender 令87 art 57 | S4:consultation 磋商办法 art 25 | S5 house | S6 house
T3 条例 art 43 | T4 条例 art 52 | T5 条例 art 53 | T6 令94 | T7 采购法 art 46 | T8 条例 art 50 | T10 条例 art 54
T11 采购法 art 42 | N1:call 公告格式 | N2 公告格式 | C1 令102 art 23 | C2 令102 art 24 | C3 令102 art 26
C4 采购法 art 49 | C5 house | C6 采购法 art 46 | C7 条例 art 48 | A1 条例 art 45 | A2 条例 art 15
E1 绩效; house | E2 绩效; house | E3 绩效 | E4 house | E6 house | E7 令102 art 20–21; 第三方
"""
WARNS = ["W6", "W9", "P1:own_rule", "P2:own_rule", "P4:own_rule", "P5:own_rule", "P7:own_rule", "S6", "A2", "E5"]
LATE = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9"]


def named(name: str) -> RuleVersion:
    rule, _, variant = name.partition(":")
    found = rulebook.find(rule, variant=variant, on=date(2026, 6, 1))
    assert found is not None, name
    return found


class TestSeed:
    def test_articles_are_as_printed(self) -> None:
        printed = dict(line.strip().split(" ", 1) for line in ARTICLES.replace("\n", "|").split("|") if line.strip())
        assert {name: named(name).article for name in printed} == printed

    def test_effects_are_as_printed(self) -> None:
        assert {name: named(name).effect for name in WARNS} == dict.fromkeys(WARNS, "warn")
        assert {name: named(name).effect for name in LATE} == dict.fromkeys(LATE, "late")
        for name in ("W2", "W4", "P1:consultation", "B1", "B3", "C2", "C5", "T10", "A1", "N2"):
            assert named(name).effect == "block"

    def test_what_warns_and_asks_for_a_reason(self) -> None:
        assert [name for name in WARNS if named(name).needs_reason][:2] == ["W6", "W9"]

    def test_periods_are_as_printed(self) -> None:
        assert [named(f"P1:{m}").values["min"] for m in ("open_tender", "consultation", "negotiation")] == [20, 10, 3]
        assert named("P1:negotiation").values["unit"] == "working_days"
        assert [named(f"T{n}").values["days"] for n in (1, 2, 3, 4, 5, 6, 7, 8, 9)] == [2, 5, 2, 3, 7, 15, 30, 2, 10]
        assert named("P7:consultation").values["min"] == 2
        assert named("S1:consultation").values == {"min": 10, "max": 30}

    def test_what_is_from_memory_says_so(self) -> None:
        framework = RuleVersion.objects.filter(variant="framework", article="令110")
        assert framework.count() >= 5
        assert {row.standing for row in framework} == {"m"}
        assert {row.standing for row in RuleVersion.objects.filter(rule="THRESHOLD")} == {"m"}
        assert {named(name).standing for name in ("W2", "W6", "W9", "W12", "D2")} == {"v"}

    def test_seeding_twice_adds_nothing(self) -> None:
        count = RuleVersion.objects.count()
        assert count == len(seed.rows())
        seed.plant()
        assert RuleVersion.objects.count() == count

    def test_seeding_leaves_an_offices_own_version_alone(self) -> None:
        own = add("", date(2026, 7, 1), 9)
        seed.plant()
        assert rulebook.find("T2", on=date(2026, 8, 1)) == own

    def test_every_row_says_it_in_both_languages(self) -> None:
        assert [row["rule"] for row in seed.rows() if not row.get("text") or not row.get("text_en")] == []

    def test_an_unknown_key_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for chapter in seed.CHAPTERS:
            (tmp_path / f"{chapter}.yaml").write_text("- {rule: X1, form: 2020-01-01}", encoding="utf-8")
        monkeypatch.setattr(seed, "DATA", tmp_path)
        with pytest.raises(ValueError, match="X1"):
            seed.rows()


class TestWords:
    def test_in_the_language_of_the_moment(self) -> None:
        rule = named("T2")
        with translation.override("en"):
            assert rule.words == rule.text_en
        with translation.override("zh-hans"):
            assert rule.words == rule.text
        rule.text_en = ""
        with translation.override("en"):
            assert rule.words == rule.text

    def test_a_reason_carries_id_and_article(self) -> None:
        reason = named("W6").reason("quoted", phrase="须在本市注册")
        assert (reason.rule, reason.article, reason.effect, reason.needs_reason) == ("W6", "条例 art 20", "warn", True)
        assert named("T5").reason("late", effect="block").effect == "block"


class TestNeverEdited:
    @pytest.mark.parametrize(
        "change",
        [
            lambda rows: rows.update(text="x"),
            lambda rows: rows.delete(),
            lambda rows: rows.get().save(),
            lambda rows: rows.get().delete(),
        ],
        ids=["update", "delete", "save", "delete one"],
    )
    def test_the_database_refuses(self, change: Callable[[QuerySet[RuleVersion]], object]) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            change(RuleVersion.objects.filter(rule="T2"))
        assert RuleVersion.objects.filter(rule="T2", article="条例 art 43").count() == 1

    def test_one_version_a_day_and_place(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            add("", date(2015, 3, 1), 6)
        add("33", date(2015, 3, 1), 6)
