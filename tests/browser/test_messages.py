"""A person is told, follows the message to its work, reads tables and takes a file home, on desk and phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from procurement.accounts.models import Notification
from procurement.accounts.notifications.events import find
from tests import threads
from tests.browser.test_roles import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ("/workspace/", "/workspace/notifications/", "/workspace/tables/projects/", "/accounts/preferences/")


def tell_approver() -> Notification:
    project = threads.waiting("approve")
    event = find("project.formed")
    assert event is not None
    told = event.tell(project_id=project.pk)
    assert told is not None
    return Notification.objects.create(
        recipient=threads.login("approver"),
        organisation=project.buyer,
        event=event.code,
        group=event.group,
        key="project.formed",
        parameters=told.parameters,
        path=told.path,
        thread_state=project.state,
    )


def test_from_the_bell_to_the_deed(browser_page: Page) -> None:
    message = tell_approver()
    log_in(browser_page, "approver")
    expect(browser_page.locator(".bell .tag")).to_contain_text("1")
    browser_page.locator("a.bell").click()
    browser_page.locator(f'main a[href="/workspace/notifications/{message.pk}/"]').click()
    browser_page.wait_for_url("**/workspace/project.approve/*/")
    expect(browser_page.locator(".bell .tag")).to_have_count(0)
    browser_page.goto("/workspace/tables/projects/")
    with browser_page.expect_download() as fetched:
        browser_page.locator("main .exports a").first.click()
    assert fetched.value.suggested_filename.endswith(".xlsx")


@pytest.mark.parametrize("browser_page", ["phone"], indirect=True)
def test_every_page_fits_a_phone(browser_page: Page) -> None:
    tell_approver()
    log_in(browser_page, "approver")
    for path in PAGES:
        browser_page.goto(path)
        assert browser_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
