"""Printing many papers at once, on all cores.

Laying out Chinese text is processor work that threads cannot share, so a press prints in processes of its own. They
are forked when the press opens and load the fonts while the caller still does other things; what they print is
composed in the caller, whose transaction they never see.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType
from typing import Self

from procurement.common import pdf


class Press:
    """``with Press() as press: papers = [press.order(make) for make in makers]``; each answer is a future Pdf.

    ``processes``: how many; by default one a core, at most four. With one, or where a process may not have children
    (a Celery worker), papers are printed at once in the caller.
    """

    def __init__(self, processes: int | None = None) -> None:
        allowed = not multiprocessing.current_process().daemon and hasattr(os, "fork")
        self.processes = (processes or min(os.cpu_count() or 1, 4)) if allowed else 1
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        if self.processes > 1:
            self._pool = ProcessPoolExecutor(self.processes, multiprocessing.get_context("fork"))
            for _process in range(self.processes):
                self._pool.submit(pdf.warm_up)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=kind is not None)

    def order(self, make: Callable[[], pdf.Pdf]) -> Future[pdf.Pdf]:
        """Composes the paper ``make`` would render, now, and has it printed; what ``make`` raises is raised here."""
        if self._pool is None:
            done: Future[pdf.Pdf] = Future()
            done.set_result(make())
            return done
        with pdf.composing() as sheets:
            make()
        (sheet,) = sheets
        return self._pool.submit(pdf.print_sheet, sheet)
