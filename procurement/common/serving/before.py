"""What must be true before the first step: one start at a time, a free port, room on the disk."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from procurement.common.embedded.process import command_of
from procurement.common.serving import ServingProblem

FREE_BYTES_NEEDED = 500 * 1024 * 1024
STOP_SECONDS = 10


def check_space(var: Path) -> None:
    """Raises ServingProblem where the disk of ``var`` is too full for a database to live on."""
    free = shutil.disk_usage(var).free
    if free < FREE_BYTES_NEEDED:
        raise ServingProblem(
            _(
                "The disk that holds %(folder)s has only %(free)d MB left; the site needs %(needed)d MB."
                " Make room, or set HUIQUN_VAR to a folder on another disk."
            )
            % {"folder": var, "free": free // 1048576, "needed": FREE_BYTES_NEEDED // 1048576}
        )


def check_port(host: str, port: int) -> None:
    """Raises ServingProblem where something else listens on ``port``, or it may not be used."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # as servers do: a connection that is only fading away is no reason to refuse
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError:
            raise ServingProblem(_("HUIQUN_PORT must be between 1 and 65535.")) from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                text = _("Port %(port)d is in use by another program. Choose another one: %(command)s")
            else:
                text = _("Port %(port)d may not be used here. Choose another one: %(command)s")
            other = port + 1 if 1024 <= port < 65535 else 8001
            command = f"HUIQUN_PORT={other} make demo"
            raise ServingProblem(text % {"port": port, "command": command}) from None


@dataclass
class Place:
    """The file that names the running demo of one ``HUIQUN_VAR``, and the lock that says it is alive."""

    var: Path

    @property
    def file(self) -> Path:
        return self.var / "run" / "demo.json"

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Holds the place. The system lets go of the lock however the process ends."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ServingProblem(self._already()) from None
            yield
        finally:
            os.close(descriptor)

    def _already(self) -> str:
        known = self.read()
        return _(
            "The demo of %(folder)s is running already (process %(pid)s, %(address)s)."
            " Stop it with Ctrl-C there, or start a second one beside it: %(command)s"
        ) % {
            "folder": self.var,
            "pid": known.get("pid", "?"),
            "address": known.get("address", "?"),
            "command": "HUIQUN_VAR=var2 HUIQUN_PORT=8001 make demo",
        }

    def read(self) -> dict[str, Any]:
        try:
            known = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def write(self, address: str, children: dict[str, int]) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps({"pid": os.getpid(), "address": address, "children": children}))
        fresh.replace(self.file)

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)

    def stop_leftovers(self) -> list[str]:
        """Stops what an earlier start that was cut off left running; their names."""
        stopped = []
        children = self.read().get("children")
        for name, pid in children.items() if isinstance(children, dict) else ():
            if isinstance(pid, int) and _is_ours(pid) and stop_group(pid):
                stopped.append(str(name))
        self.forget()
        return stopped


def _is_ours(pid: int) -> bool:
    """Whether the process is one of the site's: by now the number may be another program's."""
    return pid > 1 and "procurement" in command_of(pid)


def stop_group(leader: int, seconds: float = STOP_SECONDS) -> bool:
    """Ends a process group: asks first, then insists. True if there was one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGTERM)
        until = time.monotonic() + seconds
        with suppress(ProcessLookupError):
            while time.monotonic() < until:
                os.killpg(leader, 0)
                time.sleep(0.05)
            os.killpg(leader, signal.SIGKILL)
        return True
    return False
