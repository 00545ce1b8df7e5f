from __future__ import annotations

from celery import shared_task

from workflows import deadlines, jobs


@shared_task(ignore_result=True)
def run_due_jobs() -> int:
    """Runs the outbox; also sent by beat, so that a job whose wake-up was lost is found."""
    return jobs.run_due()


@shared_task(ignore_result=True)
def fire_deadlines() -> int:
    """Does what time alone brings about. Being late makes nothing late: guards use the database's clock."""
    return deadlines.fire()
