"""Which agency may act for which buyer on a day (条例 art 13)."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from procurement.accounts.models import Mandate, Organisation


def in_force(agency: Organisation, buyer: Organisation, on: date) -> QuerySet[Mandate]:
    """Mandates of ``agency`` by ``buyer`` that hold on the day ``on`` and were not ended."""
    return Mandate.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__date__gt=on),
        agency=agency,
        buyer=buyer,
        valid_from__lte=on,
        valid_until__gte=on,
    )
