"""What experts declare: where they worked, and what ties them to an organisation."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from procurement.accounts.models import Employment, Interest, User
from workflows.clock import database_now


@transaction.atomic
def declare(interest: Interest, *, by: User) -> Interest:
    """Keeps a declared interest with its time."""
    interest.expert, interest.declared_at = by, database_now()
    interest.save()
    return interest


def withdraw(interest: Interest) -> bool:
    """It no longer holds; the row stays. False where it was withdrawn before."""
    return bool(Interest.objects.filter(pk=interest.pk, withdrawn_at=None).update(withdrawn_at=database_now()))


def end(employment: Employment, day: date) -> bool:
    """Says when an employment ended, once: it counts for three more years (P13), so the day cannot be changed."""
    return bool(Employment.objects.filter(pk=employment.pk, ended=None, started__lte=day).update(ended=day))
