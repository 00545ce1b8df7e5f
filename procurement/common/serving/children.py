"""The processes of the site: the web server and the worker, each in a group of its own, with a log."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from procurement.common.embedded.service import tail
from procurement.common.serving import ServingProblem
from procurement.common.serving.before import stop_group

LOG_BYTES = 5_000_000
LINES_SHOWN = 15


@dataclass
class Child:
    """One process. ``name`` is what people are told, ``command`` what runs (after this Python)."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Starts it away from the terminal, so that Ctrl-C reaches only us and we stop it in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def check(self) -> None:
        """Raises ServingProblem, with the log's last lines, where the process has ended by itself."""
        if self.process is None or self.process.poll() is None:
            return
        raise ServingProblem(
            _("%(name)s has stopped by itself (%(code)s). The last lines of %(log)s:\n%(lines)s")
            % {
                "name": self.name,
                "code": self.process.returncode,
                "log": self.log,
                "lines": tail(self.log, LINES_SHOWN),
            }
        )

    def stop(self) -> None:
        """Ends the process and all it has started."""
        if self.process is None:
            return
        # the leader must be reaped meanwhile, or its group seems alive to the very end
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        stop_group(self.process.pid, seconds=3)
        self.process = None


def web(host: str, port: int, logs: Path) -> Child:
    command = [
        "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "2",
        "--blocking-threads", "4", "--no-ws", "--workers-kill-timeout", "5",
        "procurement.wsgi:application",
    ]  # fmt: skip
    return Child(_("The web server"), command, logs / "web.log")


def worker(run: Path, logs: Path) -> Child:
    command = [
        "-m", "celery", "--app", "procurement.celery", "worker", "--beat", "--concurrency", "2",
        "--schedule", str(run / "beat-schedule"), "--hostname", f"huiqun-{os.getpid()}@%h",
    ]  # fmt: skip
    return Child(_("The worker"), command, logs / "worker.log")
