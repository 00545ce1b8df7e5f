"""A place is found while its name is typed, on a page without a login."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_names_are_offered(browser_page: Page) -> None:
    browser_page.goto("/subscribe/")
    field = browser_page.get_by_label("地区")
    field.press_sequentially("西湖")
    offered = browser_page.locator("datalist option")
    expect(offered.first).to_have_attribute("value", "浙江省杭州市西湖区")
    assert field.get_attribute("list") == browser_page.locator("datalist").get_attribute("id")
    field.fill("没有这个地方")
    expect(offered).to_have_count(0)
