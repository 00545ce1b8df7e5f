"""What is contracted, as the budget's pages ask for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from procurement.contracts.enums import ContractState
from procurement.contracts.models import Contract
from procurement.projects import spending

NOT_SIGNED = (ContractState.DRAFTED, ContractState.AGREED)


@spending.source("contracted")
def contracted(projects: QuerySet[Any]) -> dict[int, Decimal]:
    """Amounts of signed contracts that were not terminated, yuan by project."""
    signed = Contract.objects.filter(award__lot__call__project__in=projects.order_by().values("pk"))
    signed = signed.exclude(state__in=[*NOT_SIGNED, ContractState.TERMINATED])
    return dict(signed.order_by().values_list("award__lot__call__project").annotate(Sum("amount")))
