"""Every demo role logs in and does one step of the thread, as a person would."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from procurement.cases import demo
from tests import threads
from workflows.models import TransitionLog

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# login, the scene that waits for it, the deed, what is filled in, and how the log names what was done
STEPS = [
    ("station", "to-survey", "evaluation.rate", {"score": "91"}, "rate_as_station"),
    ("drafter", "approve", "catalogue.add", {"name": "职工心理服务"}, None),
    ("approver", "approve", "project.approve", {}, "approve"),
    ("finance", "approve", "budget.add", {"name": "职工服务", "amount": "20万"}, None),
    ("officer1", "to-open", "call.open", {}, "confirm_opening"),
    ("officer2", "to-qualify", "bid.qualify", {}, "qualify"),
    ("supplier", "open-for-bids-1", "bid.submit", {"price": "19.5万", "quantity_H": "41000", "sure": True}, "submit"),
    ("signatory", "to-sign", "", {}, None),
    ("expert1", "to-score", "panel.score", {"*": "15"}, None),
    ("evaluator", "to-accept", "", {}, None),
    ("regulator", "to-open", "", {}, None),
    ("editor", "publish", "", {}, None),
    ("administrator", "publish", "", {}, None),
]


def log_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", demo.PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/workspace/")


@pytest.mark.parametrize(("name", "scene", "key", "form", "action"), STEPS, ids=[step[0] for step in STEPS])
def test_one_step(browser_page: Page, name: str, scene: str, key: str, form: dict, action: str | None) -> None:
    project = threads.waiting(scene)
    log_in(browser_page, name)
    expect(browser_page.locator("h1")).to_be_visible()
    if not key:
        # a role that only reads, or whose turn has not come: its list says so, and the thread is open to it
        browser_page.goto(f"/threads/{project.number}/")
        expect(browser_page.locator("h1")).to_have_text(project.title)
        return
    offers = browser_page.locator("main details summary")
    for number in range(offers.count()):
        offers.nth(number).click()
    browser_page.locator(f'main a[href^="/workspace/{key}/"]').first.click()
    for field, value in form.items():
        if field == "*":
            for box in browser_page.locator("main input[type=number]").all():
                box.fill(value)
        elif value is True:
            browser_page.check(f"[name={field}]")
        else:
            browser_page.fill(f"[name={field}]", value)
    browser_page.locator("main form button.btn").click()
    expect(browser_page.locator("main form .is-invalid")).to_have_count(0)
    if action is not None:
        assert TransitionLog.objects.filter(action=action, actor__username=name).exists()


@pytest.mark.parametrize("browser_page", ["phone"], indirect=True)
def test_the_desk_fits_a_phone(browser_page: Page) -> None:
    threads.waiting("to-survey")
    log_in(browser_page, "drafter")
    assert browser_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
