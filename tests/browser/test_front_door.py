"""The site's front page opens in a browser, in Chinese, at both widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("browser_page", ["desk", "phone"], indirect=True)
def test_home_opens(browser_page: Page) -> None:
    answer = browser_page.goto("/")
    assert answer is not None
    assert answer.status == 200
    assert browser_page.locator("html").get_attribute("lang") == "zh-Hans"
    # nothing makes the page scroll sideways
    assert browser_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
