"""Notices: every kind with its statutory fields or refused with what is missing (N1), never edited (N2), linked."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from procurement.accounts.models import Organisation
from procurement.common.templatetags.huiqun import NOTICE_FIELDS
from procurement.projects import corrections, docx, layout, notices
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice, OfficialPublication, Project
from tests import threads
from tests.accounts.test_workspace import logged_in, outsider
from workflows.clock import database_now
from workflows.errors import TransitionBlocked

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def fields_of(kind: str) -> dict[str, str]:
    return dict.fromkeys(notices.required_fields(kind, database_now(), "330199"), "有")


def project() -> Project:
    """A live, approved thread of the demo's buyer, which waits for its call to be published."""
    return threads.waiting("publish")


def sent(kind: str, of: Project, **more: Any) -> Notice:
    return notices.publish(of, kind, fields_of(kind), by=threads.login("approver"), **more)


@pytest.mark.parametrize("kind", NoticeKind.values)
class TestEveryKind:
    def test_is_published_with_its_fields_and_reads_in_their_order(self, kind: str) -> None:
        thread = project()
        notice = sent(kind, thread)
        page = Client().get(f"/threads/{thread.number}/notices/{notice.number}/")
        assert page.status_code == 200
        rows = [row.name for section in page.context["sections"] for row in section.rows]
        assert set(rows) == set(fields_of(kind))
        text = layout.as_text(notice)
        places = [text.index(f"\n{layout.label(name)}：") for name in rows]
        assert places == sorted(places)
        assert thread.buyer.name in text

    def test_is_refused_with_the_list_of_what_is_missing(self, kind: str) -> None:
        thread = project()
        before = thread.notices.count()
        for name in fields_of(kind):
            lacking = {field: value for field, value in fields_of(kind).items() if field != name}
            with pytest.raises(TransitionBlocked) as refusal:
                notices.publish(thread, kind, lacking, by=threads.login("approver"))
            [reason] = refusal.value.reasons
            assert (reason.rule, reason.article, reason.facts["missing"]) == ("N1", "公告格式", [name])
        with pytest.raises(TransitionBlocked) as refusal:
            notices.publish(thread, kind, {}, by=threads.login("approver"))
        assert refusal.value.reasons[0].facts["missing"] == list(fields_of(kind))
        assert thread.notices.count() == before

    def test_says_who_can_put_it_right(self, kind: str) -> None:
        for name in set(fields_of(kind)) & set(notices.ENTERED):
            (reason,) = notices.unmet(kind, fields_of(kind) | {name: ""}, database_now(), "330199")
            assert str(notices.ENTERED[name]) in str(reason.message)

    def test_every_field_has_a_name_in_both_languages_and_a_place(self, kind: str) -> None:
        placed = {name for one in layout.template()["kinds"][kind] for name in one["fields"]}
        for name in fields_of(kind):
            assert name in placed
            assert name in NOTICE_FIELDS
            assert layout.label(name) != name


class TestNeverEdited:
    @pytest.mark.parametrize(
        "change",
        [{"title": "改"}, {"fields": {}}, {"kind": "result"}, {"published_by": 1}, {"corrects": None}],
        ids=lambda change: next(iter(change)),
    )
    def test_the_database_refuses_any_update(self, change: dict[str, Any]) -> None:
        thread = project()
        notice = sent("correction", thread, corrects=sent("intent", thread))
        if "published_by" in change:
            change = {"published_by": threads.login("drafter")}
        with pytest.raises(DatabaseError), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).delete()
        assert Notice.objects.get(pk=notice.pk).title == notice.title

    def test_what_the_medium_did_is_only_added_to(self) -> None:
        notice = sent("intent", project())
        record(notice, "https://gp.example.gov.cn/1")
        with pytest.raises(DatabaseError), transaction.atomic():
            OfficialPublication.objects.update(url="https://elsewhere.example/")
        with pytest.raises(DatabaseError), transaction.atomic():
            OfficialPublication.objects.all().delete()


def record(notice: Notice, url: str, client: Client | None = None, **more: str) -> Any:
    at = (database_now() - timedelta(minutes=1)).astimezone().strftime("%Y-%m-%dT%H:%M")
    client = client or logged_in("drafter")
    return client.post(f"/workspace/notice.official_too/{notice.pk}/", {"url": url, "appeared_at": at} | more)


class TestDesignatedMedium:
    def test_recorded_once_at_the_desk_and_in_the_log(self) -> None:
        thread = project()
        notice = sent("intent", thread)
        assert record(notice, "https://gp.example.gov.cn/1").status_code == 302
        again = Notice.objects.get(pk=notice.pk)
        assert again.official_url == "https://gp.example.gov.cn/1"
        assert again.official_published_at is not None
        page = Client().get(f"/threads/{thread.number}/notices/{notice.number}/").content.decode()
        assert 'href="https://gp.example.gov.cn/1"' in page
        log = Client().get(f"/threads/{thread.number}/log/").content.decode()
        assert ("记录指定媒体" in log) or ("Record the designated medium" in log)

    @pytest.mark.parametrize("wrong", ["not an address", "javascript:alert(1)", "ftp://x.example/1", ""])
    def test_only_an_address_of_the_web(self, wrong: str) -> None:
        notice = sent("intent", project())
        assert record(notice, wrong).status_code in (400, 409)
        assert not OfficialPublication.objects.exists()

    def test_not_in_the_future(self) -> None:
        notice = sent("intent", project())
        later = (database_now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
        assert record(notice, "https://gp.example.gov.cn/1", appeared_at=later).status_code == 409
        assert not OfficialPublication.objects.exists()

    def test_whose_it_is(self) -> None:
        notice = sent("intent", project())
        address = f"/workspace/notice.official_too/{notice.pk}/"
        for who in ("drafter", "approver", "officer1"):
            assert logged_in(who).get(address).status_code == 200, who
        assert Client().get(address).status_code == 302
        assert outsider().get(address).status_code == 404
        for who in ("supplier", "finance", "regulator"):
            assert logged_in(who).get(address).status_code in (403, 404), who
        assert not OfficialPublication.objects.exists()


class TestExport:
    def test_text_html_and_data_say_the_same(self) -> None:
        thread = project()
        notice = notices.publish(
            thread,
            "termination",
            {"number": thread.number, "name": "甲<b>乙", "reason": "一\n二"},
            by=threads.login("approver"),
        )
        base = f"/threads/{thread.number}/notices/{notice.number}/export/"
        page = Client().get(base)
        assert layout.as_text(notice) in page.context["text"]
        text = Client().get(f"{base}txt/")
        assert text["Content-Type"] == "text/plain; charset=utf-8"
        assert "attachment" in text["Content-Disposition"]
        assert text.content.decode() == layout.as_text(notice)
        html = Client().get(f"{base}html/").content.decode()
        assert "甲&lt;b&gt;乙" in html
        assert "<script" not in html
        data = json.loads(Client().get(f"{base}json/").content)
        assert {row["name"]: row["value"] for row in data["fields"]} == notice.fields
        assert (data["number"], data["kind"], data["buyer"]) == (notice.number, "termination", thread.buyer.name)
        with ZipFile(BytesIO(Client().get(f"{base}docx/").content)) as package:
            assert package.testzip() is None
            document = ElementTree.fromstring(package.read("word/document.xml"))  # noqa: S314 - our own
            words = "".join(document.itertext())
        assert all(part in words for part in (notice.title, "甲<b>乙", thread.buyer.name, notice.number))
        assert docx.as_docx(notice) == docx.as_docx(notice)
        assert Client().get(f"{base}docm/").status_code == 404
        assert Client().post(f"{base}txt/").status_code == 405

    def test_chinese_whatever_the_site_speaks(self) -> None:
        notice = sent("call", project())
        with translation.override("en"):
            english = layout.as_text(notice)
        with translation.override("zh-hans"):
            assert layout.as_text(notice) == english
        assert "提交投标（响应）文件截止时间" in english

    def test_of_another_thread_or_of_nobody(self) -> None:
        thread = project()
        notice = sent("intent", thread)
        for number, own in ((thread.number, "HQ-0-N1"), ("HQ-000000-2026-9999", notice.number)):
            for end in ("", "export/", "export/txt/"):
                assert Client().get(f"/threads/{number}/notices/{own}/{end}").status_code == 404

    def test_as_many_queries_with_thirty_corrections_as_with_one(self) -> None:
        thread = project()
        notice = sent("intent", thread)
        Client().get(f"/threads/{thread.number}/notices/{notice.number}/")  # what is read once, whatever the page
        counts = []
        for more in (1, 29):
            for _number in range(more):
                sent("correction", thread, corrects=notice)
            with CaptureQueriesContext(connection) as queries:
                page = Client().get(f"/threads/{thread.number}/notices/{notice.number}/")
            counts.append(len(queries))
        assert len(page.context["corrections"]) == 30
        assert counts[0] == counts[1]


class TestCorrectingASlip:
    def test_a_new_notice_linked_both_ways_with_old_and_new(self) -> None:
        thread = project()
        notice = sent("result", thread)
        address = f"/workspace/notice.correct/{notice.pk}/"
        approver = logged_in("approver")
        form = approver.get(address).context["form"]
        assert "f_service_scope" in form.fields
        assert "f_amount" not in form.fields
        assert "f_supplier" not in form.fields
        values = {name: "有" for name in form.fields if name.startswith("f_")} | {"sure": "on"}
        assert approver.post(address, values).status_code == 409  # nothing differs
        assert approver.post(address, values | {"f_service_scope": "城东三个社区"}).status_code == 302
        made = Notice.objects.get(kind="correction")
        assert made.corrects == notice
        assert (made.fields["was"], made.fields["is"]) == ("服务范围：有", "服务范围：城东三个社区")
        assert made.fields["original_number"] == notice.number
        old = Client().get(f"/threads/{thread.number}/notices/{notice.number}/").content.decode()
        new = Client().get(f"/threads/{thread.number}/notices/{made.number}/").content.decode()
        assert made.number in old
        assert notice.number in new
        # the next correction starts from what the first one made of it
        assert corrections.current(notice)["service_scope"] == "城东三个社区"
        assert approver.post(address, values | {"f_service_scope": "城东"}).status_code == 302
        assert Notice.objects.filter(kind="correction").latest("pk").fields["was"] == "服务范围：城东三个社区"

    def test_not_into_something_that_lacks_a_field(self) -> None:
        thread = project()
        notice = sent("result", thread)
        approver = logged_in("approver")
        values = {f"f_{name}": "有" for name in corrections.correctable(notice)} | {"f_committee": "", "sure": "on"}
        answer = approver.post(f"/workspace/notice.correct/{notice.pk}/", values)
        assert answer.status_code == 409
        assert "N1" in answer.content.decode()
        assert not Notice.objects.filter(kind="correction").exists()

    def test_whose_it_is(self) -> None:
        notice = sent("result", project())
        address = f"/workspace/notice.correct/{notice.pk}/"
        assert Client().get(address).status_code == 302
        assert outsider().get(address).status_code == 404
        assert logged_in("drafter").get(address).status_code == 403


class TestAgency:
    def test_is_named_in_every_notice_of_its_buyer(self) -> None:
        thread = project()
        agency = Organisation.objects.create(
            name="示例采购代理公司", code="91330199MA0000001X", kind="agency", region="33"
        )
        today = database_now().date()
        agency.mandates.create(
            buyer=thread.buyer,
            number="代理〔2026〕1号",
            valid_from=today - timedelta(days=2),
            valid_until=today + timedelta(days=2),
            granted_by=threads.login("approver"),
            granted_at=database_now(),
        )
        assert sent("intent", thread).fields["agency"] == "示例采购代理公司"
