"""Every demo role logs in and does one step of the thread, as a person would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cms.models import HomePage
from procurement.awards.models import Score
from procurement.cases import demo
from procurement.delivery.models import MilestoneScore
from procurement.projects.models import BudgetLine, CatalogueItem
from procurement.rules.models import OfficialDay
from tests import threads
from workflows.models import TransitionLog

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# login, the scene that waits for it, the deed, what is filled in, and what is there afterwards
STEPS: list[tuple[str, str, str, dict[str, Any], Callable[[str], bool]]] = [
    ("station", "to-survey", "evaluation.rate", {"score": "91"}, lambda name: logged("rate_as_station", name)),
    ("approver", "approve", "project.approve", {}, lambda name: logged("approve", name)),
    ("officer2", "to-qualify", "bid.qualify", {}, lambda name: logged("qualify", name)),
    ("signatory", "to-sign", "contract.sign", {"sure": True}, lambda name: logged("add_signature", name)),
    (
        "evaluator", "to-review", "milestone.score", {"score": "88"},
        lambda name: MilestoneScore.objects.filter(evaluator__username=name, score=88).exists(),
    ),
]  # fmt: skip


def logged(action: str, name: str) -> bool:
    return TransitionLog.objects.filter(action=action, actor__username=name).exists()


def log_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", demo.PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/workspace/")


@pytest.mark.parametrize(("name", "scene", "key", "form", "done"), STEPS, ids=[step[0] for step in STEPS])
def test_one_step(
    browser_page: Page, name: str, scene: str, key: str, form: dict[str, Any], done: Callable[[str], bool]
) -> None:
    threads.waiting(scene)
    assert not done(name)
    log_in(browser_page, name)
    offers = browser_page.locator("main details summary")
    for number in range(offers.count()):
        offers.nth(number).click()
    browser_page.locator(f'main a[href^="/workspace/{key}/"]').first.click()
    for field, value in form.items():
        if value is True:
            browser_page.check(f"[name={field}]")
        else:
            browser_page.fill(f"[name={field}]", value)
    with browser_page.expect_navigation():
        browser_page.locator("main form button.btn").click()
    assert done(name)


def test_a_supplier_writes_an_offer_and_seals_it(browser_page: Page) -> None:
    threads.waiting("open-for-bids-1")
    log_in(browser_page, "supplier")
    browser_page.locator('main a[href^="/workspace/bids/"]').first.click()
    browser_page.fill("[name=price]", "19.5万")
    browser_page.fill("[name=quantity_H]", "41000")
    browser_page.locator("main button[name=next][value=review]").click()
    browser_page.check("[name=sure]")
    with browser_page.expect_navigation():
        browser_page.locator("main form .act-bar .btn-primary").click()
    assert logged("submit", "supplier")
    expect(browser_page.locator("main")).to_contain_text("SHA-256")


def test_an_expert_scores_with_each_number_saved_as_typed(browser_page: Page) -> None:
    threads.waiting("to-score")
    log_in(browser_page, "expert1")
    browser_page.locator('main a[href^="/workspace/awards/"]').first.click()
    for box in browser_page.locator("main input[data-criterion]").all():
        box.fill("15")
        with browser_page.expect_response("**/score/cell/"):
            box.press("Tab")
    given = Score.objects.filter(sheet__seat__user__username="expert1", points=15)
    assert given.count() == 6


@pytest.mark.parametrize(
    ("name", "ledger", "form"),
    [
        ("drafter", "catalogue", {"name": "职工心理服务"}),
        ("finance", "budget", {"name": "职工服务专项", "amount": "20万"}),
    ],
)
def test_a_line_is_added(browser_page: Page, name: str, ledger: str, form: dict[str, str]) -> None:
    threads.waiting("approve")
    log_in(browser_page, name)
    for offer in browser_page.locator("main details summary").all():
        offer.click()
    browser_page.locator(f'main a[href="/workspace/{ledger}/"]').first.click()
    browser_page.locator(f'main a[href="/workspace/{ledger}/add/"]').first.click()
    for field, value in form.items():
        browser_page.fill(f"[name={field}]", value)
    with browser_page.expect_navigation():
        browser_page.locator("main .act-bar button").click()
    model = {"catalogue": CatalogueItem, "budget": BudgetLine}[ledger]
    assert model.objects.get(name=form["name"]).records.get().by.username == name


def test_the_regulator_reads_everything_and_changes_nothing(browser_page: Page) -> None:
    project = threads.waiting("to-open")
    log_in(browser_page, "regulator")
    # openings are attended, tables are read: nothing else is offered
    offered = browser_page.locator('main a[href^="/workspace/"]:not([href^="/workspace/bids/openings/"])')
    expect(offered.first).to_be_visible()
    for address in [str(link.get_attribute("href")) for link in offered.all()]:
        assert address.startswith("/workspace/tables/"), address
        browser_page.goto(address)
        expect(browser_page.locator('main form[method="post"]')).to_have_count(0)
    browser_page.goto(f"/threads/{project.number}/log/")
    expect(browser_page.locator("main .hash").first).to_be_visible()


def test_the_editor_writes_a_page(browser_page: Page) -> None:
    threads.waiting("approve")
    log_in(browser_page, "editor")
    browser_page.locator('main a[href="/cms/"]').click()
    home = HomePage.objects.get()
    browser_page.goto(f"/cms/pages/{home.pk}/edit/")
    browser_page.fill("[name=introduction]", "欢迎来看大家需要什么。")
    with browser_page.expect_response(
        lambda answer: answer.request.method == "POST" and "/edit/" in answer.url
    ) as sent:
        browser_page.locator("button.action-save").first.click()
    assert sent.value.status < 400
    assert HomePage.objects.get().get_latest_revision().content["introduction"] == "欢迎来看大家需要什么。"


def test_the_administrator_enters_an_official_day(browser_page: Page) -> None:
    threads.waiting("approve")
    log_in(browser_page, "administrator")
    browser_page.locator('main a[href="/rules/calendar/"]').click()
    browser_page.goto("/rules/calendar/2031/")
    browser_page.fill("[name=source]", "国务院办公厅通知")
    browser_page.fill("[name=lines]", "2031-01-01,休,元旦")
    with browser_page.expect_navigation():
        browser_page.locator("form:has([name=lines]) button").click()
    assert OfficialDay.objects.get().day == date(2031, 1, 1)


@pytest.mark.parametrize("browser_page", ["phone"], indirect=True)
def test_the_desk_fits_a_phone(browser_page: Page) -> None:
    threads.waiting("to-survey")
    log_in(browser_page, "drafter")
    assert browser_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
