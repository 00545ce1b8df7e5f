"""The site's own processes on a test's database, to be spoken to over a socket and to be killed."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 90
CSRF = "c" * 32  # a secret of our own choosing: cookie and field agree, that is all that is asked


def environment(**more: str) -> dict[str, str]:
    """Settings of the tests, on this test's own database."""
    if not settings.HUIQUN_EMBEDDED_DATABASE:
        pytest.skip("the address of a given database is not taken apart here")
    facts = connection.get_connection_params()
    address = f"postgres://{facts['user']}@/{facts['dbname']}?host={quote(str(facts['host']), safe='')}"
    return {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "procurement.settings.test", **more}


class Process:
    """A process in a group of its own; ``kill`` is -9 for all of it."""

    def __init__(self, command: list[str], log: Path, **more: str) -> None:
        self.log = log
        with log.open("ab") as stream:
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, *command],
                cwd=ROOT,
                env=environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def processor_seconds(self) -> float:
        """What the process and all it has started have used of the processor so far (Linux; 0 elsewhere)."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:  # it has just ended
                continue
            if int(fields[2]) == self.process.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        if self.alive():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def web(
    log: Path, *, workers: int = 1, application: str = "procurement.wsgi:application", **more: str
) -> Iterator[tuple[Process, int]]:
    """A web server as ``make demo`` starts it; yields it and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--backlog", "1024", "--no-ws", application,
    ]  # fmt: skip
    process = Process(command, log, **more)
    try:
        _wait(process, port)
        yield process, port
    finally:
        process.stop()


def _wait(process: Process, port: int) -> None:
    until = time.monotonic() + READY_SECONDS
    while True:
        assert process.alive(), process.said()
        assert time.monotonic() < until, process.said()
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            asked.request("GET", "/healthz")
            if asked.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)


class Visitor:
    """Somebody logged in, before a server of ours."""

    def __init__(self, port: int, user: object) -> None:
        self.port = port
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)  # type: ignore[attr-defined]
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()  # type: ignore[attr-defined]
        session.save()
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF}"

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, str]:
        """Status, where it leads to, and the page; ``headers`` with underscores for hyphens."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        asked.request(method, path, body=body, headers={"Cookie": self.cookies, "X-CSRFToken": CSRF} | given)
        answer = asked.getresponse()
        page = answer.read().decode(errors="replace")
        asked.close()
        return answer.status, answer.getheader("Location") or "", page

    def get(self, path: str) -> tuple[int, str, str]:
        return self.send("GET", path)

    def post(self, path: str, **form: str) -> tuple[int, str, str]:
        body = urlencode(form).encode()
        return self.send("POST", path, body, Content_Type="application/x-www-form-urlencoded")
