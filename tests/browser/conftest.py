"""A real browser: Debian's Chromium, or the one Playwright knows of."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.people import People

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {"desk": (1280, 800), "phone": (390, 844)}


def find_chromium(playwright: Playwright) -> str | None:
    for name in NAMES:
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser a test process. Without a Chromium: skipped, but a failure where one is demanded."""
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; Django would refuse every query beside it
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        program = find_chromium(playwright)
        if program is None:
            sentence = "No Chromium here; install one: sudo apt-get install -y chromium"
            if os.environ.get("HUIQUN_REQUIRE_BROWSER") == "1":
                pytest.fail(sentence)
            pytest.skip(sentence)
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_page(browser: Browser, live_server: object, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a new, empty browser session; paths are those of the live server.

    ``@pytest.mark.parametrize("browser_page", ["phone"], indirect=True)`` makes it a phone's (390 px).
    A script that throws, or one the site's own policy forbids, fails the test.
    """
    wide, high = WIDTHS[getattr(request, "param", "desk")]
    context = browser.new_context(
        base_url=str(getattr(live_server, "url")),  # noqa: B009 - pytest-django's class is private
        viewport={"width": wide, "height": high},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=wide < 500,
    )
    wrong: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def people(browser: Browser, live_server: object) -> Iterator[People]:
    """Everybody who comes to the site in this test, each at a browser of their own."""
    everybody = People(browser, str(getattr(live_server, "url")))  # noqa: B009 - pytest-django's class is private
    yield everybody
    everybody.leave()
    assert everybody.wrong == []
