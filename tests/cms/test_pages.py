"""The kinds of page: each is served, each has a preview, live blocks are live, and what is published stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from cms import models
from cms.colours import contrast
from cms.tasks import make_call_page, make_notice_page
from procurement.projects.models import Notice, Project
from tests.cms import rows

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(rows.person("网站编辑", rows.organisation(), "editor"))
    return client


def home() -> Any:
    return models.HomePage.objects.get()


class TestNoticePages:
    @pytest.fixture
    def page(self) -> models.NoticePage:
        notice = rows.notice(rows.call(), need="暑期托管服务", budget="210000.00")
        make_notice_page(notice.pk)
        make_notice_page(notice.pk)
        return models.NoticePage.objects.get()

    def test_is_made_once_and_served(self, client: Client, page: models.NoticePage) -> None:
        shown = client.get(page.url)
        assert shown.status_code == 200
        assert "暑期托管服务" in shown.content.decode()

    def test_is_read_only_in_the_editor(self, editor: Client, page: models.NoticePage) -> None:
        before = Notice.objects.values().get()
        path = f"/cms/pages/{page.pk}/edit/"
        shown = editor.get(path).content.decode()
        assert 'name="title"' not in shown
        editor.post(path, {"title": "改过的标题", "slug": page.slug, "action-publish": "1"})
        editor.post(f"/cms/pages/{page.pk}/unpublish/")
        editor.post(f"/cms/pages/{page.pk}/delete/")
        page.refresh_from_db()
        assert page.live
        assert page.title != "改过的标题"
        assert Notice.objects.values().get() == before

    def test_cannot_be_made_by_hand(self, editor: Client) -> None:
        parent = models.NoticeIndexPage.objects.get()
        assert editor.get(f"/cms/pages/add/cms/noticepage/{parent.pk}/").status_code in (302, 403)


class TestReportPages:
    def test_points_to_a_published_evaluation(self, client: Client) -> None:
        found = rows.evaluation()
        from procurement.evaluation.models import Survey

        Survey.objects.create(evaluation=found, population=120)
        page = models.ReportPage(
            title="亲子阅读计划评价", slug="reading", evaluation=found, introduction="孩子更爱读书了。"
        )
        models.ReportIndexPage.objects.get().add_child(instance=page)
        shown = client.get("/reports/reading/").content.decode()
        assert "92.30" in shown
        assert "孩子更爱读书了。" in shown

    def test_refuses_one_that_is_not_published(self) -> None:
        found = rows.evaluation(state="computed")
        with pytest.raises(ValidationError):
            models.ReportPage(title="x", slug="x", evaluation=found).clean()

    def test_refuses_a_rehearsal(self) -> None:
        found = rows.evaluation()
        Project.objects.update(rehearsal=True)
        with pytest.raises(ValidationError):
            models.ReportPage(title="x", slug="x", evaluation=found).clean()


class TestBlocks:
    def test_live_blocks_show_the_record(self, client: Client) -> None:
        call = rows.call()
        notice = rows.notice(call)
        body = [
            {"type": "notices", "value": {"title": "最新公告", "kind": "call", "domain": "", "count": 3}},
            {"type": "timetable", "value": {"number": call.number}},
            {"type": "numbers", "value": {"title": "", "numbers": ["open", "needs"]}},
            {"type": "chart", "value": {"chart": "calls-by-method"}},
            {"type": "quote", "value": {"text": "孩子放假没人带。", "source": "城东社区居民"}},
            {"type": "heading", "value": "怎么参加"},
        ]
        page = models.ArticlePage(title="办事指南", slug="guide", body=body)
        home().add_child(instance=page)
        shown = client.get("/guide/").content.decode()
        for words in (notice.title, call.number, '<svg class="chart"', "孩子放假没人带。", "怎么参加"):
            assert words in shown

    def test_a_timetable_asks_for_a_published_call(self) -> None:
        from wagtail.blocks import StructBlockValidationError

        from cms.blocks.live import TimetableBlock

        draft = rows.call(state="draft")
        with pytest.raises(StructBlockValidationError):
            TimetableBlock().clean({"number": draft.number})


class TestEditing:
    KINDS = ["ArticlePage", "NeedsPage", "CalendarPage", "DataPage", "ReportIndexPage", "NoticeIndexPage", "HomePage"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_page_opens_in_the_editor_with_its_preview(self, editor: Client, kind: str) -> None:
        model = getattr(models, kind)
        page = model.objects.first()
        if page is None:
            page = home().add_child(instance=model(title="说明", slug="about"))
        shown = editor.get(f"/cms/pages/{page.pk}/edit/")
        assert shown.status_code == 200
        assert page.specific.make_preview_request(original_request=shown.wsgi_request).status_code == 200

    @pytest.mark.parametrize("kind", ["CallPage", "ReportPage", "EventPage", "ArticlePage"])
    def test_every_kind_that_can_be_made_has_a_form(self, editor: Client, kind: str) -> None:
        parents = {
            "CallPage": models.CallIndexPage,
            "ReportPage": models.ReportIndexPage,
            "EventPage": models.CalendarPage,
            "ArticlePage": models.HomePage,
        }
        parent = parents[kind].objects.get()
        assert editor.get(f"/cms/pages/add/cms/{kind.lower()}/{parent.pk}/").status_code == 200

    def test_a_page_is_handed_in_and_published_by_another(self, editor: Client) -> None:
        page = home().add_child(instance=models.ArticlePage(title="说明", slug="about", live=False))
        workflow = page.get_workflow()
        assert workflow is not None
        page.save_revision()
        workflow.start(page, rows.person("网站编辑"))
        other = rows.person("另一位编辑", rows.organisation(), "editor")
        page.current_workflow_task.on_action(page.current_workflow_task_state, other, "approve")
        page.refresh_from_db()
        assert page.live

    def test_a_page_goes_live_by_the_clock(self, client: Client) -> None:
        from cms.tasks import keep_time

        page = home().add_child(instance=models.ArticlePage(title="定时发布", slug="later", live=False))
        page.go_live_at = rows.timezone.now() + rows.timedelta(hours=1)
        revision = page.save_revision(approved_go_live_at=page.go_live_at)
        keep_time()
        assert client.get("/later/").status_code == 404
        past = rows.timezone.now() - rows.timedelta(minutes=1)
        revision.approved_go_live_at = past
        revision.content = revision.content | {"go_live_at": past.isoformat()}
        revision.save()
        keep_time()
        assert client.get("/later/").status_code == 200


class TestSite:
    def test_settings_are_on_every_page(self, client: Client) -> None:
        today = rows.timezone.localdate()
        models.SiteSettings.objects.create(
            name="示例惠群", organiser="示例县总工会", icp="京ICP备00000000号", seal_colour="#8a1020",
            lead_colour="#14506b", grey_from=today, grey_until=today, bar_text="本周六维护", bar_url="/needs/",
        )  # fmt: skip
        from cms import context

        context._drop()
        page = client.get("/calls/").content.decode()
        for words in ("示例惠群", "示例县总工会", "京ICP备00000000号", "data-mourning", "本周六维护"):
            assert words in page
        sheet = page.split('href="/site-')[1].split('"')[0]
        css = client.get(f"/site-{sheet}")
        assert "#8a1020" in css.content.decode()
        assert "immutable" in css["Cache-Control"]

    @pytest.mark.parametrize("colour", ["#ffcc00", "#eeeeee", "red", "#12345"])
    def test_a_colour_that_cannot_be_read_is_refused(self, colour: str) -> None:
        with pytest.raises(ValidationError):
            models.SiteSettings(seal_colour=colour).full_clean()

    def test_contrast_is_that_of_wcag(self) -> None:
        assert contrast("#000000", "#ffffff") == pytest.approx(21)
        assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)

    def test_an_editor_opens_the_settings(self, editor: Client) -> None:
        assert editor.get("/cms/settings/cms/sitesettings/", follow=True).status_code == 200


def test_the_page_of_a_call_shows_its_notices(client: Client) -> None:
    call = rows.call()
    rows.notice(call, need="每周一至周五托管")
    make_call_page(call.pk)
    shown = client.get(f"/calls/{call.number.lower()}/").content.decode()
    assert "每周一至周五托管" in shown
    assert call.requirements in shown
