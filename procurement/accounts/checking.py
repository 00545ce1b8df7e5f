"""The audit administrator's check of the whole log: a job reads it, a page tells how far it is and what it found."""

from __future__ import annotations

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.models import LogCheck, User
from workflows import chain, jobs
from workflows.clock import database_now
from workflows.errors import TransitionBlocked
from workflows.models import Job, TransitionLog
from workflows.reasons import Reason

KIND = "log.check"
KEPT = 200  # faults kept in words; more are only counted
EVERY = 500  # records between two words about the progress


def _key(check: LogCheck) -> str:
    return f"log-check-{check.pk}"


def read_so_far(check: LogCheck) -> int:
    """How many records the job has read."""
    return check.subjects if check.done_at else int(cache.get(_key(check), 0))


def failed(check: LogCheck) -> bool:
    return check.done_at is None and check.job is not None and check.job.state == Job.State.FAILED


@transaction.atomic
def order(*, by: User) -> LogCheck:
    """Leaves a check to a worker. Raises ``TransitionBlocked`` while one is still going."""
    going = LogCheck.objects.select_for_update(of=("self",)).filter(done_at__isnull=True)
    if going.exclude(job__isnull=True).exclude(job__state=Job.State.FAILED).exists():
        raise TransitionBlocked([Reason(_("A check is going on already."), code="going")], act="log.check")
    made = LogCheck.objects.create(ordered_by=by, ordered_at=database_now())
    made.job = jobs.enqueue(KIND, check_id=made.pk)
    made.save(update_fields=["job"])
    return made


@jobs.handler(KIND)
def read(check_id: int) -> None:
    """Reads every chain as ``manage.py verify_log`` does."""
    check = LogCheck.objects.get(pk=check_id)
    if check.done_at is not None:
        return
    seen = 0

    def say(count: int) -> None:
        nonlocal seen
        seen += count
        if seen % EVERY < count:
            cache.set(_key(check), seen, timeout=3600)

    check.faults = []
    for fault in chain.faults(say=say):
        check.fault_count += 1
        if len(check.faults) < KEPT:
            check.faults.append(fault)
    check.rows, check.subjects, check.done_at = TransitionLog.objects.count(), seen, database_now()
    check.save()
