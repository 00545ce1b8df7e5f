"""What bids of different suppliers have in common (P14; 令87 art 37): found after the opening, for people.

Nothing here rejects anybody: two honest bidders may share an address. The panel and the officers see it and ask.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any

from django.db import transaction

from procurement.accounts.models import Membership
from procurement.bids.enums import EVER_OPENED, Likeness
from procurement.bids.models import Attachment, Bid, Similarity
from procurement.calls.models import Call
from workflows import engine
from workflows.clock import act_time

SHORTEST_TEXT = 40  # characters: below it the same words come by themselves
ROWS_FOR_RATIO = 3
Found = tuple[tuple[int, ...], str, dict[str, Any]]


def _plain(text: str) -> str:
    """The same words, however they were typed."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def _shared(bids: list[Bid], what: str, values: Callable[[Bid], Iterable[str]]) -> Iterator[Found]:
    """Groups of bids of different suppliers with a value in common; the value is shown as it was typed."""
    groups: dict[str, dict[int, str]] = defaultdict(dict)
    for bid in bids:
        for value in values(bid):
            if plain := _plain(value):
                groups[plain].setdefault(bid.pk, value)
    suppliers = {bid.pk: bid.supplier_id for bid in bids}
    for group in groups.values():
        if len({suppliers[pk] for pk in group}) > 1:
            shown = next(iter(group.values()))
            yield tuple(sorted(group)), what, {"value": shown[:200]}


def _people(bids: list[Bid]) -> Iterator[Found]:
    staff = Membership.objects.filter(organisation__in={bid.supplier_id for bid in bids}, active=True)
    by_supplier: dict[int, list[Membership]] = defaultdict(list)
    for membership in staff.select_related("user"):
        by_supplier[membership.organisation_id].append(membership)

    def names(bid: Bid) -> list[str]:
        return [f"{one.user} {one.user_id}" for one in by_supplier[bid.supplier_id]]

    def mobiles(bid: Bid) -> list[str]:
        return [one.user.mobile for one in by_supplier[bid.supplier_id] if one.user.mobile]

    yield from _shared(bids, Likeness.PEOPLE, names)
    yield from _shared(bids, Likeness.MOBILE, mobiles)


def _files(bids: list[Bid]) -> Iterator[Found]:
    rows: dict[int, list[Attachment]] = defaultdict(list)
    for attachment in Attachment.objects.filter(envelope__bid__in=bids, opened_at__isnull=False).select_related(
        "envelope"
    ):
        if attachment.envelope:
            rows[attachment.envelope.bid_id].append(attachment)
    names = {row.sha256: row.name for found in rows.values() for row in found}
    for group, what, detail in _shared(bids, Likeness.FILE, lambda bid: [row.sha256 for row in rows[bid.pk]]):
        yield group, what, {"value": names.get(detail["value"], ""), "sha256": detail["value"]}
    yield from _shared(bids, Likeness.AUTHOR, lambda bid: [row.author for row in rows[bid.pk] if row.author])


def _texts(bid: Bid) -> list[str]:
    return [text for text in [*bid.answers.values(), bid.proposal] if len(_plain(text)) >= SHORTEST_TEXT]


def _members(bid: Bid) -> list[str]:
    own = [bid.supplier.code or ""]
    return [*own, *(member.get("code", "") for member in bid.consortium)]


def _unit_prices(bid: Bid) -> dict[str, Decimal]:
    found = {}
    for row in bid.price_table:
        try:
            found[_plain(row["item"])] = Decimal(row["unit_price"])
        except (KeyError, InvalidOperation):
            continue
    return {item: price for item, price in found.items() if price > 0}


def _ratios(bids: list[Bid]) -> Iterator[Found]:
    """Unit prices that differ by one factor in every row: as if one table were made from the other."""
    tables = [(bid, _unit_prices(bid)) for bid in bids]
    for (one, first), (other, second) in combinations(tables, 2):
        items = sorted(set(first) & set(second))
        if one.supplier_id == other.supplier_id or one.lot_id != other.lot_id or len(items) < ROWS_FOR_RATIO:
            continue
        ratios = {(second[item] / first[item]).quantize(Decimal("0.0001")) for item in items}
        if len(ratios) == 1 and len({first[item] for item in items}) > 1:
            yield (one.pk, other.pk), Likeness.PRICES, {"value": f"{ratios.pop():f}", "rows": len(items)}


def look(call: Call) -> list[Found]:
    """Everything the opened bids of ``call`` have in common: (bids, what, detail)."""
    opened = Bid.objects.filter(lot__call=call, state__in=[str(state) for state in EVER_OPENED])
    bids = list(opened.select_related("supplier").order_by("pk"))
    if len({bid.supplier_id for bid in bids}) < 2:
        return []
    return [
        *_shared(bids, Likeness.CONTACT, lambda bid: [bid.supplier.contact]),
        *_shared(bids, Likeness.ADDRESS, lambda bid: [bid.supplier.address]),
        *_people(bids),
        *_shared(bids, Likeness.HEAD, lambda bid: [bid.declared.get("head", "")]),
        *_shared(bids, Likeness.CONTROL, lambda bid: [bid.declared.get("controller", "")]),
        *_shared(bids, Likeness.CONSORTIUM, _members),
        *_files(bids),
        *_shared(bids, Likeness.ANSWER, _texts),
        *_ratios(bids),
    ]


@transaction.atomic
def flag(call: Call, round_: str, *, by: Any, organisation: Any) -> list[Similarity]:
    """Keeps what was found, once, and notes in the call's log that it was looked for."""
    known = {
        (row.what, tuple(sorted(bid.pk for bid in row.bids.all())), str(row.detail.get("value")))
        for row in call.similarities.prefetch_related("bids")
    }
    kept = []
    for pks, what, detail in look(call):
        if (str(what), pks, str(detail.get("value"))) in known:
            continue
        row = Similarity.objects.create(call=call, round=round_, what=what, detail=detail, found_at=act_time())
        row.bids.set(pks)
        kept.append(row)
    engine.note(
        call,
        "compare_bids",
        by=by,
        organisation=organisation,
        round=str(round_),
        found=dict(Counter(str(row.what) for row in kept)),  # whose bids, only panel and officers see
    )
    return kept
