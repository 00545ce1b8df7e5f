"""Finding things: what contains all the words, nothing that lacks them, and nothing that is not public."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.accounts.models import Organisation
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.cases.replay.driver import replay
from procurement.needs.models import Need
from procurement.opendata.search import find, index, show, tasks, text
from procurement.opendata.search.models import SearchEntry
from procurement.projects.models import Project
from tests import threads
from tests.opendata import corpus
from workflows import jobs
from workflows.clock import database_now

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]

PHRASES = [
    "青少年", "青少", "少年", "困境儿童", "儿童", "留守", "骑手", "外卖骑手", "劳动者", "新就业形态",
    "心理健康", "健康服务", "夏令营", "家庭教育", "法律援助", "托管", "慢病", "爱心驿站", "越城", "越城区青少年",
    "柯桥 儿童", "长沙 家庭教育", "重庆市 法律", "青少年关爱成长", "女职工 体检", "208000", "208,000.00",
    "210000 元", "财库〔2020〕46号", "财库[2020]46号",
    "2026年3月1日", "12355", "12355热线", "ＡＩ辅导", "ai 辅导", "pilot", "Family Support", "關愛成長", "課後託管",
    "HQ-330017-2026",
    "工", "家", "E家园", "35%",
]  # fmt: skip
HOSTILE = [
    "'", "''", "\\", "a'b", "a & b", "a | !b", "!", "!!", "(", ")", "<->", "a:*", ":*", "*", "青 & 少", "'青':A",
    "%", "_", "%s",
    "\x00", "青\x00少", "x" * 10_000, "青" * 10_000, "青 " * 5_000, "😀", "青少年😀", "\ud83d", "ﷺ", "①②③", "‮abc",
    "a\u0301", "\n\n", "　",
    "; DROP TABLE opendata_searchentry; --", "{{ 7*7 }}", "<script>alert(1)</script>", "~sxs", "\x1f", "½", "ß", "İ",
]  # fmt: skip


def titles(asked: str, **chosen: str) -> list[str]:
    return [entry.title for entry in find.find(text.read(asked), find.read_choices(chosen)).entries]


def everything(asked: str) -> list[SearchEntry]:
    found = find.find(text.read(asked), {})
    pages = [find.find(text.read(asked), {}, page=number) for number in range(1, found.pages + 1)]
    return [entry for page in pages for entry in page.entries]


def plant(*rows: tuple[str, str, str], **more: Any) -> list[SearchEntry]:
    made = [
        index.finished(SearchEntry(kind=kind, subject_id=number, title=title, body=body, url=f"/{number}/", **more))
        for number, (kind, title, body) in enumerate(rows, start=1)
    ]
    return SearchEntry.objects.bulk_create(made)


@pytest.fixture
def closed() -> Project:
    replay(threads.case("C1"), documents=False)
    jobs.run_due()
    return Project.objects.get(case_id="C1")


class TestWords:
    def test_the_phrases_find_all_that_hold_them_and_nothing_else(self) -> None:
        planted = corpus.plant(400)
        assert len(PHRASES) >= 40
        for phrase in PHRASES:
            wanted = {entry.pk for entry in planted if corpus.holds(entry, phrase)}
            found = everything(phrase)
            assert wanted, phrase
            assert len(found) == len({entry.pk for entry in found})
            recall = len(wanted & {entry.pk for entry in found}) / len(wanted)
            assert recall >= 0.95, (phrase, recall)
            assert [entry.title for entry in found if not corpus.holds(entry, phrase)] == [], phrase

    def test_pairs_alone_do_not_make_a_phrase(self) -> None:
        plant(("call", "青少与少年", ""), ("call", "青少年", ""))
        assert titles("青少年") == ["青少年"]

    def test_a_phrase_does_not_reach_from_one_line_into_the_next(self) -> None:
        plant(("call", "社区", "困境\n儿童"))
        assert titles("困境儿童") == []

    def test_all_words_have_to_be_there(self) -> None:
        plant(("call", "青少年夏令营", "暑期"), ("call", "青少年", "心理"))
        assert titles("青少年 暑期") == ["青少年夏令营"]

    @pytest.mark.parametrize(("asked", "title"), [
        ("关爱青少年", "关爱 青少年"), ("ＨＱ－３３", "HQ-33-1"), ("hq-33", "HQ－33－1"), ("Youth", "YOUTH club"),
        ("you", "Youth"), ("婦聯", "妇联"), ("1234567.5", "1,234,567.50 元"), ("〔2014〕214", "财库（2014）214号"),
        ("成", "关爱成长"), ("长", "关爱成长"), ("AI辅导", "AI 辅导"), ("120人", "名额 120 人"),
    ])  # fmt: skip
    def test_what_is_written_in_other_ways(self, asked: str, title: str) -> None:
        plant(("call", title, ""))
        assert titles(asked) == [title]

    def test_the_middle_of_a_latin_word_is_no_word(self) -> None:
        plant(("call", "Youth", ""))
        assert titles("outh") == []

    def test_the_best_stands_first(self) -> None:
        plant(
            ("call", "社区服务", "为留守儿童办夏令营"),
            ("call", "儿童之家", "留守老人"),
            ("call", "儿童服务与留守老人", ""),
            ("call", "留守儿童夏令营", ""),
            ("call", "留守儿童", ""),
        )
        assert titles("留守儿童")[:2] == ["留守儿童", "留守儿童夏令营"]
        assert set(titles("留守 儿童")[:3]) == {"留守儿童", "留守儿童夏令营", "儿童服务与留守老人"}

    def test_newer_stands_before_older_where_both_are_as_good(self) -> None:
        rows = corpus.plant(60)
        found = find.find(text.read("青少年"), {}, "newest").entries
        assert [entry.at for entry in found] == sorted((entry.at for entry in found), reverse=True)
        assert rows


class TestNames:
    @pytest.fixture(autouse=True)
    def _named(self) -> None:
        plant(
            ("organisation", "绍兴市工会", ""),
            ("organisation", "共青团重庆市委员会", ""),
            ("organisation", "长沙市福民社会工作服务中心", ""),
            ("call", "绍兴市工会", ""),
        )

    @pytest.mark.parametrize(("asked", "name"), [
        ("sxsgh", "绍兴市工会"), ("SXSGH", "绍兴市工会"), ("shaoxing", "绍兴市工会"), ("shaoxingshigonghui",
        "绍兴市工会"),
        ("gqtcqs", "共青团重庆市委员会"), ("chongqing", "共青团重庆市委员会"),
        ("changsha", "长沙市福民社会工作服务中心"),
        ("fmshgz", "长沙市福民社会工作服务中心"),
    ])  # fmt: skip
    def test_are_found_by_how_they_sound(self, asked: str, name: str) -> None:
        found = find.find(text.read(asked), {}).entries
        assert [(entry.kind, entry.title) for entry in found] == [("organisation", name)]

    def test_two_letters_sound_like_too_many(self) -> None:
        assert titles("sx") == []

    def test_sound_and_words_go_together(self) -> None:
        assert titles("sxs 工会") == ["绍兴市工会"]


class TestPage:
    @pytest.mark.parametrize("asked", HOSTILE)
    def test_nothing_that_is_typed_is_an_error(self, client: Client, asked: str) -> None:
        corpus.plant(5)
        for path in ("/search/", "/search/suggest/"):
            answer = client.get(path, {"q": asked.encode("utf-8", "surrogatepass")})
            assert answer.status_code == 200

    @pytest.mark.parametrize("name", ["kind", "domain", "state", "region", "buyer", "page", "sort"])
    @pytest.mark.parametrize(
        "value", ["nope", "-1", "0", "99999999999999999999", "\x00", "'", "１２", "1e9", "9" * 5000]
    )
    def test_odd_filters_count_as_not_asked(self, client: Client, name: str, value: str) -> None:
        corpus.plant(5)
        assert client.get("/search/", {"q": "社区", name: value}).status_code == 200

    def test_says_what_to_do_where_there_is_nothing(self, client: Client) -> None:
        for asked in ("", "!!", "没有这样的事"):
            answer = client.get("/search/", {"q": asked})
            assert answer.status_code == 200
            assert 'class="empty"' in answer.content.decode()

    def test_what_is_shown_is_escaped_and_marked(self, client: Client) -> None:
        plant(("call", "<b>青少年</b>", "<script>alert(1)</script> 关爱青少年 & 成长"))
        page = client.get("/search/", {"q": "青少年"}).content.decode()
        assert "&lt;b&gt;<mark>青少年</mark>&lt;/b&gt;" in page
        assert "<script>alert" not in page
        assert "关爱<mark>青少年</mark> &amp; 成长" in page

    def test_marks_follow_the_original_letters(self) -> None:
        terms = text.read("ai 208000 關愛").terms
        assert show.marked("ＡＩ，208,000.00，关 爱", terms) == (
            "<mark>ＡＩ</mark>，<mark>208,000</mark>.00，<mark>关 爱</mark>"
        )

    def test_a_long_text_is_shown_where_the_word_stands(self) -> None:
        shown = show.snippet("前" * 500 + "青少年" + "后" * 500, text.read("青少年").terms)
        assert "<mark>青少年</mark>" in shown
        assert shown.startswith("…")
        assert shown.endswith("…")

    def test_facets_count_what_a_click_would_show(self, client: Client) -> None:
        corpus.plant(200)
        answer = client.get("/search/", {"q": "儿童", "domain": "youth"})
        for facet in answer.context["facets"]:
            for row in facet["values"]:
                other = client.get("/search/" + row["url"])
                assert other.context["found"].total == row["count"]
        assert sum(row["count"] for row in answer.context["facets"][0]["values"]) == answer.context["found"].total

    def test_pages_hold_everything_once(self, client: Client) -> None:
        corpus.plant(100)
        first = client.get("/search/", {"q": "社区", "page": "1"}).context["found"]
        assert first.pages > 1
        last = client.get("/search/", {"q": "社区", "page": "9999"}).context["found"]
        assert last.page == first.pages
        assert len(everything("社区")) == first.total

    def test_queries_do_not_grow(self, client: Client) -> None:
        def count() -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get("/search/", {"q": "社区"}).context["found"].total
            return len(captured)

        plant(("call", "社区", ""))
        client.get("/search/", {"q": "社区"})
        one = count()
        SearchEntry.objects.all().delete()
        corpus.plant(300)
        assert count() == one

    def test_a_call_is_open_until_its_deadline(self) -> None:
        plant(("call", "社区甲", ""), state="open", until=database_now() + timedelta(hours=1))
        past = database_now() - timedelta(hours=1)
        entry = SearchEntry(kind="call", subject_id=9, title="社区乙", url="/9/", state="open", until=past)
        SearchEntry.objects.bulk_create([index.finished(entry)])
        assert titles("社区", state="open") == ["社区甲"]
        assert titles("社区", state="current") == ["社区乙"]

    def test_every_page_has_a_search_box(self, client: Client) -> None:
        assert 'action="/search/"' in client.get("/needs/").content.decode()


class TestSuggestions:
    def test_titles_that_fit(self, client: Client) -> None:
        plant(("call", "青少年夏令营", ""), ("notice", "公告", "青少年"), ("organisation", "绍兴市工会", ""))
        answer = json.loads(client.get("/search/suggest/", {"q": "青少"}).content)
        assert [row["title"] for row in answer["suggestions"]] == ["青少年夏令营"]
        answer = json.loads(client.get("/search/suggest/", {"q": "sxs"}).content)
        assert [row["title"] for row in answer["suggestions"]] == ["绍兴市工会"]

    def test_are_few_and_each_once(self, client: Client) -> None:
        corpus.plant(300)
        rows = json.loads(client.get("/search/suggest/", {"q": "儿童"}).content)["suggestions"]
        assert 0 < len(rows) <= 8
        assert len({row["title"] for row in rows}) == len(rows)


class TestIndex:
    def test_a_thread_is_found_by_all_it_shows(self, client: Client, closed: Project) -> None:
        for kind, asked in (
            ("thread", closed.number), ("call", closed.calls.get().number), ("notice", closed.title[:8]),
            ("organisation", closed.buyer.name), ("thread", "福民社会工作"), ("need", closed.needs.first().title[:4]),
        ):  # fmt: skip
            found = client.get("/search/", {"q": asked, "kind": kind}).context["found"]
            assert found.total, (kind, asked)
            for entry in found.entries:
                assert client.get(entry.url).status_code == 200, entry.url

    def test_running_twice_changes_nothing(self, closed: Project) -> None:
        before = list(SearchEntry.objects.order_by("pk").values())
        index.update_thread(closed.pk)
        tasks.sweep()
        assert list(SearchEntry.objects.order_by("pk").values()) == before

    def test_the_command_makes_it_all_anew(self, closed: Project) -> None:
        before = list(SearchEntry.objects.order_by("kind", "subject_id").values("kind", "subject_id", "folded"))
        SearchEntry.objects.filter(kind="notice").delete()
        plant(("thread", "不在了", ""))
        SearchEntry.objects.filter(title="不在了").update(subject_id=10**9)
        call_command("reindex_search", stdout=StringIO())
        assert list(SearchEntry.objects.order_by("kind", "subject_id").values("kind", "subject_id", "folded")) == before

    def test_what_is_no_longer_public_goes(self) -> None:
        gone = index.finished(SearchEntry(kind="call", subject_id=10**9, title="旧", url="/"))
        SearchEntry.objects.bulk_create([gone])
        index.update("call", [10**9])
        assert not SearchEntry.objects.filter(subject_id=10**9).exists()

    @pytest.mark.parametrize("scene", ["publish", "to-open", "to-score", "to-award"])
    def test_nothing_sealed_is_found(self, client: Client, scene: str) -> None:
        project = threads.waiting(scene)
        index.rebuild()
        drafts = Call.objects.filter(project=project, published_at__isnull=True)
        assert not SearchEntry.objects.filter(kind="call", subject_id__in=drafts.values("pk")).exists()
        text_of_all = "\n".join(SearchEntry.objects.values_list("folded", flat=True))
        for bid in Bid.objects.filter(lot__call__project=project).select_related("supplier"):
            assert text.fold(bid.supplier.name) not in text_of_all
            assert text.fold(bid.number) not in text_of_all
        for price in ("180000", "195000"):
            assert price not in text_of_all

    def test_no_person_is_found(self, closed: Project) -> None:
        index.rebuild()
        text_of_all = "\n".join(SearchEntry.objects.values_list("body", flat=True))
        seats = closed.calls.get().panel.seats.select_related("user")
        assert seats
        assert not any(seat.user.display_name and seat.user.display_name in text_of_all for seat in seats)

    def test_telephone_and_identity_numbers_are_left_out(self, closed: Project) -> None:
        Need.objects.filter(pk=closed.needs.first().pk).update(
            text="请打13812345678，身份证11010519491231002X，共120人"
        )
        index.rebuild()
        body = SearchEntry.objects.get(kind="need", subject_id=closed.needs.first().pk).body
        assert "13812345678" not in body
        assert "11010519491231002X" not in body
        assert "120人" in body

    def test_an_organisation_nobody_has_named_is_not_found(self, closed: Project) -> None:
        Organisation.objects.create(name="没有露面的单位", kind="social_service", code="52110000MJ0163191U")
        index.rebuild()
        assert titles("没有露面") == []
