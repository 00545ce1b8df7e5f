"""The desk: who sees what, who may do what, and that a page never does half a thing."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Membership, Organisation
from procurement.accounts.workspace.desk import all_deeds
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.cases import demo
from procurement.needs.models import Need
from tests import threads

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def logged_in(name: str) -> Client:
    client = Client()
    client.force_login(threads.login(name))
    return client


def outsider(*roles: str) -> Client:
    """Somebody who holds the same roles in another organisation."""
    other = Organisation.objects.create(
        name="别县总工会", code="13330199MC90009998", kind=OrganisationKind.TRADE_UNION, region="330199"
    )
    user = get_user_model().objects.create_user("outsider")
    Membership.objects.create(user=user, organisation=other, roles=list(map(str, roles or Role.values)))
    client = Client()
    client.force_login(user)
    return client


# scene, who does it, which deed, and the model whose newest row it is done to
STEPS = [
    ("approve", "approver", "project.approve"),
    ("publish", "approver", "call.publish"),
    ("to-open", "officer1", "call.open"),
    ("to-qualify", "officer1", "bid.qualify"),
    ("to-score", "expert1", "panel.score"),
    ("to-award", "approver", "award.confirm"),
    ("to-sign", "supplier", "contract.sign"),
    ("to-survey", "station", "evaluation.rate"),
]


PAGES = {"panel.score": "awards", "call.open": "bids/openings"}  # deeds with a page of their own, and where it begins


def link(client: Client, key: str) -> str:
    """The address of the first row on this person's list that waits for the deed."""
    page, begins = client.get("/workspace/").content.decode(), f"/workspace/{PAGES.get(key, key)}/"
    found = [part.split('"')[0] for part in page.split('href="')[1:] if part.startswith(begins)]
    assert found, f"{key} is not on the list"
    return found[0]


@pytest.mark.parametrize(("scene", "who", "key"), STEPS, ids=[step[2] for step in STEPS])
class TestMatrix:
    def test_its_own_role_opens_it_others_do_not(self, scene: str, who: str, key: str) -> None:
        threads.waiting(scene)
        address = link(logged_in(who), key)
        assert logged_in(who).get(address).status_code == 200
        assert Client().get(address).status_code == 302
        watched = key == "call.open"  # the regulator attends openings
        assert logged_in("regulator").get(address).status_code in ((200,) if watched else (403, 404))
        assert logged_in("finance").get(address).status_code in (403, 404)
        elsewhere = outsider(*[role for role in Role.values if not (watched and role == Role.REGULATOR)])
        assert elsewhere.get(address).status_code == 404
        assert outsider_posts(address) == 404

    def test_every_other_deed_of_the_thread_is_refused_to_it(self, scene: str, who: str, key: str) -> None:
        threads.waiting(scene)
        address = link(logged_in(who), key)
        pk = next(part for part in address.split("/") if part.isdecimal())
        client = logged_in("editor")
        for deed in all_deeds():
            assert client.get(f"/workspace/{deed.key}/{pk}/").status_code in (403, 404), deed.key


def outsider_posts(address: str) -> int:
    client = Client()
    client.force_login(get_user_model().objects.get(username="outsider"))
    return client.post(address, {}).status_code


class TestDoing:
    def test_a_deed_is_done_once(self) -> None:
        project = threads.waiting("approve")
        client = logged_in("approver")
        address = link(client, "project.approve")
        assert client.post(address, {}).status_code == 302
        assert project.fresh().state == "approved"
        again = client.post(address, {}, follow=True)
        assert again.redirect_chain[-1][0] == "/workspace/"
        assert project.fresh().log_length == project.log_length + 1

    def test_a_refusal_names_the_rule_and_changes_nothing(self) -> None:
        project = threads.waiting("publish")
        call = Call.objects.get(project=project)
        Call.objects.filter(pk=call.pk).update(deadline=project.approved_at)
        client = logged_in("approver")
        answer = client.get(link(client, "call.publish"))
        assert "disabled" in answer.content.decode()
        refused = client.post(link(client, "call.publish"), {"sure": "on"})
        assert refused.status_code == 409
        assert call.fresh().state == "draft"

    def test_a_bid_is_sealed_and_only_a_receipt_shown(self) -> None:
        threads.waiting("open-for-bids-1")
        client = logged_in("supplier")
        address = link(client, "bids")
        form = {"price": "19.8万", "quantity_H": "40000", "proposal": "机密方案暗号", "version": "0", "next": "review"}
        review = client.post(address, form).url
        page = client.post(review, {"version": "1", "sure": "on"}, follow=True).content.decode()
        bid = Bid.objects.get()
        assert bid.number in page
        assert "机密方案暗号" not in page
        assert (bid.state, bid.price, bid.proposal) == ("submitted", None, "")
        assert client.post(review, {"version": "1", "sure": "on"}).status_code in (302, 404)
        assert bid.envelopes.count() == 1

    @pytest.mark.parametrize("price", ["-1", "abc", "1.001", "", "9" * 50])
    def test_a_wrong_price_is_named_and_nothing_kept(self, price: str) -> None:
        threads.waiting("open-for-bids-1")
        client = logged_in("supplier")
        address = link(client, "bids")
        form = {"price": price, "quantity_H": "1", "version": "0", "next": "review"}
        answer = client.post(address, form)
        assert answer.status_code == 400
        assert "id_price" in answer.content.decode()
        assert client.post(f"{address}review/", {"version": "1", "sure": "on"}).status_code == 400
        assert not Bid.objects.exists()

    def test_two_officers_open(self) -> None:
        project = threads.waiting("to-open")
        call = Call.objects.get(project=project)
        first = logged_in("officer1")
        form = {"do": "confirm", "round": "first", "sure": "on"}
        first.post(link(first, "call.open"), form)
        assert call.fresh().state == "published"
        second = logged_in("officer2")
        second.post(link(second, "call.open"), form)
        assert call.fresh().state == "opened"

    def test_a_station_raises_a_need(self) -> None:
        project = threads.waiting("to-survey")
        client = logged_in("station")
        form = {"title": "路灯坏了", "text": "晚上看不见", "supporters": "12", "addressed_to": project.buyer_id}
        client.post(link(client, "need.raise"), form)
        assert Need.objects.get(title="路灯坏了").state == "submitted"

    def test_an_editor_reaches_the_page_editor_while_the_role_lasts(self) -> None:
        demo.make_logins()
        client = logged_in("editor")
        assert client.get("/cms/").status_code == 200
        assert logged_in("drafter").get("/cms/").status_code == 302
        membership = threads.login("editor").memberships.get()
        membership.active = False
        membership.save()
        assert client.get("/cms/").status_code == 302

    @pytest.mark.parametrize("path", ["/workspace/nothing.there/1/", "/workspace/project.approve/999999/"])
    def test_what_is_not_there(self, path: str) -> None:
        threads.waiting("approve")
        assert logged_in("approver").get(path).status_code == 404


def test_the_list_asks_no_more_with_more_rows() -> None:
    threads.waiting("approve")
    client = logged_in("approver")
    client.get("/workspace/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/workspace/")
    project = threads.login("approver").memberships.first().organisation.projects.first()
    for number in range(30):
        copy = type(project).objects.get(pk=project.pk)
        copy.pk, copy._state.adding, copy.number, copy.case_id = None, True, f"COPY-{number}", None
        copy.save()
    with CaptureQueriesContext(connection) as many:
        assert client.get("/workspace/").content.decode().count("/workspace/project.approve/") >= 20
    assert len(many) == len(few)


def test_every_demo_login_has_a_role_a_page_knows() -> None:
    known = set().union(*(deed.roles for deed in all_deeds()))
    for login in demo.LOGINS:
        if login.side not in ("platform", "pool"):
            assert set(map(str, login.roles)) & known, login.username
