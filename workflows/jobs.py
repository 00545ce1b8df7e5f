"""The outbox: what an act causes outside its transaction, kept as rows so that nothing is lost.

Celery only wakes the runner; a row that was not woken is found by the sweep. Handlers take ids, are
idempotent and hold no rules.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from workflows.models import Job

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
LEASE = timedelta(minutes=5)

Handler = Callable[..., None]
_handlers: dict[str, list[Handler]] = {}
_by_steps: set[Handler] = set()


def handler(kind: str, *, by_steps: bool = False) -> Callable[[Handler], Handler]:
    """Registers a function as one of the handlers of ``kind``; all of a kind's handlers run for each job.

    Each runs in a transaction; one ``by_steps`` runs outside of any, and commits itself what must stand at each step.
    """

    def register(function: Handler) -> Handler:
        if by_steps:
            _by_steps.add(function)
        _handlers.setdefault(kind, []).append(function)
        return function

    return register


def handlers(kind: str) -> list[Handler]:
    return list(_handlers.get(kind, ()))


def enqueue(kind: str, **arguments: Any) -> Job:
    """Leaves a job with the current transaction; it runs after commit, or never if that rolls back."""
    job = Job.objects.create(kind=kind, arguments=arguments, run_after=timezone.now())
    transaction.on_commit(_wake, robust=True)
    return job


def _wake() -> None:
    from workflows.tasks import run_due_jobs

    run_due_jobs.delay()


def _lease() -> Job | None:
    now = timezone.now()
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(state=Job.State.PENDING, run_after__lte=now)
            .filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now))
            .order_by("run_after", "pk")
            .first()
        )
        if job is None:
            return None
        job.leased_until = now + LEASE
        job.attempts += 1
        job.save(update_fields=["leased_until", "attempts"])
    return job


def _run(job: Job) -> None:
    logger.info("job %s starts", job)
    try:
        for function in handlers(job.kind):
            with nullcontext() if function in _by_steps else transaction.atomic():
                function(**job.arguments)
    except Exception:
        # the row keeps the failure and is tried again; one bad job must not stop the others
        logger.exception("job %s failed", job)
        job.last_error = traceback.format_exc()[-4000:]
        job.leased_until = None
        if job.attempts >= MAX_ATTEMPTS:
            job.state = Job.State.FAILED
        else:
            job.run_after = timezone.now() + timedelta(seconds=2**job.attempts)
    else:
        job.state, job.done_at, job.leased_until = Job.State.DONE, timezone.now(), None
    job.save()


def run_due(limit: int = 200) -> int:
    """Runs what is due, oldest first, and returns how many were taken. Safe to run twice at once."""
    for count in range(limit):
        job = _lease()
        if job is None:
            return count
        _run(job)
    return limit
