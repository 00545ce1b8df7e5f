"""A buyer gives an agency its mandate and takes it back. The row is its own record: it stays as it was agreed."""

from __future__ import annotations

from procurement.accounts.models import Mandate, Organisation, User
from workflows.clock import database_now


def grant(mandate: Mandate, *, by: User, organisation: Organisation) -> Mandate:
    """Saves a new mandate of ``organisation``. Raises ``IntegrityError`` where its number is taken."""
    mandate.buyer, mandate.granted_by, mandate.granted_at = organisation, by, database_now()
    mandate.save(force_insert=True)
    return mandate


def revoke(mandate: Mandate, *, reason: str, by: User) -> bool:
    """Ends a mandate at once, for good; what was done under it stands. False where it was ended before."""
    found = Mandate.objects.filter(pk=mandate.pk, ended_at__isnull=True)
    return bool(found.update(ended_at=database_now(), ended_by=by, end_reason=reason))
