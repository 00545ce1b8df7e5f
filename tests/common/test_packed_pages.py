"""Kept pages go out packed to whoever can unpack them."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
PATH = "/organisations/"


@pytest.fixture(autouse=True)
def on(settings: Any) -> None:
    settings.PAGE_CACHE = True


@pytest.mark.parametrize("asked", ["gzip", "br, gzip;q=0.8", "GZIP"])
def test_packed_for_who_asks(client: Client, asked: str) -> None:
    plain = client.get(PATH)
    packed = client.get(PATH, headers={"accept-encoding": asked})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    assert int(packed["Content-Length"]) == len(packed.content)
    assert "Accept-Encoding" in packed["Vary"]
    assert packed["ETag"] != plain["ETag"]


@pytest.mark.parametrize("asked", ["", "br", "gzip;q=0", "gzip; q=0.0", "identity"])
def test_plain_for_everybody_else(client: Client, asked: str) -> None:
    client.get(PATH)
    plain = client.get(PATH, headers={"accept-encoding": asked})
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"]
    assert b"</html>" in plain.content


def test_who_has_it_packed_is_told_so(client: Client) -> None:
    headers = {"accept-encoding": "gzip"}
    etag = client.get(PATH, headers=headers)["ETag"]
    assert client.get(PATH, headers=headers | {"if-none-match": etag}).status_code == 304
