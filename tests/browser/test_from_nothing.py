"""From an empty database to the first call: administrator, buyer, staff, catalogue, budget, project, publication."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from procurement.accounts.enums import Role
from procurement.accounts.models import Membership, Organisation, User
from procurement.accounts.sheets import COLUMNS as STAFF
from procurement.calls.models import Call
from procurement.projects.models import BudgetLine, CatalogueItem, Project
from procurement.projects.sheets import BUDGET, CATALOGUE
from tests.accounts.books import book
from tests.factories.accounts import credit_code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Gong-hui-2026"
Someone = Callable[[], Page]


@pytest.fixture
def someone(browser: Browser, live_server: Any) -> Iterator[Someone]:
    """A new person at a browser of their own."""
    opened = []

    def come() -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": 1280, "height": 800}, locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )  # fmt: skip
        opened.append(context)
        return context.new_page()

    yield come
    for context in opened:
        context.close()


def press(page: Page, where: str = "main .act-bar button.btn-primary") -> None:
    with page.expect_navigation():
        page.locator(where).first.click()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"main [name={name}]", value)


def account(page: Page, name: str, username: str) -> None:
    fill(page, display_name=name, username=username, mobile="13900001234", password1=PASSWORD, password2=PASSWORD)
    page.check("main [name=consent]")
    press(page)


def shown_links(page: Page) -> dict[str, str]:
    """The links to pass on, by the name beside them."""
    rows = page.locator("main tbody tr")
    return {
        row.locator("b").inner_text(): "/accounts/" + row.locator(".hash").inner_text().split("/accounts/")[1]
        for row in (rows.nth(number) for number in range(rows.count()))
    }


def send_list(page: Page, path: str, folder: Path, columns: Any, rows: list[tuple[Any, ...]]) -> None:
    """Uploads a list, looks at it, and has it done."""
    file = folder / "list.xlsx"
    file.write_bytes(book([column.label for column in columns], rows))
    page.goto(path)
    page.set_input_files("main [type=file]", str(file))
    press(page)
    expect(page.locator("main tbody tr")).to_have_count(len(rows))
    press(page)


def bring_on_the_buyer(administrator: Page) -> str:
    administrator.goto("/setup/")
    account(administrator, "系统管理员", "root-of-all")
    administrator.locator('main a[href="/workspace/admin/organisations/add/"]').first.click()
    administrator.select_option("[name=kind]", "trade_union")
    administrator.select_option("[name=staffing]", "administrative")
    administrator.select_option("[name=level]", "county")
    fill(administrator, name="晨光县总工会", code=credit_code(42, "13"), person="王主任", mobile="13900000001")
    press(administrator)
    return shown_links(administrator)["王主任"]


def form_project(drafter: Page, buyer: Organisation) -> None:
    drafter.goto(f"/workspace/project.form/{buyer.pk}/")
    start = timezone.localdate() + timedelta(days=90)
    fill(
        drafter, title="新市民子女暑期托管", summary="暑期托管与陪伴", budget="9万", beneficiaries="120",
        term_start=f"{start}", term_end=f"{start + timedelta(days=60)}",
    )  # fmt: skip
    for name, value in {"domain": "children", "delivery_mode": "purchase", "fund_source": "union_dues"}.items():
        drafter.select_option(f"[name={name}]", value)
    drafter.select_option("[name=catalogue_item]", label="儿童关爱服务")
    drafter.select_option("[name=budget_line]", str(BudgetLine.objects.get().pk))
    for tick in drafter.locator("main [name=ticks]").all():
        tick.check()
    press(drafter, "main form button.btn")


def approve(approver: Page, key: str) -> None:
    approver.goto("/workspace/")
    approver.locator(f'main a[href^="/workspace/{key}/"]').first.click()
    for reason in approver.locator("main textarea[name^=reason_]").all():
        reason.fill("首次采购，需求在职工代表会上征集。")
    if approver.locator("main [name=sure]").count():
        approver.check("main [name=sure]")
    press(approver, "main form button.btn")


def draft_call(drafter: Page, project: Project) -> None:
    drafter.goto("/workspace/")
    drafter.locator(f'main a[href="/workspace/calls/new/{project.pk}/"]').first.click()
    press(drafter)
    call = Call.objects.get()
    drafter.goto(f"/workspace/calls/{call.pk}/draft/documents/")
    fill(drafter, qualifications="依法登记的社会组织", contact="办公室 0571-00000000")
    press(drafter, 'main button[name=go][value="review"]')
    for reason in drafter.locator("main textarea[name^=reason]").all():
        reason.fill("首次采购。")
    press(drafter, 'main button[form="hand-in"]')
    assert Call.objects.get().handed_in_at is not None


def test_from_an_empty_database_to_the_first_call(someone: Someone, tmp_path: Path) -> None:
    from procurement.accounts import consents

    consents.plant()
    manager = someone()
    manager.goto(bring_on_the_buyer(someone()))
    account(manager, "王主任", "wang-zhuren")
    buyer = Organisation.objects.get()
    assert Membership.objects.get(user__username="wang-zhuren").roles == ["manager"]

    send_list(
        manager, "/workspace/people/import/", tmp_path, STAFF,
        [("李起草", "13900000002", "", "drafter"), ("赵审批", "13900000003", "", "approver"),
         ("孙财务", "13900000004", "", "finance")],
    )  # fmt: skip
    staff: dict[str, Page] = {}
    for number, (name, link) in enumerate(shown_links(manager).items()):
        staff[name] = someone()
        staff[name].goto(link)
        account(staff[name], name, f"staff-{number}")
    assert {role for one in buyer.memberships.all() for role in one.roles} == {
        Role.MANAGER, Role.DRAFTER, Role.APPROVER, Role.FINANCE,
    }  # fmt: skip

    drafter, approver, finance = staff["李起草"], staff["赵审批"], staff["孙财务"]
    send_list(
        drafter, "/workspace/catalogue/import/", tmp_path, CATALOGUE, [("儿童关爱服务", "A01"), ("心理服务", "A02")]
    )
    year = timezone.localdate().year
    send_list(finance, "/workspace/budget/import/", tmp_path, BUDGET, [(year, "职工服务专项", "union_dues", "20万")])
    assert CatalogueItem.objects.count() == 2
    form_project(drafter, buyer)
    project = Project.objects.get()
    approve(approver, "project.approve")
    assert project.fresh().state == "approved"
    draft_call(drafter, project)
    approve(approver, "call.publish")
    assert Call.objects.get().state == "published"
    assert User.objects.count() == 5
    stranger = someone()
    stranger.goto(f"/threads/{project.number}/")
    expect(stranger.locator("h1")).to_contain_text("新市民子女暑期托管")
    finance.goto("/workspace/budget/")
    expect(finance.locator("main tbody tr")).to_contain_text("110,000.00")
