"""The draft interface of 微信公众号, as its documentation has it: token, uploadimg, add_material, draft/add.

https://developers.weixin.qq.com/doc/offiaccount/ : every answer is JSON; ``errcode`` other than 0 is a refusal.
"""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache

from procurement.accounts.notifications.channels.official import TOKEN_KEY

SECONDS = 20
STALE_TOKEN = {40001, 40014, 42001}
LATER = {-1, 45009, 45011}  # busy, or the day's calls are used up
PICTURE_BYTES, TITLE, DIGEST = 1024 * 1024, 64, 120  # uploadimg: jpg or png below 1 MB


class RefusedError(RuntimeError):
    """The server said no; ``code`` and its own words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}")
        self.code, self.words = code, words


class BusyError(RefusedError):
    """Not now: worth another try later."""


def configured() -> bool:
    return bool(settings.WECHAT_APP_ID and settings.WECHAT_APP_SECRET)


def _answer(request: urllib.request.Request) -> dict[str, Any]:
    try:
        # the address comes from the settings, never from a reader
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            told = json.loads(response.read().decode("utf-8"))
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError) as error:
        raise BusyError(-1, type(error).__name__) from error
    code = int(told.get("errcode") or 0)
    if code:
        kind = BusyError if code in LATER else RefusedError
        raise kind(code, str(told.get("errmsg", ""))[:200])
    return dict(told)


def _request(path: str, query: dict[str, str], data: bytes | None = None, kind: str = "") -> urllib.request.Request:
    headers = {"Content-Type": kind} if kind else {}
    url = f"{settings.WECHAT_API}{path}?{urlencode(query)}"
    return urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 - from the settings


def token(*, fresh: bool = False) -> str:
    """The access token, kept until a little before it runs out."""
    found = None if fresh else cache.get(TOKEN_KEY)
    if found:
        return str(found)
    query = {
        "grant_type": "client_credential",
        "appid": settings.WECHAT_APP_ID,
        "secret": settings.WECHAT_APP_SECRET,
    }
    told = _answer(_request("/cgi-bin/token", query))
    cache.set(TOKEN_KEY, told["access_token"], max(int(told.get("expires_in", 7200)) - 300, 1))
    return str(told["access_token"])


def _call(path: str, data: bytes, kind: str, **query: str) -> dict[str, Any]:
    """With the kept token, and once more with a new one where the server has forgotten it."""
    try:
        return _answer(_request(path, {"access_token": token(), **query}, data, kind))
    except RefusedError as refusal:
        if refusal.code not in STALE_TOKEN:
            raise
    return _answer(_request(path, {"access_token": token(fresh=True), **query}, data, kind))


def _upload(path: str, name: str, data: bytes, **query: str) -> dict[str, Any]:
    boundary = f"huiqun{secrets.token_hex(12)}"
    kind = "image/png" if name.lower().endswith(".png") else "image/jpeg"
    plain = name.encode("ascii", "ignore").decode().replace('"', "") or "picture"
    place = f'Content-Disposition: form-data; name="media"; filename="{plain}"'
    head = f"--{boundary}\r\n{place}\r\nContent-Type: {kind}\r\n\r\n"
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    return _call(path, body, f"multipart/form-data; boundary={boundary}", **query)


def upload_picture(name: str, data: bytes) -> str:
    """A picture of an article's text; returns its address at the server."""
    return str(_upload("/cgi-bin/media/uploadimg", name, data)["url"])


def upload_cover(data: bytes) -> str:
    """The cover, kept among the account's material; returns its ``media_id``."""
    return str(_upload("/cgi-bin/material/add_material", "cover.png", data, type="image")["media_id"])


def add_draft(title: str, digest: str, content: str, cover: str, address: str) -> str:
    """Puts one article among the drafts; returns its ``media_id``. Publishing it is done by a person there."""
    article = {
        "title": title[:TITLE],
        "digest": digest[:DIGEST],
        "content": content,
        "content_source_url": address,
        "thumb_media_id": cover,
        "need_open_comment": 0,
    }
    # as characters, not as \\u escapes: the server counts and keeps those as text
    data = json.dumps({"articles": [article]}, ensure_ascii=False).encode("utf-8")
    return str(_call("/cgi-bin/draft/add", data, "application/json")["media_id"])
