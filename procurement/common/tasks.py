from __future__ import annotations

from celery import shared_task

from procurement.common import leftovers
from workflows.clock import database_now


@shared_task(ignore_result=True)
def sweep_vault() -> int:
    """Once a night: ciphertext that a killed upload left behind."""
    return leftovers.sweep(database_now())
