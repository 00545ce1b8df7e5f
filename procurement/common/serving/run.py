"""From nothing to a site that answers, and back: what `manage.py serve_demo` does."""

from __future__ import annotations

import errno
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from procurement.common import embedded
from procurement.common.serving import ServingProblem, before, children, steps
from procurement.common.serving.table import table

HOST = "127.0.0.1"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_EVERY = 0.3  # seconds between two looks at the processes

Say = Callable[[str], None]


class Stopped(BaseException):
    """Ctrl-C, a polite kill, or the terminal was closed. Not an Exception: nothing may swallow it."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Turns the first of the signals into ``Stopped``; the others are ignored, the end is under way."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    earlier = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


class Demo:
    """One run of the site. ``say`` takes a line for the reader."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self.var = settings.HUIQUN_VAR
        self.port = settings.HUIQUN_PORT
        self.address = f"http://{HOST}:{self.port}"
        self.children: list[children.Child] = []

    def say(self, line: str) -> None:
        with suppress(OSError):  # the terminal may be gone; stopping goes on without it
            self._say(line)

    def run(self) -> None:
        """Until it is stopped. Raises ServingProblem where it cannot start or a process dies."""
        with stoppable(), suppress(Stopped):
            try:
                with before.Place(self.var).taken():
                    self._look_before()
                    with self._ended():
                        self._start()
                        self._watch()
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
                    raise
                raise ServingProblem(
                    _("%(file)s cannot be written (%(reason)s). Mend that, or set HUIQUN_VAR to another folder.")
                    % {"file": error.filename or self.var, "reason": error.strerror}
                ) from error

    def _step(self, text: str, work: Callable[[], object]) -> None:
        self.say(text)
        began = time.monotonic()
        work()
        took = time.monotonic() - began
        if took >= 1:
            self.say(_("  done in %(seconds).0f s") % {"seconds": took})

    def _look_before(self) -> None:
        place = before.Place(self.var)
        for name in place.stop_leftovers():
            self.say(_("An earlier start was cut off; stopped what it left running: %(name)s") % {"name": name})
        before.check_port(HOST, self.port)
        before.check_space(self.var)
        place.write(self.address, {})

    def _start(self) -> None:
        place = before.Place(self.var)
        self._step(_("Database and queue"), steps.start_servers)
        self._step(_("Translations"), steps.translations)
        self._step(_("Database tables"), lambda: steps.migrate(self.say))
        self._step(_("Static files"), lambda: steps.collect_static(self.say))
        self._step(_("Demo data (some minutes the first time)"), lambda: call_command("demo"))
        self.children = [
            children.worker(self.var / "run", self.var / "log"),
            children.web(HOST, self.port, self.var / "log"),
        ]
        for child in self.children:
            child.start()
            place.write(self.address, {each.name: each.pid for each in self.children if each.pid})
        self._step(_("Web server"), lambda: steps.wait_for_pages(self.address, self._check))
        self._step(_("Worker"), lambda: steps.wait_for_worker(self._check))
        for line in welcome(self.address):
            self.say(line)

    def _watch(self) -> None:
        while True:
            self._check()
            time.sleep(LOOK_EVERY)

    def _check(self) -> None:
        for child in self.children:
            child.check()

    @contextmanager
    def _ended(self) -> Iterator[None]:
        """Whatever happens, everything that was started ends, the last one first."""
        try:
            yield
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self.say(_("Stopping …"))
            with ExitStack() as stack:
                stack.callback(before.Place(self.var).forget)
                stack.callback(embedded.release_all)
                for child in self.children:
                    stack.callback(child.stop)
            self.say(_("Everything has stopped; the data stays in %(folder)s.") % {"folder": self.var})


def welcome(address: str) -> list[str]:
    """The address, and who may log in."""
    demo = import_module(settings.HUIQUN_DEMO)
    rows = [(login.title, login.username) for login in demo.LOGINS]
    return [
        "",
        _("The site: %(address)s") % {"address": address},
        _("Log in at %(address)s with any of these, password %(password)s")
        % {"address": f"{address}/accounts/login/", "password": demo.PASSWORD},
        "",
        *table([_("Role"), _("User name")], rows),
        "",
        _("Ctrl-C stops it; the data stays in %(folder)s.") % {"folder": settings.HUIQUN_VAR},
    ]
