"""Channels over HTTP, against a stand-in that speaks the documented protocol on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.utils import timezone

from procurement.accounts.enums import Channel, EventGroup
from procurement.accounts.models import Delivery, Notification, NotificationPreference, PersonalSettings, User
from procurement.accounts.notifications import channels, sending, telling
from procurement.accounts.notifications.channels import official, sms, wecom
from procurement.settings import environment
from tests.factories.accounts import UserFactory
from workflows import jobs
from workflows.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


class Gateway(ThreadingHTTPServer):
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, list[str]], dict[str, Any], Any]] = []
        self.answers: dict[str, Callable[..., Any]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def paths(self) -> list[str]:
        return [path for path, _query, _body, _headers in self.asked]


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query, body = parse_qs(parts.query), json.loads(raw) if raw else {}
        self.server.asked.append((parts.path, query, body, {**dict(self.headers), "raw": raw}))
        status, content = self.server.answers[parts.path](query, body)
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = _answer  # noqa: N815 - the names are the library's

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.HUIQUN_CHANNELS = ["sms", "wecom", "wecom_robot", "official"]
    settings.WECHAT_API, settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = server.url, "wx1", "app-secret"
    settings.WECHAT_TEMPLATE_ID = "T1"
    settings.WECOM_URL, settings.WECOM_CORP_ID, settings.WECOM_SECRET = server.url, "ww1", "corp-secret"
    settings.WECOM_AGENT_ID = 1000002
    settings.SMS_URL, settings.SMS_SECRET = f"{server.url}/sms", "shared"
    cache.clear()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def deliver(channel: Channel, **person: Any) -> Delivery:
    """One message on its way by this channel; the outbox has been run once."""
    user: User = UserFactory(mobile="13900000000")
    PersonalSettings.objects.create(user=user, language="zh-hans", **person)
    NotificationPreference.objects.create(user=user, group=EventGroup.NEEDS, channels=[channel])
    row = Notification.objects.create(
        recipient=user,
        event="project.ended",
        group=EventGroup.NEEDS,
        key="k",
        parameters={"title": "暑期托管", "number": "HQ-1", "buyer": "示例县总工会"},
        path="/threads/HQ-1/",
    )
    telling._deliver([row], EventGroup.NEEDS, timezone.now())
    jobs.run_due()
    return Delivery.objects.select_related("job").get()


def again(delivery: Delivery) -> Delivery:
    Job.objects.filter(pk=delivery.job_id).update(run_after=timezone.now())
    jobs.run_due()
    return Delivery.objects.select_related("job").get()


class WecomStandIn:
    """The corner of 企业微信 that is spoken to: tokens that end, members it knows."""

    def __init__(self, gateway: Gateway) -> None:
        self.issued = 0
        self.good: set[str] = set()
        self.members = {"zhangsan"}
        self.sent: list[dict[str, Any]] = []
        gateway.answers["/cgi-bin/gettoken"] = self.gettoken
        gateway.answers["/cgi-bin/message/send"] = self.send

    def gettoken(self, query: Any, body: Any) -> Any:
        if query != {"corpid": ["ww1"], "corpsecret": ["corp-secret"]}:
            return 200, {"errcode": 40001, "errmsg": "invalid credential"}
        self.issued += 1
        self.good = {f"token-{self.issued}"}
        return 200, {"errcode": 0, "errmsg": "ok", "access_token": f"token-{self.issued}", "expires_in": 7200}

    def send(self, query: Any, body: Any) -> Any:
        if query["access_token"][0] not in self.good:
            return 200, {"errcode": 42001, "errmsg": "access_token expired"}
        if body["touser"] not in self.members:
            return 200, {"errcode": 81013, "errmsg": "user & party & tag all invalid"}
        self.sent.append(body)
        return 200, {"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": "m1"}


class TestWecom:
    def test_a_message_goes_to_one_member(self, gateway: Gateway) -> None:
        stand_in = WecomStandIn(gateway)
        delivery = deliver(Channel.WECOM, wecom_account="zhangsan")
        assert delivery.sent_at is not None
        (body,) = stand_in.sent
        assert (body["touser"], body["msgtype"], body["agentid"]) == ("zhangsan", "text", 1000002)
        assert "暑期托管" in body["text"]["content"]
        assert f"/workspace/notifications/{delivery.notification_id}/" in body["text"]["content"]
        assert body["enable_duplicate_check"] == 1

    def test_the_token_is_kept(self, gateway: Gateway) -> None:
        stand_in = WecomStandIn(gateway)
        assert wecom.token() == wecom.token() == "token-1"
        assert stand_in.issued == 1

    @pytest.mark.parametrize("code", [40001, 40014, 42001])
    def test_a_token_that_has_ended_is_asked_for_anew(self, gateway: Gateway, code: int) -> None:
        stand_in = WecomStandIn(gateway)
        wecom.token()
        stand_in.good.clear()
        known = stand_in.send

        def send(query: Any, body: Any) -> Any:
            status, answer = known(query, body)
            return status, {**answer, "errcode": code} if answer["errcode"] == 42001 else answer

        gateway.answers["/cgi-bin/message/send"] = send
        assert deliver(Channel.WECOM, wecom_account="zhangsan").sent_at is not None
        assert stand_in.issued == 2
        assert len(stand_in.sent) == 1

    def test_an_unknown_member_fails_with_its_number_and_is_tried_again(self, gateway: Gateway) -> None:
        stand_in = WecomStandIn(gateway)
        delivery = deliver(Channel.WECOM, wecom_account="lisi")
        assert delivery.sent_at is None
        assert delivery.job is not None
        assert "errcode 81013" in delivery.job.last_error
        stand_in.members.add("lisi")
        assert again(delivery).sent_at is not None
        assert len(stand_in.sent) == 1

    def test_a_wrong_secret_is_never_told(self, gateway: Gateway, settings: Any) -> None:
        WecomStandIn(gateway)
        settings.WECOM_SECRET = "wrong-secret"
        delivery = deliver(Channel.WECOM, wecom_account="zhangsan")
        assert delivery.job is not None
        assert "errcode 40001" in delivery.job.last_error
        assert "wrong-secret" not in delivery.job.last_error

    def test_a_long_text_is_cut_between_characters(self) -> None:
        text = wecom._cut("测" * 3000)
        assert len(text.encode()) <= wecom.LONGEST_BYTES
        assert set(text[:-1]) == {"测"}

    def test_a_group_robot(self, gateway: Gateway) -> None:
        gateway.answers["/cgi-bin/webhook/send"] = lambda query, body: (200, {"errcode": 0})
        assert deliver(Channel.WECOM_ROBOT, wecom_robot="693a91f6-7xxx-4bc4-97a0").sent_at is not None
        path, query, body, _headers = gateway.asked[0]
        assert (path, query) == ("/cgi-bin/webhook/send", {"key": ["693a91f6-7xxx-4bc4-97a0"]})
        assert body["msgtype"] == "text"


class TestSms:
    def test_it_is_signed(self, gateway: Gateway) -> None:
        gateway.answers["/sms"] = lambda query, body: (200, {"code": 0})
        delivery = deliver(Channel.SMS)
        assert delivery.sent_at is not None
        _path, _query, body, headers = gateway.asked[0]
        assert body["mobile"] == "13900000000"
        assert body["id"] == f"delivery-{delivery.pk}"
        signed = sms.signature("shared", headers["X-Huiqun-Time"], headers["raw"])
        assert headers["X-Huiqun-Signature"] == signed

    def test_a_second_try_has_the_same_id(self, gateway: Gateway) -> None:
        gateway.answers["/sms"] = lambda query, body: (200, {"code": 7})
        delivery = deliver(Channel.SMS)
        gateway.answers["/sms"] = lambda query, body: (200, {"code": 0})
        assert again(delivery).sent_at is not None
        assert len({body["id"] for _path, _query, body, _headers in gateway.asked}) == 1

    @pytest.mark.parametrize(
        "answer",
        [(500, {}), (302, {}), (200, b"<html>"), (200, b"[]"), (200, {"code": 1}), (200, {})],
        ids=["error", "redirect", "no-json", "no-object", "refused", "says-nothing"],
    )
    def test_what_is_no_success_is_a_failure(self, gateway: Gateway, answer: Any) -> None:
        gateway.answers["/sms"] = lambda query, body: answer
        delivery = deliver(Channel.SMS)
        assert delivery.sent_at is None
        assert delivery.job is not None
        assert "ChannelError" in delivery.job.last_error
        assert gateway.paths() == ["/sms"]

    def test_a_gateway_that_is_away(self, gateway: Gateway, settings: Any) -> None:
        settings.SMS_URL = "http://127.0.0.1:9/sms"
        delivery = deliver(Channel.SMS)
        assert delivery.job is not None
        assert "cannot be reached" in delivery.job.last_error

    def test_without_a_number_nothing_is_sent(self, gateway: Gateway) -> None:
        delivery = deliver(Channel.WECOM)
        assert delivery.dropped == sending.NO_ADDRESS
        assert not gateway.asked

    def test_an_address_that_is_no_web_address_is_refused(self) -> None:
        with pytest.raises(channels.ChannelError):
            channels.base.call("file:///etc/passwd", {})


class OfficialStandIn:
    """The corner of 微信公众号 that is spoken to: tokens that end, followers, a day's calls, repeats dropped."""

    def __init__(self, gateway: Gateway) -> None:
        self.issued, self.good = 0, set[str]()
        self.followers, self.left = {"o-follower"}, 100
        self.sent: dict[str, dict[str, Any]] = {}
        gateway.answers["/cgi-bin/token"] = self.token
        gateway.answers["/cgi-bin/message/template/send"] = self.send
        gateway.answers["/cgi-bin/message/subscribe/bizsend"] = self.send

    def token(self, query: Any, body: Any) -> Any:
        if query != {"grant_type": ["client_credential"], "appid": ["wx1"], "secret": ["app-secret"]}:
            return 200, {"errcode": 40125, "errmsg": "invalid appsecret"}
        self.issued += 1
        self.good = {f"token-{self.issued}"}
        return 200, {"access_token": f"token-{self.issued}", "expires_in": 7200}

    def send(self, query: Any, body: Any) -> Any:
        if query["access_token"][0] not in self.good:
            return 200, {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}
        if body["touser"] not in self.followers:
            return 200, {"errcode": 43004, "errmsg": "require subscribe"}
        if not self.left:
            return 200, {"errcode": 45009, "errmsg": "reach max api daily quota limit"}
        self.sent.setdefault(body.get("client_msg_id", str(len(self.sent))), body)
        return 200, {"errcode": 0, "errmsg": "ok", "msgid": 1}


def follower(openid: str = "o-follower") -> Delivery:
    return deliver(Channel.OFFICIAL, openid=openid, openid_at=timezone.now())


class TestOfficial:
    def test_a_template_message_leads_to_the_message_here(self, gateway: Gateway) -> None:
        stand_in = OfficialStandIn(gateway)
        delivery = follower()
        assert delivery.sent_at is not None
        (body,) = stand_in.sent.values()
        assert (body["touser"], body["template_id"]) == ("o-follower", "T1")
        assert body["client_msg_id"] == f"delivery-{delivery.pk}"
        assert body["url"].endswith(f"/workspace/notifications/{delivery.notification_id}/")
        assert "暑期托管" in body["data"]["thing1"]["value"]
        assert len(body["data"]["thing1"]["value"]) <= official.THING
        assert set(body["data"]) == {"thing1", "time2"}

    def test_a_subscribed_message(self, gateway: Gateway, settings: Any) -> None:
        settings.WECHAT_MESSAGES = "subscribe"
        OfficialStandIn(gateway)
        assert follower().sent_at is not None
        assert gateway.paths()[-1] == "/cgi-bin/message/subscribe/bizsend"
        assert "page" in gateway.asked[-1][2]

    def test_a_token_that_has_ended_is_asked_for_anew(self, gateway: Gateway) -> None:
        stand_in = OfficialStandIn(gateway)
        assert official.token() == official.token() == "token-1"
        stand_in.good.clear()
        assert follower().sent_at is not None
        assert (stand_in.issued, len(stand_in.sent)) == (2, 1)

    def test_who_does_not_follow_is_not_tried_again(self, gateway: Gateway) -> None:
        OfficialStandIn(gateway)
        delivery = follower("o-stranger")
        assert delivery.dropped == sending.UNREACHABLE
        assert delivery.job is not None
        assert delivery.job.state == Job.State.DONE

    def test_a_day_that_is_used_up_waits_for_the_next(self, gateway: Gateway) -> None:
        stand_in = OfficialStandIn(gateway)
        stand_in.left = 0
        delivery = follower()
        assert (delivery.sent_at, delivery.claimed_at, delivery.dropped) == (None, None, "")
        assert delivery.job is not None
        assert timezone.localdate(delivery.job.run_after) == timezone.localdate() + timedelta(days=1)
        stand_in.left = 1
        assert again(delivery).sent_at is not None
        assert len(stand_in.sent) == 1

    def test_a_wrong_secret_is_never_told(self, gateway: Gateway, settings: Any) -> None:
        OfficialStandIn(gateway)
        settings.WECHAT_APP_SECRET = "wrong-secret"
        delivery = follower()
        assert delivery.job is not None
        assert "errcode 40125" in delivery.job.last_error
        assert "wrong-secret" not in delivery.job.last_error

    def test_nothing_goes_to_who_has_bound_nothing(self, gateway: Gateway) -> None:
        OfficialStandIn(gateway)
        assert deliver(Channel.OFFICIAL).dropped == sending.NO_ADDRESS
        assert not gateway.asked


class TestWhatIsCertain:
    """Only what certainly did not go out is tried again by itself."""

    def test_an_answer_that_does_not_come_leaves_it_unknown(self, gateway: Gateway) -> None:
        def hang_up(query: Any, body: Any) -> Any:
            raise ConnectionResetError

        gateway.handle_error = lambda *_of: None  # type: ignore[method-assign] # it is meant to
        gateway.answers["/sms"] = hang_up
        delivery = deliver(Channel.SMS)
        assert delivery.claimed_at is not None
        gateway.answers["/sms"] = lambda query, body: (200, {"code": 0})
        delivery = again(delivery)
        assert (delivery.sent_at, gateway.paths()) == (None, ["/sms"])
        assert delivery.job is not None
        assert delivery.job.state == Job.State.DONE

    def test_a_refusal_is_certain(self, gateway: Gateway) -> None:
        gateway.answers["/sms"] = lambda query, body: (503, {})
        delivery = deliver(Channel.SMS)
        assert delivery.claimed_at is None
        gateway.answers["/sms"] = lambda query, body: (200, {"code": 0})
        assert again(delivery).sent_at is not None


class TestSettings:
    def test_a_channel_needs_its_settings(self) -> None:
        with pytest.raises(Exception, match="SMS_SECRET"):
            environment.channels(
                environment.Environment({"HUIQUN_CHANNELS": "email,sms", "SMS_URL": "https://sms.example.org"})
            )
        with pytest.raises(Exception, match="pigeon"):
            environment.channels(environment.Environment({"HUIQUN_CHANNELS": "pigeon"}))
        assert environment.channels(environment.Environment({})) == ["email"]
