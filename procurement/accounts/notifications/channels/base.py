"""What every channel does, and how those over HTTP speak: JSON, a time limit, no redirects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from procurement.accounts.models import Notification, User
from procurement.accounts.notifications.events import words

TIMEOUT = 10  # seconds
LARGEST = 64 * 1024  # bytes of an answer that are read


class ChannelError(Exception):
    """A channel could not deliver. The words are shown to administrators: no secret, no address in them.

    ``certain``: it has not gone out, and may be tried again. Otherwise the channel got it and did not say what became
    of it; ``later``: not before that time; ``nowhere``: this person cannot be reached there, until they do something.
    """

    def __init__(self, words: str, *, certain: bool = True, later: datetime | None = None, nowhere: bool = False):
        super().__init__(words)
        self.certain, self.later, self.nowhere = certain, later, nowhere


class Back(Protocol):
    """A channel: the address of a person there (empty: none), and sending messages to it as one.

    ``key`` names the sending: a channel that knows how drops the second of two with the same key.
    """

    def address(self, user: User) -> str: ...

    def send(self, user: User, notifications: Sequence[Notification], *, key: str) -> None: ...


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **more: Any) -> None:
        return None  # a gateway that moved is set anew by whoever runs the site


def link_of(notification: Notification) -> str:
    return f"{settings.HUIQUN_BASE_URL}/workspace/notifications/{notification.pk}/"


def as_text(notifications: Sequence[Notification]) -> str:
    """Plain text of one message or several, with the link of each."""
    parts = []
    for one in notifications:
        title, text = words(one.event, one.parameters)
        parts.append(f"{title}\n{text}\n{link_of(one)}")
    return f"[{settings.SITE_NAME}] " + "\n\n".join(parts)


def call(url: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """POSTs JSON (GETs without a body) and returns the JSON object that comes back. Raises ``ChannelError``."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ChannelError("the address of the gateway is not set, or is no http address")
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    request = Request(  # noqa: S310 - the scheme was looked at
        url, data, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    )
    try:
        with build_opener(_NoRedirects).open(request, timeout=TIMEOUT) as answer:
            found = json.loads(answer.read(LARGEST))
    except HTTPError as error:
        # a gateway before the gateway does not know what the other one did
        raise ChannelError(f"the gateway answered {error.code}", certain=error.code not in (502, 504)) from None
    except URLError as error:  # before the request was out
        raise ChannelError(f"the gateway cannot be reached: {type(error.reason).__name__}") from None
    except ValueError:
        raise ChannelError("the gateway's answer is no JSON", certain=False) from None
    except (OSError, HTTPException) as error:
        # the address may hold a secret: only the kind of failure is told
        raise ChannelError(f"the gateway said nothing: {type(error).__name__}", certain=False) from None
    if not isinstance(found, dict):
        raise ChannelError("the gateway's answer is no JSON object", certain=False)
    return found
