"""The events of every stage: whom each tells, for which organisation, and that its address leads somewhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import resolve

from procurement.accounts.notifications import events
from procurement.awards.models import Award
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.contracts.models import Contract
from procurement.delivery.models import Milestone
from procurement.evaluation.models import Evaluation
from procurement.needs.models import Need
from procurement.projects.models import Notice, Project
from tests import threads
from tests.factories.accounts import UserFactory
from workflows import jobs

pytestmark = pytest.mark.django_db

BUYER, WINNER, LOSERS, STATION, SUPPLIERS, PERSON = "buyer", "winner", "losers", "station", "suppliers", "person"

# event, the row its job names, more arguments, and the sides that are told
EXPECTED: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("need.submitted", "need_id", {}, {BUYER}),
    ("need.declined", "need_id", {}, {STATION}),
    ("need.screened", "need_id", {}, {STATION}),
    ("need.answered", "need_id", {}, {STATION}),
    ("need.confirmed", "need_id", {}, {BUYER}),
    ("need.disputed", "need_id", {}, {BUYER}),
    ("project.formed", "project_id", {}, {BUYER}),
    ("project.approved", "project_id", {}, {STATION, PERSON}),
    ("project.intended", "notice_id", {}, {SUPPLIERS}),
    ("call.handed_in", "call_id", {"step": 1}, {BUYER}),
    ("call.handed_back", "call_id", {"step": 1, "by": 0}, {BUYER}),
    ("call.published", "call_id", {}, {SUPPLIERS}),
    ("bid.submitted", "bid_id", {}, {WINNER}),
    ("call.opened", "call_id", {}, {BUYER, WINNER, LOSERS}),
    ("bid.qualified", "bid_id", {}, {WINNER}),
    ("bid.rejected", "bid_id", {}, {WINNER}),
    ("call.final_offers_opened", "call_id", {}, {BUYER, WINNER, LOSERS}),
    ("panel.drawn", "panel_id", {}, set()),
    ("panel.scoring", "panel_id", {}, {PERSON}),
    ("award.proposed", "award_id", {}, {BUYER}),
    ("award.won", "award_id", {}, {WINNER}),
    ("award.lost", "award_id", {}, {LOSERS}),
    ("contract.drafted", "contract_id", {}, {WINNER}),
    ("contract.agreed", "contract_id", {}, {BUYER, WINNER}),
    ("contract.signed", "contract_id", {}, {BUYER, WINNER}),
    ("milestone.delivered", "milestone_id", {"step": 1}, {BUYER}),
    ("milestone.returned", "milestone_id", {"step": 1}, {WINNER}),
    ("milestone.evaluators_asked", "milestone_id", {}, set()),
    ("milestone.scored", "milestone_id", {"step": 1}, {BUYER}),
    ("milestone.accepted", "milestone_id", {}, {WINNER}),
    ("milestone.invoiced", "milestone_id", {}, {BUYER}),
    ("milestone.paid", "milestone_id", {}, {WINNER}),
    ("evaluation.collecting", "evaluation_id", {}, {STATION}),
    ("evaluation.reported", "evaluation_id", {}, {WINNER}),
    ("evaluation.published", "evaluation_id", {}, {BUYER, WINNER, STATION}),
]
OTHERWISE = {  # told by other rows: their own tests below, test_messages, or test_notifications
    "call.postponed", "call.final_postponed", "lot.failed", "duty.due", "duty.overdue", "subscription.matched",
    "challenge.filed", "challenge.decided", "challenge.decided.others", "challenge.withdrawn",
    "contract.suspended", "contract.resumed", "contract.supplemented",
    "amendment.drafted", "amendment.agreed", "amendment.signed", "amendment.dropped",
    "call.corrected", "call.corrected.bidders", "question.asked", "question.answered", "call.final_offers_invited",
    "bid.low_price_asked", "project.ended", "project.ended.bidders",
    "registration.decided", "qualification.decided", "qualification.lapses", "safety.done",
}  # fmt: skip


def rows(project: Project) -> dict[str, Any]:
    call = Call.objects.get(project=project)
    award = Award.objects.get(lot__call=call)
    contract = Contract.objects.get(award=award)
    return {
        "need_id": Need.objects.filter(projects=project).first(),
        "project_id": project,
        "notice_id": Notice.objects.filter(project=project, kind="intent").first(),
        "call_id": call,
        "bid_id": award.bid,
        "panel_id": call.panel,  # type: ignore[attr-defined]
        "award_id": award,
        "contract_id": contract,
        "milestone_id": Milestone.objects.filter(contract=contract, on_signing=False).first(),
        "evaluation_id": Evaluation.objects.filter(contract=contract).first(),
    }


def side_of(project: Project, organisation: int | None) -> str:
    winner = Award.objects.get(lot__call__project=project).bid.supplier_id
    bidders = set(Bid.objects.filter(lot__call__project=project).values_list("supplier_id", flat=True))
    if organisation is None:
        return PERSON
    if organisation == project.buyer_id:
        return BUYER
    if organisation == winner:
        return WINNER
    if organisation in bidders:
        return LOSERS
    return STATION if organisation in project.needs.values_list("station_id", flat=True) else SUPPLIERS


def test_the_list_is_whole() -> None:
    assert {event.code for event in events.all_events()} == {code for code, *_rest in EXPECTED} | OTHERWISE


def test_each_event_tells_its_own_side_and_nobody_else() -> None:
    project = threads.waiting("to-survey")
    found = rows(project)
    for code, name, more, sides in EXPECTED:
        event = events.find(code)
        assert event is not None
        if found[name] is None:
            continue
        told = event.tell(**{name: found[name].pk}, **more)
        if told is None:
            assert code in ("project.intended", "project.formed"), code
            continue
        got = {side_of(project, organisation) for _person, organisation in told.people}
        if SUPPLIERS in sides:
            assert not got & {BUYER, STATION}, code
        else:
            assert got <= sides, (code, got)
            assert got or LOSERS in sides or not sides or STATION in sides, code
        assert resolve(told.path).url_name != "wagtail_serve", (code, told.path)
        title, text = events.words(code, told.parameters)
        assert project.title in title or code.startswith("need"), code
        assert text


def test_parameters_hold_no_amount_and_no_bidder() -> None:
    project = threads.waiting("to-survey")
    found = rows(project)
    names = set(Bid.objects.filter(lot__call__project=project).values_list("supplier__name", flat=True))
    prices = {f"{price:f}" for price in Bid.objects.values_list("price", flat=True) if price}
    for code, name, more, _sides in EXPECTED:
        event = events.find(code)
        told = event.tell(**{name: found[name].pk}, **more) if event and found[name] else None
        for value in (told.parameters if told else {}).values():
            assert not any(one in value for one in names | prices), (code, value)


def test_one_who_holds_several_roles_is_told_once() -> None:
    project = threads.waiting("approve")
    drafter = project.drafted_by
    event = events.find("project.approved")
    assert event is not None
    need = project.needs.first()
    assert need is not None
    drafter.memberships.create(organisation=need.station, roles=["station"])
    from procurement.accounts.notifications.telling import _seats

    told = event.tell(project_id=project.pk)
    assert told is not None
    people = [person for person, _organisation in told.people]
    assert people.count(drafter.pk) >= 1
    assert list(_seats(told)).count(drafter.pk) == 1


def test_an_event_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        events.event("call.opened", events.EventGroup.BIDS, "", "")(lambda: None)


def test_a_failing_event_does_not_lose_the_others() -> None:
    """A job whose row is gone fails by itself and is kept with its error; what else is due runs."""
    jobs.enqueue("project.approved", project_id=0)
    UserFactory()
    later = jobs.enqueue("nobody.listens")
    jobs.run_due()
    later.refresh_from_db()
    assert later.state == "done"
