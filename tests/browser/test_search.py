"""Searching with a keyboard and a phone, and copying an article, in a real browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from procurement.cases.replay.driver import replay
from procurement.opendata.search import index
from procurement.projects.models import Project
from tests import threads

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def project() -> Project:
    replay(threads.case("C1"), documents=False)
    index.rebuild()
    return Project.objects.get(case_id="C1")


@pytest.mark.parametrize("browser_page", ["desk", "phone"], indirect=True)
def test_finding_something(browser_page: Page, project: Project) -> None:
    browser_page.goto("/search/")
    field = browser_page.locator("#f-q")
    field.fill(project.title[:2])
    expect(browser_page.locator(f"#f-suggestions option[value='{project.title}']")).to_have_count(1)
    field.press("Enter")
    expect(browser_page.locator(".results mark").first).to_have_text(project.title[:2])
    browser_page.locator(".narrow-by a[href*='kind=thread']").click()
    browser_page.locator(".results a.ink").first.click()
    expect(browser_page.locator("h1")).to_have_text(project.title)
    wide = browser_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide


def test_copying_an_article(browser_page: Page, project: Project) -> None:
    browser_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    browser_page.goto(f"/threads/{project.number}/")
    browser_page.locator(f"a[href='/share/thread/{project.pk}/']").click()
    expect(browser_page.frame_locator("iframe.paper").locator("table")).to_be_attached()
    browser_page.locator("button[data-copy-from]").click()
    expect(browser_page.locator("[data-copied]")).to_be_visible()
    # as it lies on the clipboard: cleaned for this page, the styles would meet this page's policy
    copied = browser_page.evaluate(
        "async () => (await (await navigator.clipboard.read({unsanitized: ['text/html']}))[0]"
        ".getType('text/html')).text()"
    )
    assert "style=" in copied
    assert project.number in copied


@pytest.mark.parametrize("browser_page", ["desk", "phone"], indirect=True)
def test_nothing_stands_in_anybodys_way(browser_page: Page, project: Project) -> None:
    notice = project.notices.first()
    for path in ("/search/", f"/search/?q={project.title[:2]}", "/subscribe/", f"/share/notice/{notice.pk}/"):
        for theme in ("normal", "large"):
            browser_page.goto(f"/preferences/theme/{theme}/?next={path}")
            found = Axe().run(browser_page).response["violations"]
            grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
            assert grave == [], (path, theme)
