"""One message on its way: signed, sent to the one address that was looked up, no redirect followed, little read."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Any

from procurement.common import sealing
from procurement.opendata.models import Delivery, Webhook
from procurement.opendata.webhooks.addresses import Target, target

SECONDS = 10  # for each answer of the network
LONGEST = 20  # seconds for all of it: who answers a letter at a time is cut off
READ = 500  # of an answer, enough to see what it says


def purpose(subscription: Webhook) -> str:
    return f"huiqun webhook {subscription.pk}"


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over the time, a full stop and the body, as receivers check it."""
    return hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class _Plain(http.client.HTTPConnection):
    """Connects to the IP that was judged; the Host header says the name."""

    def __init__(self, where: Target) -> None:
        super().__init__(where.host, where.port, timeout=SECONDS)
        self._where = where

    def connect(self) -> None:
        self.sock = socket.create_connection((self._where.ip, self._where.port), SECONDS)


class _Secured(_Plain):
    default_port = 443  # so that the Host header names no port where it is the usual one

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._where.host)


def written(delivery: Delivery) -> bytes:
    return json.dumps(delivery.body, ensure_ascii=False, sort_keys=True).encode()


def headers(delivery: Delivery, body: bytes, timestamp: str) -> dict[str, str]:
    subscription = delivery.subscription
    secret = sealing.unwrap_bytes(bytes(subscription.wrapped_secret), purpose(subscription))
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Huiqun-Webhook/1",
        "Huiqun-Event": delivery.event,
        "Huiqun-Delivery": str(delivery.pk),
        "Huiqun-Timestamp": timestamp,
        "Huiqun-Signature": f"v1={signature(secret, timestamp, body)}",
    }


def post(delivery: Delivery) -> tuple[int, str]:
    """Sends the message; the answer's status and the beginning of what it says.

    Raises ``AddressRefused``, ``OSError`` or ``http.client.HTTPException`` where nothing came back.
    """
    where = target(delivery.subscription.url)
    body, timestamp = written(delivery), str(int(time.time()))
    connection: Any = (_Secured if where.scheme == "https" else _Plain)(where)
    end = threading.Timer(LONGEST, _cut_off, [connection])
    end.start()
    try:
        connection.request("POST", where.path, body, headers(delivery, body, timestamp))
        answer = connection.getresponse()
        return answer.status, answer.read(READ).decode("utf-8", errors="replace").replace("\x00", "")
    finally:
        end.cancel()
        connection.close()


def _cut_off(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):  # it may just have ended by itself
        connection.sock.shutdown(socket.SHUT_RDWR)
