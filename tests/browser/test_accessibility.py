"""Every kind of public page under axe-core: nothing serious or critical, at any width, theme and language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser

from cms import bootstrap
from cms.models import ArticlePage, CalendarPage, EventPage, HomePage, NoticePage, ReportIndexPage, ReportPage
from cms.tasks import make_notice_page
from procurement.cases.replay.driver import replay
from procurement.evaluation.models import Evaluation
from procurement.projects.models import Project
from tests import threads
from tests.browser.conftest import WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
GRAVE = {"serious", "critical"}
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}


def _event() -> EventPage:
    now = timezone.now()
    page = EventPage(
        title="社会组织创投大赛说明会",
        slug="venture-day",
        starts_at=now + timedelta(days=3),
        ends_at=now + timedelta(days=3, hours=2),
        place="工人文化宫",
        signup_closes=now + timedelta(days=2),
        capacity=30,
    )
    return CalendarPage.objects.get().add_child(instance=page)


def _article() -> ArticlePage:
    body = [
        {"type": "heading", "value": "怎么参加"},
        {"type": "text", "value": "<p>先登记，再投标。</p>"},
        {"type": "quote", "value": {"text": "孩子放假没人带。", "source": "城东社区居民"}},
        {"type": "notices", "value": {"title": "最新公告", "kind": "", "domain": "", "count": 3}},
        {"type": "numbers", "value": {"title": "", "numbers": ["open", "needs", "people"]}},
        {"type": "chart", "value": {"chart": "amount-by-domain"}},
    ]
    page = ArticlePage(title="办事指南", slug="guide", introduction="怎么参加采购。", body=body)
    return HomePage.objects.get().add_child(instance=page)


@pytest.fixture
def paths() -> list[str]:
    """One address of every kind of public page, with something on each."""
    bootstrap.ensure_pages()
    alive = threads.waiting("open-for-bids-1")
    replay(threads.case("C1"), documents=False)
    closed = Project.objects.get(case_id="C1")
    found = Evaluation.objects.get(contract__award__lot__call__project=closed)
    ReportIndexPage.objects.get().add_child(instance=ReportPage(title="评价", slug="one", evaluation=found))
    _event()
    _article()
    notice = closed.notices.earliest("published_at")
    make_notice_page(notice.pk)
    month = f"{timezone.localdate():%Y-%m}"
    return [
        "/", "/calls/", f"/calls/{alive.calls.get().number.lower()}/", f"/calls/{closed.calls.get().number.lower()}/",
        "/notices/", NoticePage.objects.get(notice=notice).url, "/needs/", "/threads/", f"/threads/{closed.number}/",
        f"/threads/{closed.number}/log/", f"/threads/{closed.number}/notices/{notice.number}/", "/reports/",
        "/reports/one/", f"/calendar/?month={month}", "/calendar/venture-day/", "/calendar/venture-day/?sign-up",
        "/statistics/", "/organisations/", f"/organisations/{closed.buyer_id}/", "/data/", "/guide/", "/verify/", "/s/",
        "/threads/none/",
    ]  # fmt: skip


def _faults(page: Any, path: str) -> list[str]:
    page.goto(path)
    answer = Axe().run(page, options=RULES).response
    found = [
        f"{path}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
        for one in answer["violations"]
        if one["impact"] in GRAVE
    ]
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        found.append(f"{path}: scrolls sideways")
    return found


@pytest.mark.parametrize("width", list(WIDTHS))
def test_axe_finds_nothing_grave(browser: Browser, live_server: Any, paths: list[str], width: str) -> None:
    wide, high = WIDTHS[width]
    faults = []
    for language, lang in LANGUAGES.items():
        for theme in ("normal", "large"):
            context = browser.new_context(base_url=live_server.url, viewport={"width": wide, "height": high})
            cookies = {"django_language": language, "huiqun_theme": theme}
            context.add_cookies(
                [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
            )
            page = context.new_page()
            for path in paths:
                faults += [f"{language}/{theme}: {fault}" for fault in _faults(page, path)]
            assert page.locator("html").get_attribute("lang") == lang
            assert page.locator("html").get_attribute("data-theme") == theme
            context.close()
    assert faults == []


def test_a_page_can_be_read_by_keyboard(browser: Browser, live_server: Any, paths: list[str]) -> None:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto("/calls/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    context.close()
