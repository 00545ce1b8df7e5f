"""The first pages on a phone whose browser runs no scripts: everything is there to be read and pressed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from cms import bootstrap
from procurement.cases.replay.driver import replay
from procurement.opendata.search import index
from procurement.projects.models import Project
from tests import threads

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Any:
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        java_script_enabled=False,
        locale="zh-CN",
        has_touch=True,
    )
    yield context.new_page()
    context.close()


def _fits(page: Page) -> bool:
    box = page.locator("main").bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_from_home_to_a_thread(page: Page) -> None:
    bootstrap.ensure_pages()
    alive = threads.waiting("open-for-bids-1")
    replay(threads.case("C1"), documents=False)
    closed = Project.objects.get(case_id="C1")
    number = alive.calls.get().number
    index.rebuild()  # as the worker does, seconds after each act

    page.goto("/")
    assert page.get_by_role("heading", level=1).is_visible()
    page.get_by_text("菜单", exact=True).click()  # a <details>, which opens by itself
    page.locator(".phone-menu").get_by_role("link", name="采购公告").click()
    assert _fits(page)

    page.get_by_label("采购人、项目或编号").fill(alive.title)
    page.get_by_role("button", name="查看").click()
    page.get_by_role("link", name=alive.title).first.click()
    assert page.url.endswith(f"/calls/{number.lower()}/")
    for words in ("一句话说明", "怎么参加", "投标截止", "如何评分", "全部公告"):
        assert page.get_by_role("heading", name=words).first.is_visible()
    assert _fits(page)

    page.goto(f"/threads/{closed.number}/")
    assert page.locator("ol.thread > li").count() == 8
    assert page.get_by_role("link", name="关注", exact=True).is_visible()
    assert _fits(page)


def test_the_dates_lead_on_paper(browser: Browser, live_server: Any) -> None:
    bootstrap.ensure_pages()
    number = threads.waiting("open-for-bids-1").calls.get().number
    context = browser.new_context(base_url=live_server.url, viewport={"width": 794, "height": 1123})
    page = context.new_page()
    page.goto(f"/calls/{number.lower()}/")
    page.emulate_media(media="print")
    dates, plan = page.locator(".countdown").bounding_box(), page.locator("#plainly").bounding_box()
    assert dates is not None
    assert plan is not None
    assert dates["y"] < plan["y"]
    assert not page.get_by_role("link", name="提问", exact=True).is_visible()
    assert not page.locator(".masthead").is_visible()
    context.close()
