"""What is paid, as the budget's pages ask for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from procurement.delivery.models import Payment
from procurement.projects import spending


@spending.source("paid")
def paid(projects: QuerySet[Any]) -> dict[int, Decimal]:
    """Sums of what went out, yuan by project."""
    found = Payment.objects.filter(contract__award__lot__call__project__in=projects.order_by().values("pk"))
    return dict(found.order_by().values_list("contract__award__lot__call__project").annotate(Sum("amount")))
