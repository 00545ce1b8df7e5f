"""What PostgreSQL and Redis have in common here: starting once, counting users, stopping last."""

from __future__ import annotations

import abc
import atexit
import fcntl
import hashlib
import importlib.util
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_LIMIT = 95  # bytes; the system allows 103 (macOS) or 107, and PostgreSQL adds ".lock"
FREE_BYTES_NEEDED = 200 * 1024 * 1024
LOCK_SECONDS = 120


class ServiceProblem(Exception):  # noqa: N818 - what the reader is told, not a fault in the code
    """A service could not be started. The text is one plain sentence with a way out."""


def wheel_folder(package: str, *parts: str) -> Path:
    """A folder inside an installed wheel, without importing it (its import asks for a run-time folder)."""
    spec = importlib.util.find_spec(package)
    found = Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None
    if found is None or not found.joinpath(*parts).is_dir():
        raise ServiceProblem(f"The package {package} is not installed here; run: make setup")
    return found.joinpath(*parts)


def socket_folder(var: Path, name: str) -> Path:
    """Where the sockets of ``var`` are: under it, or in the temporary folder where its path is too long."""
    own = var / "run" / name
    if len(os.fsencode(own / SOCKET_NAME)) <= SOCKET_LIMIT:
        return own
    digest = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"huiqun-{os.getuid()}-{digest}" / name
    if len(os.fsencode(short / SOCKET_NAME)) <= SOCKET_LIMIT:
        return short
    return Path("/tmp") / f"huiqun-{os.getuid()}-{digest}" / name  # noqa: S108 - made 0700, its owner checked


def private_folder(path: Path, owner: tuple[int, int] | None) -> None:
    """Makes ``path`` for its owner alone; refuses one that somebody else has put there."""
    path.mkdir(parents=True, exist_ok=True)
    wanted = owner or (os.geteuid(), os.getegid())
    if path.is_symlink() or path.stat().st_uid not in {wanted[0], os.geteuid()}:
        raise ServiceProblem(f"The folder {path} belongs to somebody else; set HUIQUN_VAR to a folder of your own.")
    if path.stat().st_uid != wanted[0]:
        os.chown(path, *wanted)
    path.chmod(0o700)


def tail(path: Path, lines: int = 40) -> str:
    with suppress(OSError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    return ""


class Service(abc.ABC):
    """A server of one ``HUIQUN_VAR``. Every user holds a shared file lock; the last one stops the server."""

    name = ""

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.var = var.resolve()
        self.durable = durable
        self.data = self.var / self.name
        self.sockets = socket_folder(self.var, self.name)
        self._users: int | None = None
        self._pid = 0

    @property
    def in_use(self) -> bool:
        """Whether this process counts as one of its users."""
        return self._users is not None

    @abc.abstractmethod
    def running(self) -> bool:
        """Whether the server answers."""

    @abc.abstractmethod
    def _start(self) -> None:
        """Starts the server and waits until it answers. Raises ServiceProblem."""

    @abc.abstractmethod
    def _stop(self) -> None:
        """Stops the server."""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops this service."""
        folder = self.var / "run"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / f"{self.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ServiceProblem(f"{folder} cannot be written ({error.strerror}); {self._way_out(error)}") from error
        try:
            self._wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _wait_for(self, descriptor: int) -> None:
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise ServiceProblem(
                        f"Another process has been starting {self.name} under {self.var}"
                        f" for {LOCK_SECONDS} s;"
                        " stop it, or set HUIQUN_VAR to another folder."
                    ) from error
                time.sleep(0.05)

    def _way_out(self, error: OSError) -> str:
        if error.errno == 28:  # ENOSPC
            return "make room on the disk, or set HUIQUN_VAR to a folder on another one."
        return "set HUIQUN_VAR to a folder you may write to."

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.var).free
        if free < FREE_BYTES_NEEDED:
            raise ServiceProblem(
                f"The disk that holds {self.var} has only {free // 1048576} MB left and {self.name} needs"
                f" {FREE_BYTES_NEEDED // 1048576} MB; make room,"
                " or set HUIQUN_VAR to a folder on another disk."
            )

    def ensure(self) -> None:
        """Starts the service unless it runs, and counts this process as a user. Cheap when repeated."""
        if self._users is not None:
            return
        with self._alone():
            descriptor = os.open(self._users_file(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            try:
                if not self.running():
                    self._check_space()
                    self._start()
            except BaseException:
                os.close(descriptor)
                # Ctrl-C may come when the server is up but nobody counts as its user yet
                self._stop_if_unused()
                raise
            self._users, self._pid = descriptor, os.getpid()
        atexit.register(self.release)

    def _users_file(self) -> Path:
        return self.var / "run" / f"{self.name}.users"

    def release(self) -> bool:
        """Ends this process's use; the last user stops the service. True if it was stopped."""
        if self._users is None:
            return False
        descriptor, self._users = self._users, None
        atexit.unregister(self.release)
        if self._pid != os.getpid():  # a forked child: its parent counts the use
            os.close(descriptor)
            return False
        with self._alone():
            os.close(descriptor)
            return self._stop_if_unused()

    def _stop_if_unused(self) -> bool:
        """Stops the server unless another process uses it. True if it was stopped. Only while ``_alone``."""
        last = os.open(self._users_file(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(last, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._stop()
        except BlockingIOError:
            return False
        finally:
            os.close(last)
        return True
