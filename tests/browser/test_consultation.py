"""A whole competitive consultation through the pages: three bidders, final offers, a challenge that is dismissed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from procurement.awards.models import Award, Challenge, Panel, Seat
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.contracts.models import Contract
from procurement.projects.models import Project
from tests import threads
from tests.bids import rooms
from tests.browser.people import People, Person, with_password
from workflows import jobs
from workflows.clock import database_now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUESTION, ANSWER = "周末是否也要提供托管？", "不需要，周一至周五即可。"
DISSENT = "丙方案的人员安排过于理想，本人保留意见。"
# by login: first price as typed, hours as typed, final price, what the three members give for S and T
OFFERS = {
    "supplier": ("12万", "39192", "11.8万", ("43", "17")),
    "rival1": ("￥138,000.00", "44000", "135000", ("44", "17.5")),
    "rival2": ("１４９０００", "48356", "14.5万", ("38", "15")),
}


def let_pass(call: Call, field: str) -> None:
    """The time the law gives is over: the call's date is moved, not the clock of an act."""
    Call.objects.filter(pk=call.pk).update(**{field: database_now()})


def publish(people: People, project: Project) -> Call:
    approver = people["approver"]
    approver.take("call.publish")
    for box in approver.page.locator("main textarea[name^=reason_]").all():
        box.fill("首次采购，已在职工代表会上征集需求。")
    approver.look("publish")
    approver.sure()
    approver.press()
    jobs.run_due()  # the worker puts the call's page out
    return Call.objects.get(project=project)


def ask_and_answer(people: People, call: Call) -> None:
    supplier, drafter = people["supplier"], people["drafter"]
    supplier.go("/calls/")
    supplier.follow(supplier.page.locator("main").get_by_role("link", name=call.project.title))
    supplier.press("main aside form button")  # takes the documents, once
    expect(supplier.page.locator("main aside form")).to_have_count(0)
    supplier.look("call")
    supplier.follow('main a[href^="/workspace/call.ask/"]')
    supplier.fill(text=QUESTION)
    supplier.look("ask")
    supplier.press()
    drafter.take("question.answer")
    drafter.fill(answer=ANSWER)
    drafter.look("answer")
    drafter.press()
    jobs.run_due()
    supplier.go(f"/calls/{call.number}/")
    questions = supplier.page.locator("#questions")
    expect(questions).to_contain_text(ANSWER)
    expect(questions).not_to_contain_text("示例社会工作服务中心")


def attach_by_pieces(page: Page) -> None:
    content = rooms.big_pdf()
    page.set_input_files("#file", {"name": "服务方案.pdf", "mimeType": "application/pdf", "buffer": content})
    page.select_option("#criterion", "S")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "PUT" else None)
    page.locator("form[data-upload] button").click()
    expect(page.locator(".room-files .hash")).to_have_count(1, timeout=20_000)
    assert len(sent) > 1  # it went in pieces


def bid(people: People, login: str, *, attaching: bool = False) -> None:
    person = people[login]
    price, hours, _final, _points = OFFERS[login]
    person.take("bid.submit")
    if attaching:
        attach_by_pieces(person.page)
    person.fill(
        price=price, quantity_H=hours, answer_S="三个班，每班两名社工。", answer_T="团队八人，均有证书。",
        proposal="暑期托管与成长陪伴。", head=f"{login}负责人",
    )  # fmt: skip
    person.look(f"room-{login}")
    person.press("main button[name=next][value=review]")
    person.look(f"review-{login}")
    person.sure()
    person.press()
    expect(person.page.locator("main .receipt")).to_contain_text("SHA-256")
    person.look(f"receipt-{login}")


def correct(people: People, call: Call) -> None:
    approver = people["approver"]
    approver.take("call.correct")
    approver.look("questions")
    approver.follow('main a[href$="/correct/"]')
    approver.look("correct")
    approver.fill(requirements=f"{call.requirements or '暑期托管。'}\n每周五天，每天八小时。")
    approver.press("main button[name=go][value=show]")
    expect(approver.page.locator("main")).to_contain_text("每天八小时")
    approver.look("correct-shown")
    approver.sure()
    for box in approver.page.locator("main textarea[name^=reason_]").all():
        box.fill("居民代表要求写明服务时间。")
    approver.press("main button[name=go][value=publish]")
    jobs.run_due()


def confirm_after_correction(people: People, login: str) -> None:
    person = people[login]
    person.take("bid.confirm")
    person.look(f"confirm-{login}")
    person.press()


def open_envelopes(people: People, key: str) -> None:
    """Two officers, and a bidder who looks on: no price is read out (P9)."""
    for name in ("officer1", "officer2"):
        officer = people[name]
        officer.take(key)
        officer.look(f"{key}-{name}")
        officer.sure()
        officer.press("main form:has(#sure_confirm) button")
    people["officer2"].look(f"{key}-opened")
    watching = people["rival1"]
    watching.take("call.watch_opening")
    expect(watching.page.locator("[data-part=envelopes] tbody tr")).to_have_count(3)
    for words in (watching.words(), people["officer2"].words()):
        assert not any(price in words for price in ("120,000", "138,000", "149,000", "118,000", "135,000", "145,000"))


def draw(people: People, call: Call) -> list[Seat]:
    officer = people["officer1"]
    officer.take("panel.draw")
    officer.fill(experts="2")
    officer.page.get_by_label("开标人二").check()
    officer.look("draw-prepare")
    officer.press()
    officer.look("draw-promised")
    officer.press()
    expect(officer.page.locator("main table tbody tr")).to_have_count(3)
    officer.look("draw-drawn")
    record = officer.page.locator('main aside a[href*="/draws/"]').get_attribute("href")
    anybody = people.stranger()
    anybody.go(str(record))
    expect(anybody.page.locator("main")).to_contain_text(Panel.objects.get(call=call).draws.get().commitment)
    anybody.look("draw-record")
    return list(Seat.objects.filter(panel__call=call).select_related("user").order_by("position"))


def declare(people: People, seats: list[Seat]) -> None:
    for seat in seats:
        member = people[seat.user.username]
        member.take("panel.declare")
        expect(member.page.locator("main")).to_contain_text("对手社工中心1")
        member.sure()
        if seat.position == 0:
            member.look("declare")
        member.press()


def qualify(people: People) -> None:
    officer = people["officer1"]
    officer.take("call.qualification")
    assert "120,000" not in officer.words()
    for choice in officer.page.locator("main input[value=in]").all():
        choice.check()
    officer.look("qualification")
    officer.press()


def final_offers(people: People, call: Call) -> None:
    officer = people["officer1"]
    officer.take("call.invite_final_offers")
    officer.fill(minutes="30")
    officer.look("invite")
    officer.press()
    for login, (_first, _hours, final, _points) in OFFERS.items():
        person = people[login]
        person.take("bid.offer_final")
        person.fill(price=final)
        person.press("main button[name=next][value=review]")
        person.sure()
        if login == "rival2":
            person.look("final-review")
        person.press()
        expect(person.page.locator("main .receipt")).to_contain_text("SHA-256")
    let_pass(call, "final_offers_until")
    open_envelopes(people, "call.open_final_offers")


def score(people: People, seats: list[Seat], call: Call) -> None:
    """Every number is kept as soon as its box is left; then each member signs the own sheet."""
    bids = {one.pk: one.supplier for one in Bid.objects.filter(lot__call=call).select_related("supplier")}
    logins = {call.lots.get().bids.get(supplier__memberships__user__username=name).pk: name for name in OFFERS}
    for seat in seats:
        member = people[seat.user.username]
        page = member.take("panel.score")
        assert len(bids) == len(logins) == 3
        for pk, name in logins.items():
            for box, points in zip(page.locator(f"main input[data-bid='{pk}']").all(), OFFERS[name][3], strict=True):
                box.fill(points)
                with page.expect_response("**/score/cell/") as kept:
                    box.press("Tab")
                assert kept.value.json()["saved"]
        page.reload()
        assert all(box.input_value() for box in page.locator("main input[data-criterion]").all())
        if seat.position == 0:
            member.look("score")
        member.follow(f'main a[href$="/{seat.panel_id}/sign/"]')
        member.sure()
        if seat.position == 0:
            member.look("sign-sheet")
        member.press()
    people[seats[0].user.username].look("sheet-signed")


def sign(people: People, seats: list[Seat]) -> None:
    for seat in seats:
        member = people[seat.user.username]
        page = member.take("panel.sign")
        for box in page.locator("main textarea[name^=explain_]").all():
            box.fill("该方案人员安排更细。")
        if seat.position == 1:
            member.fill(dissent=DISSENT)
        member.sure()
        if seat.position == 1:
            member.look("sign-report")
        member.press()


def award(people: People, call: Call) -> Award:
    approver, drafter = people["approver"], people["drafter"]
    approver.take("award.confirm")
    approver.look("award-confirm")
    approver.press()
    drafter.take("award.publish_notice")
    drafter.look("award-notice")
    drafter.press()
    jobs.run_due()
    return Award.objects.select_related("bid__supplier").get(lot__call=call)


def read_results(people: People, found: Award) -> Person:
    """The winner has its letter; a loser reads its own points and the winner's total, nobody else's."""
    winner = people["supplier"]
    winner.take("award.read")
    letter = str(winner.page.locator('main a[href*="/documents/award_letter/"]').get_attribute("href"))
    assert winner.page.request.get(letter).status == 202  # it is printed when first asked for
    jobs.run_due()
    assert winner.page.request.get(letter).body().startswith(b"%PDF")
    winner.look("result-winner")
    loser = people["rival2"]
    loser.take("award.read")
    own = Bid.objects.get(lot=found.lot_id, supplier__name="对手社工中心2")
    for value in (str(own.total), str(found.bid.total), *(f"{float(points):.2f}" for points in own.points.values())):
        expect(loser.page.locator("main")).to_contain_text(value.rstrip("0").rstrip("."))
    expect(loser.page.locator("main")).not_to_contain_text("对手社工中心1")
    loser.look("result-loser")
    return loser


def challenge(loser: Person) -> Challenge:
    loser.follow('main a[href$="/file/"]')
    loser.page.check("main [name=kind][value=challenge]")
    loser.page.check("main [name=about][value^=result]")
    loser.fill(claims="请求重新评审服务方案。", facts="我方方案列明了八名社工，得分明显偏低。", basis="条例第五十三条")
    loser.look("challenge-file")
    loser.press()
    loser.look("challenge-filed")
    return Challenge.objects.get()


def draft_contract(people: People) -> None:
    drafter = people["drafter"]
    page = drafter.take("contract.draft")
    start = timezone.localdate()
    for number, days in ((1, 10), (2, 60), (3, 120)):
        page.fill(f"main [name=due_{number}]", f"{start + timedelta(days=days)}")
    drafter.look("contract-draft")
    drafter.press()
    supplier = people["supplier"]
    supplier.take("contract.agree")
    supplier.look("contract-agree")
    supplier.press()


def signing_is_suspended(people: People, pending: Challenge) -> None:
    signatory = people["signatory"]
    signatory.take("contract.sign")
    expect(signatory.page.locator("#rules")).to_contain_text(pending.number)
    expect(signatory.page.locator("main form button.btn-danger")).to_be_disabled()
    signatory.look("contract-suspended")


def dismiss(people: People) -> None:
    approver = people["approver"]
    approver.take("challenge.reply")
    approver.page.check("main [name=outcome][value=dismiss]")
    approver.fill(decision="经复核，各评委打分符合评分细则，质疑不成立。", published="质疑事项不成立，维持成交结果。")
    approver.sure()
    approver.look("challenge-reply")
    approver.press("main form:has([name=outcome]) button.btn-danger")
    jobs.run_due()


def sign_contract(people: People) -> None:
    for name in ("signatory", "supplier"):
        person = people[name]
        person.take("contract.sign")
        person.sure()
        if name == "supplier":
            person.look("contract-sign")
        person.press()
    drafter = people["drafter"]
    drafter.take("contract.publish")
    drafter.look("contract-publish")
    drafter.press()
    jobs.run_due()


def test_a_whole_consultation(people: People) -> None:
    project = threads.waiting("publish")
    for number in (1, 2):
        with_password(rooms.rival(number))
    call = publish(people, project)
    ask_and_answer(people, call)
    bid(people, "supplier")
    bid(people, "rival1", attaching=True)
    correct(people, call)
    for login in ("supplier", "rival1"):
        confirm_after_correction(people, login)
    bid(people, "rival2")
    let_pass(call, "deadline")
    open_envelopes(people, "call.open")
    seats = draw(people, call)
    declare(people, seats)
    qualify(people)
    final_offers(people, call)
    people["officer1"].take("panel.start_scoring")
    people["officer1"].press()
    score(people, seats, call)
    sign(people, seats)
    assert Seat.objects.get(panel__call=call, position=1).dissent == DISSENT
    found = award(people, call)
    assert found.bid.supplier.name == "示例社会工作服务中心"
    pending = challenge(read_results(people, found))
    draft_contract(people)
    signing_is_suspended(people, pending)
    dismiss(people)
    assert pending.fresh().state == "dismissed"
    sign_contract(people)
    contract: Any = Contract.objects.get(award=found)
    assert (contract.state, contract.amount) == ("published", found.bid.price)
    anybody = people.stranger()
    anybody.go(f"/threads/{project.number}/")
    expect(anybody.page.locator("main")).to_contain_text("示例社会工作服务中心")
    anybody.look("thread")
