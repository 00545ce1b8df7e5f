"""The steps before the site answers: database, tables, static files. Each does only what is due."""

from __future__ import annotations

import hashlib
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.exceptions import BadMigrationError, InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.common import catalogues, embedded
from procurement.common.serving import ServingProblem

Say = Callable[[str], None]


def start_servers() -> None:
    """The embedded database and queue; where addresses are given, those are asked instead."""
    if settings.HUIQUN_EMBEDDED_DATABASE:
        embedded.postgres(settings.HUIQUN_VAR, durable=settings.HUIQUN_ENV != "test").ensure()
    if settings.HUIQUN_EMBEDDED_REDIS:
        embedded.redis(settings.HUIQUN_VAR).ensure()


def translations() -> None:
    try:
        catalogues.compile_stale()
    except catalogues.CatalogueProblem as problem:
        raise ServingProblem(str(problem)) from problem


def migrations_due() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate(say: Say) -> None:
    """Brings the tables up to date. Raises ServingProblem where another version has made them."""
    try:
        due = migrations_due()
        if due:
            say(ngettext("  %(count)d change of the tables", "  %(count)d changes of the tables", due) % {"count": due})
            call_command("migrate", interactive=False, verbosity=0)
    except (DatabaseError, BadMigrationError, InconsistentMigrationHistory) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ServingProblem(
            _(
                "The tables could not be brought up to date (%(reason)s). If the data may go, move %(folder)s"
                " away and start again; or keep it and set HUIQUN_VAR to a new folder."
            )
            % {"reason": first, "folder": settings.HUIQUN_VAR}
        ) from error


def _static_sources() -> Iterator[str]:
    """A line for every static file: where, how long, how old."""
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            yield f"{path} {stat.st_size} {stat.st_mtime_ns}"


def collect_static(say: Say) -> None:
    """Gathers the static files once; again only when one has changed."""
    if settings.DEBUG:
        return  # served from where they lie
    stamp = settings.HUIQUN_VAR / "run" / "static-files"
    lines = "\n".join(sorted(_static_sources()))
    wanted = hashlib.sha256(lines.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted and settings.STATIC_ROOT.is_dir():
        return
    say(_("  gathering %(count)d files") % {"count": lines.count("\n") + 1})
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted)


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own http:// address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_for_pages(address: str, check: Callable[[], None], seconds: float = 60) -> None:
    """Until the site is ready and its home page answers. Raises ServingProblem."""
    until = time.monotonic() + seconds
    for path in ("/readyz", "/"):
        while (status := _status(address + path)) != 200:
            check()
            # not there yet: no answer, or 503; anything else will not mend itself
            if time.monotonic() > until or status not in (0, 503):
                raise ServingProblem(
                    _("%(address)s does not answer as it should (%(status)s); look into %(folder)s.")
                    % {
                        "address": address + path,
                        "status": status or "-",
                        "folder": settings.HUIQUN_VAR / "log",
                    }
                )
            time.sleep(0.1)


def wait_for_worker(check: Callable[[], None], seconds: float = 60) -> None:
    """Until the worker answers through the queue. Raises ServingProblem."""
    from procurement.celery import app

    until = time.monotonic() + seconds
    while not app.control.ping(timeout=2, limit=1):
        check()
        if time.monotonic() > until:
            raise ServingProblem(
                _("The worker does not answer; look into %(folder)s.") % {"folder": settings.HUIQUN_VAR / "log"}
            )
