"""Keeping an organisation's own data: every change leaves a record with the old and the new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from procurement.accounts.models import Organisation, OrganisationRecord, User
from workflows.clock import database_now


@transaction.atomic
def change(organisation: Organisation, given: Mapping[str, Any], *, by: User, reason: str = "") -> bool:
    """Writes the fields of ``given``; False where nothing is different.

    Raises ``IntegrityError`` where another hand was faster with the credit code.
    """
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    before = {name: getattr(locked, name) for name in given}
    changed = [name for name in given if before[name] != given[name]]
    if not changed:
        return False
    for name in changed:
        setattr(locked, name, given[name])
    locked.save(update_fields=changed)
    OrganisationRecord.objects.create(
        organisation=locked,
        before={name: before[name] for name in changed},
        after={name: given[name] for name in changed},
        reason=reason,
        by=by,
        at=database_now(),
    )
    return True
