"""Asking a server many times over kept connections, and what that costs the processor. Linux's /proc is read."""

from __future__ import annotations

import os
import selectors
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import connection

from procurement.common import embedded
from tests.processes import Process

TICKS = os.sysconf("SC_CLK_TCK")
OWN = "Authorization: none\r\n"  # an answer to whoever says who they are is made anew, and kept for nobody


@dataclass(frozen=True)
class Rate:
    """What came of one load: requests a second, and milliseconds of processor a request, by who used them."""

    requests: int
    seconds: float
    web: float
    database: float
    cache: float

    @property
    def a_second(self) -> float:
        return self.requests / self.seconds

    @property
    def processor(self) -> float:
        return self.web + self.database + self.cache


def _stat(pid: int | str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:  # it has just ended
        return []


def database_seconds() -> float:
    """What the database server and its processes have used so far, those that ended included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        master = int(_stat(cursor.fetchone()[0])[1])
    ticks = sum(int(value) for value in _stat(master)[11:15])
    for path in Path("/proc").glob("[0-9]*"):
        fields = _stat(path.name)
        if fields and int(fields[1]) == master:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def cache_seconds() -> float:
    """What Redis has used so far."""
    if not embedded.redis(settings.HUIQUN_VAR).in_use:
        return 0.0
    facts = caches["default"]._cache.get_client().info("cpu")  # type: ignore[attr-defined]
    return float(facts["used_cpu_user"]) + float(facts["used_cpu_sys"])


def memory(server: Process) -> int:
    """Bytes the server's processes hold (resident)."""
    pages = 0
    for path in Path("/proc").glob("[0-9]*"):
        fields = _stat(path.name)
        if fields and int(fields[2]) == server.process.pid:
            pages += int(fields[21])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _request(path: str, extra: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: zh-CN\r\n{extra}\r\n".encode()


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.index(b"content-length:") + 15
    return int(lower[at : lower.index(b"\r\n", at)])


class _Line:
    """One kept connection with one question under way."""

    def __init__(self, port: int, question: bytes) -> None:
        self.socket, self.question, self.got = socket.create_connection(("127.0.0.1", port)), question, b""
        self.wanted = 0
        self.ask()

    def ask(self) -> None:
        self.got, self.wanted = b"", 0
        self.socket.sendall(self.question)

    def answered(self) -> bool:
        """Takes what has come; true once the answer is whole. Anything but 200 fails."""
        piece = self.socket.recv(1 << 18)
        assert piece, "the server closed the connection"
        self.got += piece
        if not self.wanted:
            end = self.got.find(b"\r\n\r\n")
            if end < 0:
                return False
            assert self.got.startswith(b"HTTP/1.1 200"), self.got[:300]
            self.wanted = end + 4 + _length(self.got[:end] + b"\r\n")
        return len(self.got) >= self.wanted


def load(server: Process, port: int, path: str, *, seconds: float = 2.0, lines: int = 8, extra: str = "") -> Rate:
    """Asks for ``path`` over several connections for some seconds, after having asked once on each."""
    chosen = selectors.DefaultSelector()
    for _number in range(lines):
        line = _Line(port, _request(path, extra))
        chosen.register(line.socket, selectors.EVENT_READ, line)
    _turn(chosen, time.monotonic() + 0.5)
    used = [server.processor_seconds(), database_seconds(), cache_seconds()]
    started = time.monotonic()
    count = _turn(chosen, started + seconds)
    spent = time.monotonic() - started
    now = [server.processor_seconds(), database_seconds(), cache_seconds()]
    for key in list(chosen.get_map().values()):
        key.data.socket.close()
    web, database, cache = ((after - before) / count * 1000 for before, after in zip(used, now, strict=True))
    return Rate(count, spent, web, database, cache)


def _turn(chosen: selectors.BaseSelector, until: float) -> int:
    count = 0
    while time.monotonic() < until or not count:
        for key, _events in chosen.select(timeout=60):
            if key.data.answered():
                count += 1
                key.data.ask()
    return count
