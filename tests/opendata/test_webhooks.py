"""Subscribed systems: told by signed messages, tried again, written down, paused after many failures."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from procurement.accounts.models import Membership, Organisation, User
from procurement.opendata.models import Delivery, Event, Webhook
from procurement.opendata.webhooks import actions, sending, tasks
from procurement.opendata.webhooks.addresses import AddressRefused, target
from tests.cms import rows
from workflows import jobs
from workflows.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


class Receiver:
    """A system of somebody's own, on this machine: keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?of=huiqun"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def manager(client: Client) -> User:
    """Somebody who manages an organisation, logged in."""
    user = rows.person("经理", rows.organisation(), "manager")
    client.force_login(user)
    return user


def subscribed(receiver: Receiver, user: User) -> tuple[Webhook, str]:
    return actions.subscribe(
        by=user, organisation=rows.organisation(), name="统计平台", url=receiver.url, events=list(Event.values)
    )


def run_now() -> None:
    """The outbox, with what waits for later taken now."""
    Job.objects.filter(state=Job.State.PENDING).update(run_after=timezone.now())
    jobs.run_due()


class TestDelivery:
    def test_a_notice_arrives_signed(self, receiver: Receiver, manager: User) -> None:
        _subscription, secret = subscribed(receiver, manager)
        notice = rows.notice(rows.call())
        jobs.enqueue("notice.published", notice_id=notice.pk)
        for _round in range(3):
            run_now()
        bodies = {json.loads(body)["event"]: json.loads(body) for _headers, body in receiver.got}
        assert bodies["notice.published"]["data"]["number"] == notice.number
        assert "release.issued" in bodies
        for headers, body in receiver.got:
            wanted = hmac.new(
                secret.encode(), headers["huiqun-timestamp"].encode() + b"." + body, hashlib.sha256
            ).hexdigest()
            assert headers["huiqun-signature"] == f"v1={wanted}"
        assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
        tasks.tell_notice(notice.pk)  # a job that runs twice tells once
        assert Delivery.objects.filter(event="notice.published").count() == 1

    def test_a_rehearsal_is_not_told(self, receiver: Receiver, manager: User) -> None:
        subscribed(receiver, manager)
        call = rows.call(rows.project(rehearsal=True))
        jobs.enqueue("notice.published", notice_id=rows.notice(call).pk)
        run_now()
        assert not Delivery.objects.exists()

    def test_is_tried_again_and_then_given_up(self, receiver: Receiver, manager: User) -> None:
        receiver.status = 503
        subscription, _secret = subscribed(receiver, manager)
        delivery = actions.tell(subscription, "notice.published", "N1", {"event": "notice.published"})
        assert delivery is not None
        run_now()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts, delivery.response_status) == ("pending", 1, 503)
        waiting = Job.objects.get(kind=actions.DELIVER, state="pending")
        assert waiting.run_after > timezone.now()
        for _round in range(jobs.MAX_ATTEMPTS):
            run_now()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == ("failed", jobs.MAX_ATTEMPTS)
        assert len(receiver.got) == jobs.MAX_ATTEMPTS

    def test_each_receiver_has_a_job_and_a_try_of_its_own(self, receiver: Receiver, manager: User) -> None:
        away, _secret = subscribed(receiver, manager)
        Webhook.objects.filter(pk=away.pk).update(url="http://127.0.0.1:1/")
        subscribed(receiver, manager)
        tasks._announce(Event.NOTICE, "N1", {})
        assert Job.objects.filter(kind=actions.DELIVER).count() == 2
        jobs.run_due()
        found = {row.subscription_id == away.pk: (row.state, row.attempts) for row in Delivery.objects.all()}
        assert found == {True: ("pending", 1), False: ("delivered", 1)}

    def test_a_slow_one_takes_one_time_limit_and_delays_nobody(
        self, receiver: Receiver, manager: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "SECONDS", 1)
        silent = socket.create_server(("127.0.0.1", 0))  # takes the connection and says nothing
        slow, _secret = subscribed(receiver, manager)
        Webhook.objects.filter(pk=slow.pk).update(url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        for number in range(5):
            actions.tell(slow, str(Event.NOTICE), f"N{number}", {})
        quick, _secret = subscribed(receiver, manager)
        actions.tell(quick, str(Event.NOTICE), "N1", {})
        heard = jobs.enqueue("nobody.listens")
        jobs.run_due()
        silent.close()
        tried = Delivery.objects.filter(subscription=slow, attempts__gt=0)
        assert [row.response[:12] for row in tried] == ["TimeoutError"]
        assert Delivery.objects.get(subscription=quick).state == "delivered"
        heard.refresh_from_db()
        assert heard.state == "done"
        waiting = Job.objects.filter(kind=actions.DELIVER, state="pending")
        assert waiting.count() == 5
        assert not waiting.filter(run_after__lte=timezone.now()).exists()

    def test_who_answers_a_letter_at_a_time_is_cut_off(
        self, receiver: Receiver, manager: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "LONGEST", 1)
        dripping = socket.create_server(("127.0.0.1", 0))
        over = threading.Event()

        def drip() -> None:
            taken, _where = dripping.accept()
            with suppress(OSError):
                while not over.wait(0.2):
                    taken.sendall(b"H")

        threading.Thread(target=drip, daemon=True).start()
        slow, _secret = subscribed(receiver, manager)
        Webhook.objects.filter(pk=slow.pk).update(url=f"http://127.0.0.1:{dripping.getsockname()[1]}/")
        delivery = actions.tell(slow, str(Event.NOTICE), "N1", {})
        assert delivery is not None
        jobs.run_due()
        over.set()
        dripping.close()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts, delivery.response_status) == ("pending", 1, None)

    def test_a_redirect_is_not_followed(self, receiver: Receiver, manager: User) -> None:
        receiver.status = 302
        subscription, _secret = subscribed(receiver, manager)
        actions.ping(subscription)
        run_now()
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.response_status, len(receiver.got)) == ("failed", 302, 1)

    def test_rests_after_many_failures(self, receiver: Receiver, manager: User) -> None:
        receiver.status = 500
        subscription, _secret = subscribed(receiver, manager)
        for _number in range(tasks.PAUSED_AFTER):
            actions.ping(subscription)
        run_now()
        subscription.refresh_from_db()
        assert (subscription.state, subscription.failures) == ("paused", tasks.PAUSED_AFTER)
        tasks.tell_notice(rows.notice(rows.call()).pk)
        assert not Delivery.objects.exclude(event="ping").exists()
        actions.resume(subscription)
        subscription.refresh_from_db()
        assert (subscription.state, subscription.failures) == ("active", 0)


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        ["http://example.org/", "https://127.0.0.1/", "https://10.1.2.3/", "https://[::1]/", "https://169.254.169.254/x",
         "https://[::ffff:10.0.0.1]/", "https://192.168.1.1:8443/", "ftp://example.org/", "https://a:b@example.org/",
         "https:///x", "javascript:alert(1)", "https://0.0.0.0/", "https://127.0.0.1:99999/"],
    )  # fmt: skip
    def test_production_sends_to_public_places_alone(self, settings: Any, url: str) -> None:
        settings.PRODUCTION = True
        with pytest.raises(AddressRefused):
            target(url)

    def test_the_place_is_judged_when_it_is_sent(self, settings: Any, receiver: Receiver, manager: User) -> None:
        subscription, _secret = subscribed(receiver, manager)
        settings.PRODUCTION = True
        actions.ping(subscription)
        run_now()
        assert receiver.got == []
        assert "AddressRefused" in Delivery.objects.get().response


class TestPages:
    def test_a_manager_adds_tests_and_ends_one(self, client: Client, manager: User, receiver: Receiver) -> None:
        assert client.get("/workspace/webhooks/").status_code == 200
        assert client.get("/workspace/webhooks/new/").status_code == 200
        given = {"name": "统计平台", "url": receiver.url, "events": ["notice.published"]}
        made = client.post("/workspace/webhooks/new/", given)
        found, secret = Webhook.objects.get(), made.context["secret"]
        assert secret in made.content.decode()
        assert secret.encode() not in bytes(found.wrapped_secret)
        path = f"/workspace/webhooks/{found.pk}/"
        client.post(f"{path}move/", {"move": "ping"})
        run_now()
        page = client.get(path).content.decode()
        assert "ping" in page
        assert secret not in page
        client.post(f"{path}move/", {"move": "end"})
        assert Webhook.objects.get().state == "active"
        client.post(f"{path}move/", {"move": "end", "sure": "1"})
        assert Webhook.objects.get().state == "ended"
        assert client.post(f"{path}move/", {"move": "ping"}).status_code == 404

    def test_mistakes_are_named(self, client: Client, manager: User) -> None:
        response = client.post("/workspace/webhooks/new/", {"name": "", "url": "ftp://x", "events": ["nonsense"]})
        assert response.status_code == 400
        assert set(response.context["form"].errors) == {"name", "url", "events"}
        assert not Webhook.objects.exists()

    def test_others_see_nothing(self, client: Client, manager: User, receiver: Receiver) -> None:
        found, _secret = subscribed(receiver, manager)
        other = Organisation.objects.create(name="别的单位", code="52330100MJ9000110C", kind="social_service")
        stranger = User.objects.create_user("stranger")
        membership = Membership.objects.create(user=stranger, organisation=other, roles=["supplier"])
        client.force_login(stranger)
        assert client.get("/workspace/webhooks/").status_code == 403
        membership.roles = ["manager"]
        membership.save()
        assert client.get("/workspace/webhooks/").status_code == 200
        for path in ("", "move/"):
            method = client.post if path else client.get
            assert method(f"/workspace/webhooks/{found.pk}/{path}").status_code == 404
        client.logout()
        assert client.get("/workspace/webhooks/").status_code == 302

    def test_queries_do_not_grow_with_rows(self, client: Client, manager: User, receiver: Receiver) -> None:
        def counts() -> list[int]:
            found = []
            for path in ("/workspace/webhooks/", f"/workspace/webhooks/{first.pk}/"):
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(path).status_code == 200
                found.append(len(queries))
            return found

        first, _secret = subscribed(receiver, manager)
        actions.ping(first)
        client.get("/workspace/webhooks/")
        one = counts()
        for _number in range(15):
            subscribed(receiver, manager)
            actions.ping(first)
        assert counts() == one
