"""The rule table and the calendar: anyone reads, administrators add, nothing past is touched."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from unittest import mock
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from procurement.rules import forms, rulebook, workdays
from procurement.rules.models import OfficialDay, OfficialYear, RuleVersion

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
YEAR = 2031  # one the library does not know
ADDRESS = f"/rules/calendar/{YEAR}/"


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("root-of-tests"))
    return client


def version_form(rule: str = "T2", variant: str = "", **more: object) -> dict[str, object]:
    """The fields of the add page as it shows them, with a day of its own."""
    before = RuleVersion.objects.filter(rule=rule, variant=variant).first()
    assert before is not None
    names = ("article", "text", "text_en", "effect", "standing", "jurisdiction", "source")
    day = timezone.localdate() + timedelta(days=30)
    shown = {name: getattr(before, name) for name in names}
    return shown | {"values": json.dumps(before.values), "effective_from": day.isoformat()} | more


def later(rule: str, days: int, **more: object) -> RuleVersion:
    day = timezone.localdate() + timedelta(days=days)
    return RuleVersion.objects.create(rule=rule, text="以后", effective_from=day, **more)


class TestTable:
    def test_anyone_reads(self, client: Client) -> None:
        for path in ("/rules/", "/rules/P1/", "/rules/calendar/", "/rules/calendar/2027/", "/rules/?q=令87"):
            assert client.get(path).status_code == 200
        for path in ("/rules/NOPE/", "/rules/%00/", "/rules/calendar/1999/", "/rules/calendar/2101/"):
            assert client.get(path).status_code == 404

    def test_words_and_effect_choose_the_rows(self, client: Client) -> None:
        def names(query: str) -> set[str]:
            chapters = client.get(f"/rules/?{query}").context["chapters"]
            return {version.rule for _chapter, rows in chapters for version, _variant in rows}

        assert names("q=W6") == {"W6"}
        assert names("q=条例 art 43") == {"T1", "T2", "T3"}
        assert names("effect=warn&q=house") >= {"S6", "P1"}
        assert "S5" not in names("effect=warn")
        assert names("q=no such words") == set()
        assert names("effect=nonsense") == names("")

    def test_every_chapter_is_there_in_order(self, client: Client) -> None:
        chapters = client.get("/rules/").context["chapters"]
        first = [rows[0][0].rule.rstrip("0123456789") for _title, rows in chapters]
        assert first == ["W", "THRESHOLD", "D", "P", "B", "S", "T", "N", "C", "A", "E", "I"]
        numbers = [int(version.rule[1:]) for version, _variant in dict(chapters)[chapters[0][0]]]
        assert numbers == sorted(numbers)

    def test_a_version_to_come_stands_beside_the_one_in_force(self, client: Client) -> None:
        new = later("T2", 40)
        page = client.get("/rules/?q=T2")
        rows = [version for _title, rows in page.context["chapters"] for version, _variant in rows]
        assert [version.effective_from for version in rows] == [date(2015, 3, 1), new.effective_from]
        assert page.content.decode().count("tag open") == 1

    def test_a_row_from_memory_is_marked(self, client: Client) -> None:
        assert "tag warn" in client.get("/rules/THRESHOLD/").content.decode()
        assert "tag warn" not in client.get("/rules/T2/").content.decode()

    @pytest.mark.parametrize("path", ["/rules/", "/rules/T2/"])
    def test_more_versions_cost_no_more_queries(self, client: Client, path: str) -> None:
        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert client.get(path).status_code == 200
            return len(seen)

        client.get(path)  # what a first page of a process loads once
        few = queries()
        user = get_user_model().objects.create_user("adds-a-lot")
        for number in range(1, 31):
            later("T2", number, added_by=user)
        assert queries() == few

    def test_one_variant_alone(self, client: Client) -> None:
        everything = client.get("/rules/P1/").context["versions"]
        one = client.get("/rules/P1/?variant=consultation").context["versions"]
        assert len(everything) > len(one) == 1
        assert len(client.get("/rules/P1/?variant=nonsense").context["versions"]) == len(everything)

    def test_values_are_shown_a_line_each(self, client: Client) -> None:
        [(_version, _called, values)] = client.get("/rules/E1/").context["versions"]
        assert ("weights.residents", ["35"]) in values
        [(_version, _called, values)] = client.get("/rules/W6/").context["versions"]
        assert len(dict(values)["patterns"]) == 7


class TestAdd:
    def test_who_may(self, client: Client) -> None:
        assert client.get("/rules/T2/add/").status_code == 302
        client.force_login(get_user_model().objects.create_user("somebody"))
        assert client.get("/rules/T2/add/").status_code == 403
        assert client.post("/rules/T2/add/", version_form()).status_code == 403
        assert "/add/" not in client.get("/rules/T2/").content.decode()

    def test_the_form_starts_from_the_version_before(self, administrator: Client) -> None:
        page = administrator.get("/rules/P1/add/?variant=consultation")
        assert page.context["form"]["article"].value() == "磋商办法 art 10"
        assert json.loads(page.context["form"]["values"].value()) == {"min": 10, "unit": "days"}
        assert not page.context["form"]["effective_from"].value()
        assert administrator.get("/rules/P1/add/").status_code == 404  # P1 has no row without a variant

    def test_a_new_version_has_its_own_day(self, administrator: Client) -> None:
        form = version_form(values='{"days": 10}')
        answer = administrator.post("/rules/T2/add/", form, follow=True)
        assert answer.redirect_chain == [("/rules/T2/", 302)]
        assert [str(message) for message in answer.context["messages"]]
        today = timezone.localdate()
        assert rulebook.find("T2", on=today).values == {"days": 5}
        new = rulebook.find("T2", on=today + timedelta(days=31))
        assert (new.values, new.added_by.username) == ({"days": 10}, "root-of-tests")

    @pytest.mark.parametrize("province", ["33", "浙江省", "浙江"])
    def test_a_province_has_its_own(self, administrator: Client, province: str) -> None:
        values = '{"default": "4000000"}'
        form = version_form("THRESHOLD", "tender", jurisdiction=province, values=values, effective_from="2020-01-01")
        assert administrator.post("/rules/THRESHOLD/add/?variant=tender", form).status_code == 302
        on = date(2026, 1, 1)
        assert rulebook.find("THRESHOLD", variant="tender", on=on, region="330106").values["default"] == "4000000"
        assert rulebook.find("THRESHOLD", variant="tender", on=on, region="440300").values["default"] == "2000000"

    @pytest.mark.parametrize(
        ("rule", "variant", "field", "wrong"),
        [
            ("T2", "", "values", "{}"),
            ("T2", "", "values", ""),
            ("T2", "", "values", "[5]"),
            ("T2", "", "values", "nonsense"),
            ("T2", "", "values", '{"days": "many"}'),
            ("T2", "", "values", '{"days": "10"}'),  # a guard adds it to a date
            ("T2", "", "values", '{"days": -1}'),
            ("T2", "", "values", '{"days": 1000000}'),
            ("T2", "", "values", '{"days": true}'),
            ("T2", "", "values", '{"days": 5, "more": 1}'),
            ("T2", "", "values", '{"days": ' + "9" * 5_000 + "}"),
            ("T2", "", "values", "[" * 100_000),
            ("C4", "", "values", '{"share": "²"}'),
            ("C4", "", "values", '{"share": 0.1}'),
            ("P1", "consultation", "values", '{"min": 10, "unit": "weeks"}'),
            ("P6", "consultation", "values", '{"experts_min": "3/2"}'),
            ("N1", "intent", "values", '{"fields": []}'),
            ("N1", "intent", "values", '{"fields": ["a\\u0000"]}'),
            ("E3", "", "values", '{"grades": {"优": "90"}}'),
            ("W6", "", "values", '{"patterns": ["(仅限"]}'),
            ("W6", "", "values", '{"patterns": [3]}'),
            ("T2", "", "effective_from", "2015-03-01"),
            ("T2", "", "effective_from", ""),
            ("T2", "", "jurisdiction", "3"),
            ("T2", "", "jurisdiction", "乌有之乡"),
            ("T2", "", "effect", "perhaps"),
            ("T2", "", "text", ""),
        ],
    )
    def test_a_wrong_version_is_refused(
        self, administrator: Client, rule: str, variant: str, field: str, wrong: str
    ) -> None:
        count = RuleVersion.objects.count()
        form = version_form(rule, variant, **{field: wrong})
        answer = administrator.post(f"/rules/{rule}/add/?variant={variant}", form)
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {field}
        assert RuleVersion.objects.count() == count

    def test_an_empty_form_names_its_fields(self, administrator: Client) -> None:
        answer = administrator.post("/rules/T2/add/", {})
        assert answer.status_code == 400
        assert {"text", "effective_from", "effect"} <= set(answer.context["form"].errors)
        assert "invalid-feedback" in answer.content.decode()

    def test_two_hands_the_same_day(self, administrator: Client) -> None:
        """Between the check and the writing somebody else wrote: an error on the field, not a broken page."""
        form = version_form(effective_from="2015-03-01")
        with mock.patch.object(forms.VersionForm, "clean", lambda self: self.cleaned_data):
            answer = administrator.post("/rules/T2/add/", form)
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {"effective_from"}


GOOD = [("date", "working", "name"), ("2031-01-01", "休", "元旦"), ("2031-01-04", "班", "")]


def csv_file(rows: list[tuple[str, ...]] = GOOD, encoding: str = "utf-8-sig") -> SimpleUploadedFile:
    return SimpleUploadedFile("days.csv", "\r\n".join(",".join(row) for row in rows).encode(encoding))


def xlsx_file(rows: list[tuple[object, ...]]) -> SimpleUploadedFile:
    book, kept = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(kept)
    return SimpleUploadedFile("days.txt", kept.getvalue())  # the content tells, not the name


def huge_once_unpacked() -> SimpleUploadedFile:
    kept = io.BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * (forms.UNPACKED_LIMIT + 1))
    return SimpleUploadedFile("days.xlsx", kept.getvalue())


class TestCalendar:
    def test_twelve_months_in_words_too(self, client: Client) -> None:
        page = client.get("/rules/calendar/2026/")
        weeks = [week for _month, weeks in page.context["months"] for week in weeks]
        marked = {cell["day"]: cell["kind"] for week in weeks for cell in week if cell}
        assert len(marked) == 365
        assert marked[date(2026, 9, 20)] == "makeup"
        assert marked[date(2026, 10, 1)] == "off"
        kinds = list(marked.values())
        assert page.content.decode().count("<small>") == kinds.count("off") + kinds.count("makeup") > 0

    @pytest.mark.parametrize("year", [2027, 2028, 2100])
    def test_a_year_without_schedule_is_provisional(self, client: Client, year: int) -> None:
        assert client.get(f"/rules/calendar/{year}/").context["provisional"]

    def test_a_known_year_is_official(self, client: Client) -> None:
        page = client.get("/rules/calendar/2026/")
        assert not page.context["provisional"]
        assert "chinesecalendar" in page.content.decode()
        assert (page.context["previous"], page.context["next"]) == (2025, 2027)
        assert client.get("/rules/calendar/2004/").context["previous"] is None

    def test_only_administrators_enter(self, client: Client) -> None:
        given = {"source": "x", "lines": "2031-01-01,休,元旦"}
        assert client.post(ADDRESS, given).status_code == 403
        client.force_login(get_user_model().objects.create_user("somebody"))
        assert client.post(ADDRESS, given).status_code == 403
        assert '<form method="post" enctype' not in client.get(ADDRESS).content.decode()

    @pytest.mark.parametrize(
        "file",
        [
            csv_file(),
            csv_file(encoding="gb18030"),
            csv_file([("日期", "是否上班", "名称"), ("2031/1/1", "休", "元旦"), ("2031年1月4日", "1", "")]),
            xlsx_file([("date", "working", "name"), (date(2031, 1, 1), 0, "元旦"), ("2031-01-04", "yes", None)]),
        ],
        ids=["utf-8", "gb18030", "as a spreadsheet writes it", "xlsx"],
    )
    def test_a_file_is_entered(self, administrator: Client, file: SimpleUploadedFile) -> None:
        file.seek(0)
        assert administrator.post(ADDRESS, {"source": "国办发明电", "file": file}).status_code == 302
        days = [(row.day.day, row.working, row.name) for row in OfficialDay.objects.all()]
        assert days == [(1, False, "元旦"), (4, True, "")]
        page = administrator.get(ADDRESS)
        assert not page.context["provisional"]
        assert "国办发明电" in page.content.decode()
        assert not workdays.is_working_day(date(2031, 1, 1))
        assert workdays.is_working_day(date(2031, 1, 4))  # a Saturday

    @pytest.mark.parametrize(
        ("file", "rows"),
        [
            (csv_file([*GOOD, ("2031-02-30", "休", "")]), {4}),
            (csv_file([*GOOD, ("2031-02-03", "maybe", ""), ("2030-02-03", "休", "")]), {4, 5}),
            (csv_file([*GOOD, ("2031-01-01", "班", "")]), {4}),
            (csv_file([*GOOD, ("2031-01-05x", "班", "")]), {4}),
            (csv_file([GOOD[0]]), set()),
            (csv_file([*GOOD, *[("", "", "")] * forms.ROW_LIMIT]), set()),
            (SimpleUploadedFile("days.csv", b"x" * (forms.FILE_LIMIT + 1)), set()),
            (SimpleUploadedFile("days.csv", b"\xff\xfe\x00\x81"), set()),
            (SimpleUploadedFile("days.csv", b'"' + b"x" * 140_000), set()),
            (SimpleUploadedFile("days.xlsx", b"PK\x03\x04 and no more"), set()),
            (huge_once_unpacked(), set()),
        ],
        ids=["no date", "two rows", "twice", "tail", "empty", "long", "large", "bytes", "one cell", "torn", "bomb"],
    )
    def test_a_wrong_file_enters_nothing(self, administrator: Client, file: SimpleUploadedFile, rows: set[int]) -> None:
        file.seek(0)
        answer = administrator.post(ADDRESS, {"source": "国办", "file": file})
        assert answer.status_code == 400
        errors = answer.context["form"].errors["file"]
        for row in rows:
            assert any(str(row) in error for error in errors)
        assert len(errors) == max(len(rows), 1)
        assert not OfficialDay.objects.exists()
        assert not OfficialYear.objects.exists()

    @pytest.mark.parametrize("given", [{}, {"file": csv_file(), "lines": "2031-01-01,休,元旦"}, {"lines": " "}])
    def test_file_or_lines(self, administrator: Client, given: dict[str, object]) -> None:
        assert administrator.post(ADDRESS, given | {"source": "国办"}).status_code == 400

    def test_lines_are_entered_or_refused_whole(self, administrator: Client) -> None:
        bad = {"source": "国办", "lines": "2031-01-01,休,元旦\nwrong,班"}
        assert administrator.post(ADDRESS, bad).status_code == 400
        assert not OfficialDay.objects.exists()
        good = {"source": "国办", "lines": "2031-01-01,休,元旦\n2031-01-04,班,"}
        assert administrator.post(ADDRESS, good).status_code == 302
        assert OfficialDay.objects.count() == 2

    def test_a_known_year_is_replaced_only_when_asked(self, administrator: Client) -> None:
        given = {"source": "第一次", "lines": "2031-01-01,休,元旦\n2031-01-02,休,元旦"}
        assert administrator.post(ADDRESS, given).status_code == 302
        again = {"source": "第二次", "lines": "2031-01-03,休,元旦"}
        refused = administrator.post(ADDRESS, again)
        assert set(refused.context["form"].errors) == {"replace"}
        assert OfficialDay.objects.count() == 2
        assert administrator.post(ADDRESS, again | {"replace": "on"}).status_code == 302
        assert [row.day for row in OfficialDay.objects.all()] == [date(2031, 1, 3)]
        assert OfficialYear.objects.get().source == "第二次"

    def test_a_year_of_the_library_asks_as_well(self, administrator: Client) -> None:
        given = {"source": "国办", "lines": "2026-01-01,休,元旦"}
        assert set(administrator.post("/rules/calendar/2026/", given).context["form"].errors) == {"replace"}

    def test_one_day(self, administrator: Client) -> None:
        day = date(2026, 12, 1)  # a Tuesday
        given = {"enter": "day", "one-day": "2026-12-01", "one-working": "0", "one-name": "纪念日"}
        assert administrator.post("/rules/calendar/2026/", given).status_code == 302
        assert not workdays.is_working_day(day)
        assert administrator.post("/rules/calendar/2026/", given | {"one-working": "1"}).status_code == 302
        assert workdays.is_working_day(day)
        assert OfficialDay.objects.get().added_by.username == "root-of-tests"
        assert not OfficialYear.objects.exists()
        for wrong in ({"one-day": "2027-12-01"}, {"one-day": ""}, {"one-working": "2"}):
            assert administrator.post("/rules/calendar/2026/", given | wrong).status_code == 400

    def test_the_template_can_be_sent_back(self, administrator: Client) -> None:
        template = administrator.get("/rules/calendar/template.csv")
        assert template["Content-Type"].startswith("text/csv")
        file = SimpleUploadedFile("official-days.csv", template.content)
        assert administrator.post("/rules/calendar/2027/", {"source": "国办", "file": file}).status_code == 302
        assert OfficialDay.objects.get().day == date(2027, 1, 1)
