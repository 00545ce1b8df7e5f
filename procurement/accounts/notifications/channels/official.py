"""微信公众号: messages of the site's official account to people who follow it and have bound themselves (binding.py).

``GET cgi-bin/token`` gives an access token for some two hours; the articles an editor puts among the account's drafts
use the same one, for a new token ends the old. ``POST cgi-bin/message/template/send`` sends a template message
(模板消息), ``POST cgi-bin/message/subscribe/bizsend`` a subscribed one (订阅通知). ``errcode`` 0 is success.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from procurement.accounts.models import Notification, User
from procurement.accounts.notifications.channels.base import ChannelError, call, link_of
from procurement.accounts.notifications.events import words

TOKEN_KEY = "wechat-token"  # noqa: S105 - where it is kept
EARLIER = 300  # seconds before its end that a token is no longer used
TOKEN_IS_OVER = {40001, 40014, 42001}
NOT_THERE = {40003, 43004, 43101}  # no such follower; does not follow; refuses messages
USED_UP, TOO_FAST = {45009, 45047}, {-1, 45011}
THING, DAY_ENDS = 20, timedelta(minutes=5)  # letters of a "thing"; after midnight the day's calls begin anew
PATHS = {"template": "message/template/send", "subscribe": "message/subscribe/bizsend"}


def address_of(path: str, **query: str) -> str:
    return f"{settings.WECHAT_API}/{path}?{urlencode(query)}"


def checked(answer: dict[str, Any], what: str) -> dict[str, Any]:
    """Raises ``ChannelError`` with the number of the refusal; its words (errmsg) can repeat what was sent."""
    code = int(answer.get("errcode") or 0)
    if code:
        now = timezone.localtime()
        later: datetime | None = None
        if code in USED_UP:
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            later = midnight + timedelta(days=1) + DAY_ENDS
        elif code in TOO_FAST:
            later = now + timedelta(minutes=1)
        raise ChannelError(f"WeChat refused {what}: errcode {code}", later=later, nowhere=code in NOT_THERE)
    return answer


def token(*, fresh: bool = False) -> str:
    """The account's access token, asked for anew when it is about to end or ``fresh`` is wanted."""
    kept = None if fresh else cache.get(TOKEN_KEY)
    if kept:
        return str(kept)
    query = {"grant_type": "client_credential", "appid": settings.WECHAT_APP_ID, "secret": settings.WECHAT_APP_SECRET}
    answer = checked(call(address_of("cgi-bin/token", **query)), "the token")
    found = str(answer.get("access_token", ""))
    if not found:
        raise ChannelError("WeChat gave no token")
    cache.set(TOKEN_KEY, found, max(int(answer.get("expires_in", 7200)) - EARLIER, 1))
    return found


def _data(notifications: Sequence[Notification]) -> dict[str, dict[str, str]]:
    """The template's fields in their order: what happened, in as many letters as the field takes, and when."""
    title, _text = words(notifications[0].event, notifications[0].parameters)
    more = len(notifications) - 1
    title = f"{title} (+{more})" if more else title
    thing, moment = (*settings.WECHAT_TEMPLATE_FIELDS, "", "")[:2]
    found = {thing: {"value": title if len(title) <= THING else f"{title[: THING - 1]}…"}}
    if moment:
        at = timezone.localtime(max(one.created_at for one in notifications))
        found[moment] = {"value": f"{at:%Y-%m-%d %H:%M}"}
    return found


class OfficialBack:
    """One message a person; a digest leads to the list. The account drops the second of two with the same key."""

    def address(self, user: User) -> str:
        found = getattr(user, "personal_settings", None)
        return found.openid if found else ""

    def send(self, user: User, notifications: Sequence[Notification], *, key: str) -> None:
        several = len(notifications) > 1
        link = f"{settings.HUIQUN_BASE_URL}/workspace/notifications/" if several else link_of(notifications[0])
        message: dict[str, Any] = {
            "touser": self.address(user),
            "template_id": settings.WECHAT_TEMPLATE_ID,
            "data": _data(notifications),
        }
        if settings.WECHAT_MESSAGES == "template":
            message |= {"url": link, "client_msg_id": key}
        else:
            message["page"] = link
        path = f"cgi-bin/{PATHS[settings.WECHAT_MESSAGES]}"
        answer = call(address_of(path, access_token=token()), message)
        if answer.get("errcode") in TOKEN_IS_OVER:
            answer = call(address_of(path, access_token=token(fresh=True)), message)
        checked(answer, "the message")
