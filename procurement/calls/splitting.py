"""W9: one service bought in pieces below the tender threshold (条例 art 28), over all that was called for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from procurement.calls import thresholds
from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call
from procurement.projects.enums import FundSource
from procurement.rules import rulebook


@dataclass(frozen=True)
class Piece:
    """One call of several that together pass the tender threshold; ``together`` in yuan, of ``times`` projects."""

    call: Call
    year: str
    times: int
    together: Decimal
    threshold: Decimal

    @property
    def project(self) -> Any:
        return self.call.project


def pieces(of: Q) -> list[Piece]:
    """Calls of the threads that ``of`` (a filter of ``Call``) selects that W9 warns of, the newest years first.

    As ``guards.not_split`` judges: same buyer, catalogue item and budget line in one year, not by open tender, fiscal
    money, no rehearsal, neither failed nor cancelled. One query, whatever the number of calls.
    """
    found = Call.objects.filter(
        of, published_at__isnull=False, project__rehearsal=False, project__fund_source=FundSource.FISCAL
    ).exclude(Q(method=Method.OPEN_TENDER) | Q(state__in=[CallState.FAILED, CallState.CANCELLED]))
    related = ("project__buyer", "project__catalogue_item", "project__budget_line")
    groups: dict[tuple[int, int, int, int], list[Call]] = defaultdict(list)
    for call in found.select_related(*related).order_by("-published_at", "-pk"):
        year = timezone.localtime(call.published_at).year
        groups[year, call.project.buyer_id, call.project.catalogue_item_id, call.project.budget_line_id].append(call)
    ordered = sorted(groups.items(), key=lambda pair: -pair[0][0])
    return [piece for key, calls in ordered for piece in _split(str(key[0]), calls)]


def _split(year: str, calls: list[Call]) -> Iterator[Piece]:
    budgets = {call.project_id: call.project.budget for call in calls}
    together, last = sum(budgets.values(), Decimal(0)), calls[0]
    at: datetime = last.published_at  # type: ignore[assignment] # only published ones are asked for
    rule = rulebook.find("W9", on=at, region=last.project.buyer.region)
    tender = thresholds.tender_threshold(last.project.buyer, at)
    if rule is None or tender is None or len(budgets) < 2 or together <= tender:
        return
    for call in calls:
        yield Piece(call, year, len(budgets), together, tender)
