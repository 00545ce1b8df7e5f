"""企业微信 (WeCom), by its documented protocol: an application's messages to one member, and a group's robot.

``GET cgi-bin/gettoken?corpid&corpsecret`` gives an access token for some two hours; ``POST cgi-bin/message/send``
sends a text to ``touser`` for ``agentid``. ``errcode`` 0 is success; 40014 and 42001 say that the token is no longer
good, 45009 that too much was sent. The robot has a key of its own in ``POST cgi-bin/webhook/send?key``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache

from procurement.accounts.models import Notification, User
from procurement.accounts.notifications.channels.base import ChannelError, as_text, call

TOKEN_IS_OVER = {40001, 40014, 42001}
LONGEST_BYTES = 2048  # of a text, by the protocol
SAME_MESSAGE_SECONDS = 4 * 3600  # the longest time WeCom itself drops a repeated message, by the protocol
EARLIER = 120  # seconds before its end that a token is no longer used


def _address(path: str, **query: str) -> str:
    return f"{settings.WECOM_URL}/cgi-bin/{path}?{urlencode(query)}"


def _cache_key() -> str:
    return f"wecom-token-{settings.WECOM_CORP_ID}-{settings.WECOM_AGENT_ID}"


def _checked(answer: dict[str, Any], what: str) -> dict[str, Any]:
    code = answer.get("errcode", 0)
    if code != 0:
        # its words (errmsg) can repeat what was sent; the number says enough
        raise ChannelError(f"WeCom refused {what}: errcode {str(code)[:12]}")
    return answer


def token(*, fresh: bool = False) -> str:
    """The application's access token, asked for anew when it is about to end or ``fresh`` is wanted."""
    kept = None if fresh else cache.get(_cache_key())
    if kept:
        return str(kept)
    answer = _checked(
        call(_address("gettoken", corpid=settings.WECOM_CORP_ID, corpsecret=settings.WECOM_SECRET)), "the token"
    )
    found, seconds = str(answer.get("access_token", "")), int(answer.get("expires_in", 0))
    if not found:
        raise ChannelError("WeCom gave no token")
    if seconds > EARLIER:
        cache.set(_cache_key(), found, seconds - EARLIER)
    return found


def _cut(text: str) -> str:
    """At most as many bytes as WeCom takes, without half a character."""
    raw = text.encode()
    return text if len(raw) <= LONGEST_BYTES else raw[: LONGEST_BYTES - 3].decode(errors="ignore") + "…"


def _accounts(user: User) -> Any:
    return getattr(user, "personal_settings", None)


class WecomBack:
    """Messages of an application of the site's own enterprise to one member."""

    def address(self, user: User) -> str:
        found = _accounts(user)
        return found.wecom_account if found else ""

    def send(self, user: User, notifications: Sequence[Notification], *, key: str) -> None:
        message = {
            "touser": self.address(user),
            "msgtype": "text",
            "agentid": settings.WECOM_AGENT_ID,
            "text": {"content": _cut(as_text(notifications))},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": SAME_MESSAGE_SECONDS,
        }
        answer = call(_address("message/send", access_token=token()), message)
        if answer.get("errcode") in TOKEN_IS_OVER:
            answer = call(_address("message/send", access_token=token(fresh=True)), message)
        _checked(answer, "the message")
        if answer.get("invaliduser"):
            raise ChannelError("WeCom knows no such account")


class RobotBack:
    """A robot in a group of WeCom, by the key that its owner copied from there."""

    def address(self, user: User) -> str:
        found = _accounts(user)
        return found.wecom_robot if found else ""

    def send(self, user: User, notifications: Sequence[Notification], *, key: str) -> None:
        message = {"msgtype": "text", "text": {"content": _cut(as_text(notifications))}}
        _checked(call(_address("webhook/send", key=self.address(user)), message), "the robot's message")
