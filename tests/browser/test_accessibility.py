"""Every kind of public page under axe-core: nothing serious or critical, at any width, theme and language."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import WIDTHS
from tests.public_pages import one_of_each

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
GRAVE = {"serious", "critical"}
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}


@pytest.fixture
def paths() -> list[str]:
    return one_of_each()


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
