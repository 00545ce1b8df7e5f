"""What the sections of a case file must agree on. Judgements about law are the acts' and not made here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from procurement.calls.enums import WITH_FINAL_OFFERS, CriterionKind
from procurement.cases import schema
from procurement.cases.reading.tree import shown, step
from procurement.cases.schema import CaseError

STAGES = ("call", "bids", "panel", "sheets", "award", "contract", "delivery", "evaluation")
AFTER_OPENING = STAGES[2:]
AFTER_FAILURE = STAGES[4:]


def stages(there: Mapping[str, Any], ends: schema.Ends | None) -> None:
    """Every section without ``ends``; with it, those up to where the project ended and none after."""
    call = there.get("call")
    opened = call is not None and call[0].opened is not None
    if ends is None:
        for name in STAGES:
            if name not in there:
                raise CaseError(f"{name}: missing (only a file with “ends” stops before the evaluation)")
        if not opened:
            raise CaseError("call.opened: missing (only a file with “ends” may leave it out)")
        return
    last = max((index for index, name in enumerate(STAGES) if name in there), default=-1)
    for name in STAGES[: last + 1]:
        if name not in there:
            raise CaseError(f"{name}: missing, though {STAGES[last]} is there")
    unwanted = AFTER_FAILURE if ends.state == "failed" else ("evaluation",)
    for name in unwanted:
        if name in there:
            raise CaseError(f"{name}: a project that {ends.state} has none; leave it out")
    if ends.state == "failed" and call is None:
        raise CaseError("call: missing; only a project with a call can have failed")
    for name in AFTER_OPENING:
        if name in there and not opened:
            raise CaseError(f"call.opened: missing, though {name} is there")


def bids(found: tuple[schema.Bid, ...], call: schema.Call, lots: tuple[schema.Lot, ...]) -> None:
    """Lots and quantities are the call's; a name stands for one supplier."""
    codes = [row.code for row in lots]
    wanted = [row.code for row in call.criteria if row.kind == CriterionKind.QUANTITY]
    by_name: dict[str, str] = {}
    for index, bid in enumerate(found):
        path = f"bids[{index}]"
        if codes and not bid.lot:
            raise CaseError(f"{path}.lot: missing; expected one of {', '.join(codes)}")
        if bid.lot and bid.lot not in codes:
            raise CaseError(f"{path}.lot: {shown(bid.lot)} is no lot of this call")
        if bid.first_price is not None and call.method not in WITH_FINAL_OFFERS:
            raise CaseError(f"{path}.first_price: only in {' and '.join(WITH_FINAL_OFFERS)}")
        if by_name.setdefault(bid.supplier.name, bid.supplier.code) != bid.supplier.code:
            raise CaseError(f"{path}.supplier.name: another supplier of this file has the same name")
        if bid.withdrawn is not None and bid.withdrawn < bid.submitted:
            raise CaseError(f"{path}.withdrawn: before the bid was submitted")
        for code in bid.quantities:
            if code not in wanted:
                raise CaseError(f"{step(f'{path}.quantities', code)}: no criterion of the kind quantity")
        if bid.rejected is None and bid.withdrawn is None:
            for code in wanted:
                if code not in bid.quantities:
                    raise CaseError(f"{step(f'{path}.quantities', code)}: missing")


def _has_sheet(bid: schema.Bid) -> bool:
    """Whether the panel must have scored this bid: not rejected, taken back, or dropped as too low."""
    words = bid.low_price_explanation
    return bid.rejected is None and bid.withdrawn is None and (words is None or words.accepted)


def sheets(case: schema.Case, lot: schema.Lot, path: str, *, complete: bool) -> None:
    """Suppliers bid for this lot, criteria are judged, one score a member, none above the weight."""
    if lot.sheets is None or case.call is None:
        return
    mine = [bid for bid in case.bids if bid.lot == lot.code]
    names = {bid.supplier.name for bid in mine}
    weights = {row.code: row.weight for row in case.call.criteria if row.kind == CriterionKind.JUDGED}
    for name, given in lot.sheets.items():
        if name not in names:
            raise CaseError(f"{step(path, name)}: no supplier of this name has bid")
        _sheet(given, weights, len(case.panel), step(path, name))
    for bid in mine:
        if complete and weights and _has_sheet(bid) and bid.supplier.name not in lot.sheets:
            raise CaseError(f"{step(path, bid.supplier.name)}: missing")


def _sheet(given: Mapping[str, tuple[Any, ...]], weights: Mapping[str, Any], members: int, path: str) -> None:
    for code, scores in given.items():
        where = step(path, code)
        if code not in weights:
            raise CaseError(f"{where}: no criterion of the kind judged has this code")
        if len(scores) != members:
            raise CaseError(f"{where}: {len(scores)} scores for a panel of {members}")
        for index, score in enumerate(scores):
            if score > weights[code]:
                raise CaseError(f"{where}[{index}]: {score} is above the weight of {weights[code]}")
    for code in weights:
        if code not in given:
            raise CaseError(f"{step(path, code)}: missing")


def delivery(lot: schema.Lot, path: str, *, complete: bool) -> None:
    """Entries name milestones that are not the signing, with one figure for each target."""
    milestones = {row.name: row for row in lot.contract.milestones} if lot.contract is not None else {}
    for index, entry in enumerate(lot.delivery):
        where = f"{path}[{index}]"
        milestone = milestones.get(entry.milestone)
        if milestone is None or milestone.on_signing:
            names = ", ".join(row.name for row in milestones.values() if not row.on_signing)
            found = shown(entry.milestone)
            raise CaseError(f"{where}.milestone: {found} is no milestone to deliver; expected one of {names}")
        for name in entry.actual:
            if name not in milestone.targets:
                raise CaseError(f"{step(f'{where}.actual', name)}: the milestone has no such target")
        for name in milestone.targets:
            if name not in entry.actual:
                raise CaseError(f"{step(f'{where}.actual', name)}: missing")
        if complete:
            _dated(where, accepted=entry.accepted, paid=entry.paid)
    if not complete:
        return
    delivered = {entry.milestone for entry in lot.delivery}
    for index, row in enumerate(milestones.values()):
        if row.on_signing:
            _dated(path.replace("delivery", "contract", 1) + f".milestones[{index}]", paid=row.paid)
        elif row.name not in delivered:
            raise CaseError(f"{path}: no entry for the milestone {shown(row.name)}")


def _dated(path: str, **moments: Any) -> None:
    for name, moment in moments.items():
        if moment is None:
            raise CaseError(f"{path}.{name}: missing (only a file with “ends” may leave it out)")


def paths(case: schema.Case, section: str) -> Iterator[tuple[schema.Lot, str]]:
    """Each lot with the path its part of ``section`` has in the file."""
    for lot in case.lots:
        yield lot, step(section, lot.code) if lot.code else section


def challenges(case: schema.Case) -> None:
    """Filed by bidders, about lots of the call; what changed a result has a successor, or the project ended."""
    codes, replaced = [lot.code for lot in case.lots], set()
    for index, entry in enumerate(case.challenges):
        path = f"challenges[{index}]"
        if case.call is None:
            raise CaseError(f"{path}: there is no call to ask about; leave it out")
        if entry.lot not in codes:
            raise CaseError(f"{path}.lot: {shown(entry.lot) if entry.lot else 'missing'}; expected one of the lots")
        if entry.supplier not in {bid.supplier.name for bid in case.bids}:
            raise CaseError(f"{path}.supplier: no supplier of this name has bid")
        if entry.about == "result" and (case.award is None or case.award.noticed is None):
            raise CaseError(f"{path}.about: there is no published result")
        if entry.changes_result and entry.next_candidate is None and case.ends is None:
            raise CaseError(f"{path}.next_candidate: missing (only a file with “ends” may leave it out)")
        if entry.next_candidate is not None:
            if entry.lot in replaced:
                raise CaseError(f"{path}.next_candidate: this lot has one already")
            replaced.add(entry.lot)


def check(case: schema.Case) -> None:
    """Raises ``CaseError`` where sections contradict each other."""
    complete = case.ends is None
    if case.award is not None and complete and case.award.noticed is None:
        raise CaseError("award.noticed: missing (only a file with “ends” may leave it out)")
    challenges(case)
    for lot, path in paths(case, "sheets"):
        sheets(case, lot, path, complete=complete and lot.fails is None)
    for lot, path in paths(case, "delivery"):
        delivery(lot, path, complete=complete and lot.fails is None)
