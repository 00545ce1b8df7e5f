"""An opening, watched: the officers act, bidders see it without a reload; and all of it works without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.bids import openings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def enter(page: Page, one: openings.Attendant, live_server: Any) -> None:
    """Brings a logged-in person's session to the browser, before the opening."""
    cookie = one.client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page.goto(live_server.url + one.path)


def test_a_bidder_sees_it_happen(browser_page: Page, live_server: Any) -> None:
    call = openings.past_deadline()
    first, second = openings.officer(call), openings.officer(call, 2)
    enter(browser_page, openings.bidder(call), live_server)
    expect(browser_page.locator(".openings tbody tr")).to_have_count(3)
    expect(browser_page.get_by_text(openings.PRICE)).to_have_count(0)
    browser_page.evaluate("window.samePage = true")
    first.do("confirm")
    expect(browser_page.locator("[data-part=officers]")).to_contain_text(str(first.user), timeout=15_000)
    second.do("confirm")
    expect(browser_page.get_by_text(openings.PRICE)).to_have_count(3, timeout=15_000)
    assert browser_page.evaluate("window.samePage") is True  # nothing was loaded anew


def test_two_officers_without_scripts(browser: Browser, live_server: Any) -> None:
    call = openings.past_deadline()
    for number in (1, 2):
        context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
        page = context.new_page()
        enter(page, openings.officer(call, number), live_server)
        page.check("#sure_confirm")
        page.locator("form:has(#sure_confirm) button").click()
        context.close()
    assert call.fresh().state == "opened"


@pytest.mark.parametrize("browser_page", ["desk", "phone"], indirect=True)
def test_fits_its_screen(browser_page: Page, live_server: Any) -> None:
    call = openings.past_deadline()
    enter(browser_page, openings.officer(call), live_server)
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert browser_page.evaluate(fits)
    browser_page.locator("[data-part=postpone] summary").click()
    assert browser_page.evaluate(fits)
    openings.open_up(call)
    browser_page.reload()
    expect(browser_page.get_by_text(openings.PRICE)).to_have_count(3)
    assert browser_page.evaluate(fits)
