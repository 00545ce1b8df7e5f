"""Text messages: a JSON POST to the gateway of whoever runs the site, signed so that nobody else can send by it.

The gateway gets ``{"id", "mobile", "text"}`` and two headers: ``X-Huiqun-Time``, seconds since 1970, and
``X-Huiqun-Signature``, the hexadecimal HMAC-SHA256 of time, a full stop and the body, with the shared secret.
It answers ``{"code": 0}`` when it took the message; ``id`` is the same in a second
try (docs/operations.md).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import ngettext

from procurement.accounts.models import Notification, User
from procurement.accounts.notifications.channels.base import ChannelError, call, link_of
from procurement.accounts.notifications.events import words

LONGEST = 300  # characters: a handful of message parts


def signature(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


class SmsBack:
    def address(self, user: User) -> str:
        return user.mobile

    def send(self, user: User, notifications: Sequence[Notification], *, key: str) -> None:
        title, _text = words(notifications[0].event, notifications[0].parameters)
        more = len(notifications) - 1
        if more:
            title += " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
        link = link_of(notifications[0]) if not more else f"{settings.HUIQUN_BASE_URL}/workspace/notifications/"
        body = {"id": key, "mobile": user.mobile, "text": f"【{settings.SITE_NAME}】{title[:LONGEST]} {link}"}
        moment = str(int(time.time()))
        signed = signature(settings.SMS_SECRET, moment, json.dumps(body, ensure_ascii=False).encode())
        answer = call(settings.SMS_URL, body, {"X-Huiqun-Time": moment, "X-Huiqun-Signature": signed})
        if answer.get("code") != 0:
            raise ChannelError(f"the text message gateway answered with code {str(answer.get('code'))[:20]}")
