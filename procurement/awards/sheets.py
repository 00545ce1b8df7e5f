"""A member's own sheet as the page shows it and as it is typed: every bid of a lot beside the others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procurement.awards import actions
from procurement.awards.models import Panel, Score, Seat
from procurement.awards.results import computed_points
from procurement.bids.enums import STILL_IN
from procurement.bids.models import Bid
from procurement.calls.enums import CriterionKind
from procurement.calls.models import Criterion, Lot

TYPED = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
LONGEST = 20  # characters of a cell that are looked at


class NotPoints(ValueError):  # noqa: N818 - says what was typed
    """What was typed is no score; the message says what is."""


def figure(value: Decimal) -> str:
    """16.50 as people write it: 16.5."""
    return f"{value.normalize():f}"


def parse(typed: str, criterion: Criterion) -> Decimal | None:
    """Points as typed, full-width digits too; nothing typed is no score yet. Raises ``NotPoints``."""
    text = unicodedata.normalize("NFKC", typed[:LONGEST]).strip()
    if not text:
        return None
    if len(typed) > LONGEST or not TYPED.fullmatch(text):
        raise NotPoints(
            _("“%(name)s”: a number from 0 to %(weight)s, with two decimals at most.")
            % {"name": criterion.name, "weight": figure(criterion.weight)}
        )
    points = Decimal(text)
    if points > criterion.weight:
        raise NotPoints(
            _("“%(name)s”: %(value)s points; it must be between 0 and %(weight)s.")
            % {"name": criterion.name, "value": text, "weight": figure(criterion.weight)}
        )
    return points


@dataclass
class Cell:
    """One input: one bid, one judged criterion."""

    bid: Bid
    criterion: Criterion
    typed: str = ""
    answer: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        return f"b{self.bid.pk}_{self.criterion.pk}"


@dataclass
class Row:
    """One criterion across all bids: inputs where the panel judges, computed points where it does not."""

    criterion: Criterion
    cells: list[Cell] = field(default_factory=list)
    computed: list[tuple[Bid, str, Decimal | None]] = field(default_factory=list)

    @property
    def judged(self) -> bool:
        return self.criterion.kind == CriterionKind.JUDGED


@dataclass
class Table:
    """One lot: bids as columns, criteria as rows, and each bid's running total."""

    lot: Lot
    bids: list[Bid]
    rows: list[Row]
    totals: list[tuple[Bid, Decimal]] = field(default_factory=list)


def living(panel: Panel) -> list[Bid]:
    """The bids this panel scores, in the order of their columns."""
    bids = Bid.objects.filter(lot__call=panel.call_id, lot__failed_reason="", state__in=[str(s) for s in STILL_IN])
    return list(bids.select_related("supplier", "lot__call").order_by("lot", "pk"))


def _offered(bid: Bid, criterion: Criterion) -> str:
    if criterion.kind == CriterionKind.PRICE:
        return f"{bid.price:,.2f}" if bid.price is not None else ""
    return str(bid.quantities.get(criterion.code, "0"))


def tables(panel: Panel, seat: Seat, typed: Mapping[str, str] | None = None) -> list[Table]:
    """The whole sheet of one seat, from a fixed number of queries; ``typed`` replaces what is saved."""
    bids, criteria = living(panel), list(panel.call.criteria.all())
    rows = Score.objects.filter(sheet__seat=seat).values_list("sheet__bid", "criterion", "points")
    saved = {(bid, criterion): points for bid, criterion, points in rows}
    found = []
    for lot in dict.fromkeys(bid.lot for bid in bids):
        column = [bid for bid in bids if bid.lot_id == lot.pk]
        computed = computed_points(column, criteria)
        table = Table(lot, column, [_row(c, column, saved, computed, typed) for c in criteria])
        for bid in column:
            own = [saved[bid.pk, c.pk] for c in criteria if (bid.pk, c.pk) in saved]
            table.totals.append((bid, sum([*own, *computed[bid.pk].values()], Decimal(0))))
        found.append(table)
    return found


def _row(
    criterion: Criterion,
    bids: list[Bid],
    saved: Mapping[tuple[int, int], Decimal],
    computed: Mapping[int, Mapping[str, Decimal]],
    typed: Mapping[str, str] | None,
) -> Row:
    row = Row(criterion)
    for bid in bids:
        if not row.judged:
            row.computed.append((bid, _offered(bid, criterion), computed[bid.pk].get(criterion.code)))
            continue
        points = saved.get((bid.pk, criterion.pk))
        answers = getattr(bid, "answers", None) or {}
        cell = Cell(bid, criterion, figure(points) if points is not None else "", str(answers.get(criterion.code, "")))
        if typed is not None:
            cell.typed = typed.get(cell.name, "")[:LONGEST]
            try:
                parse(typed.get(cell.name, ""), criterion)
            except NotPoints as error:
                cell.error = str(error)
        row.cells.append(cell)
    return row


def cells(found: list[Table]) -> list[Cell]:
    return [cell for table in found for row in table.rows for cell in row.cells]


@transaction.atomic
def save(panel: Panel, bid: Bid, given: Mapping[str, Decimal | None], *, by: Any) -> None:
    """Saves points by criterion code; ``None`` takes a score back. Refused once the sheet is signed."""
    actions.save_scores(panel, bid, {code: points for code, points in given.items() if points is not None}, by=by)
    emptied = [code for code, points in given.items() if points is None]
    if emptied:
        Score.objects.filter(sheet__seat__user=by, sheet__seat__panel=panel, sheet__bid=bid).filter(
            criterion__code__in=emptied
        ).delete()


@transaction.atomic
def save_all(panel: Panel, found: list[Table], *, by: Any) -> None:
    """The whole sheet as typed, or nothing of it."""
    for bid in {cell.bid.pk: cell.bid for cell in cells(found)}.values():
        own = [cell for cell in cells(found) if cell.bid.pk == bid.pk]
        save(panel, bid, {cell.criterion.code: parse(cell.typed, cell.criterion) for cell in own}, by=by)
