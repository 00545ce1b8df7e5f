"""An open tender for which too few bid: nothing is opened, the call fails with a notice, and is repeated as a copy."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from procurement.calls.models import Call
from procurement.projects.models import Notice, Project
from tests import threads
from tests.bids import rooms
from tests.browser.people import People, with_password
from workflows import jobs
from workflows.clock import database_now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BIDDERS = {"supplier": "17.2万", "rival1": "176,500.00"}


def bid(people: People, login: str, price: str) -> None:
    person = people[login]
    person.take("bid.submit")
    person.fill(price=price, answer_S="每月两次亲子活动。", answer_T="社工六名。", proposal="亲子成长营。", head=login)
    person.press("main button[name=next][value=review]")
    person.sure()
    person.press()


def fail(people: People, call: Call) -> None:
    """An officer cannot open; the page says what the law leaves, and the approver does it there."""
    officer, approver = people["officer1"], people["approver"]
    officer.take("call.open")
    expect(officer.page.locator("[data-part=ways]")).to_be_visible()
    expect(officer.page.locator("#sure_confirm")).to_have_count(0)
    officer.look("few-officer")
    approver.take("call.watch_opening")
    expect(approver.page.locator("[data-part=ways]")).to_contain_text("第四十三条")
    approver.look("few-approver")
    approver.sure()
    approver.press("main [data-part=ways] form button.btn-danger")
    approver.look("failed")
    jobs.run_due()
    for words in (approver.words(), officer.words()):
        assert "172,000" not in words
        assert "176,500" not in words


def read_the_notice(people: People, project: Project) -> None:
    notice = Notice.objects.get(project=project, kind="termination")
    anybody = people.stranger()
    anybody.go(f"/threads/{project.number}/")
    anybody.look("failed-thread")
    anybody.follow(f'main a[href$="/notices/{notice.number}/"]')
    expect(anybody.page.locator("main")).to_contain_text("终止公告")
    expect(anybody.page.locator("main")).to_contain_text("共2家")
    anybody.look("termination")


def repeat(people: People, failed: Call) -> Call:
    """The drafter's desk leads to a new draft, the failed call already chosen as its pattern."""
    drafter = people["drafter"]
    drafter.take("call.draft")
    expect(drafter.page.locator(f"main [name=from][value=call-{failed.pk}]")).to_be_checked()
    drafter.look("start")
    drafter.press()
    for step in ("timetable", "criteria", "documents"):
        drafter.press(f'main button[name=go][value="{step}"]')
        drafter.look(f"draft-{step}")
    drafter.fill(qualifications="依法登记的社会组织或其他供应商。")
    drafter.press('main button[name=go][value="review"]')
    for reason in drafter.page.locator("main textarea[name^=reason]").all():
        reason.fill("重新招标。")
    drafter.look("draft-review")
    drafter.press('main button[form="hand-in"]')
    drafter.look("handed-in")
    return Call.objects.exclude(pk=failed.pk).get(project=failed.project)


def publish(people: People) -> None:
    approver = people["approver"]
    approver.take("call.publish")
    for box in approver.page.locator("main textarea[name^=reason_]").all():
        box.fill("首次招标投标人不足三家，重新招标。")
    approver.sure()
    approver.look("publish-again")
    approver.press()
    jobs.run_due()


def test_a_tender_fails_and_is_repeated(people: People) -> None:
    project = threads.waiting("open-for-bids-1", "EX2")
    with_password(rooms.rival(1))
    call = Call.objects.get(project=project)
    for login, price in BIDDERS.items():
        bid(people, login, price)
    Call.objects.filter(pk=call.pk).update(deadline=database_now())
    fail(people, call)
    assert (call.fresh().state, project.fresh().state) == ("failed", "failed")
    read_the_notice(people, project)
    again = repeat(people, call)
    assert (again.method, again.number) == (call.method, f"{project.number}-02")
    assert [row.name for row in again.criteria.all()] == [row.name for row in call.criteria.all()]
    publish(people)
    assert (again.fresh().state, project.fresh().state) == ("published", "tendering")
    anybody = people.stranger()
    anybody.go("/calls/")
    anybody.follow(anybody.page.locator("main").get_by_role("link", name=project.title).first)
    expect(anybody.page.locator("main")).to_contain_text(again.number)
    anybody.look("again-public")
