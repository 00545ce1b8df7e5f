"""Reads a case file (docs/case-files.md): strictly, exactly, and from nothing but the file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from procurement.cases import schema
from procurement.cases.reading import agreement, call, challenges, delivery, project, tree
from procurement.cases.reading.tree import Node, step
from procurement.cases.reading.values import Reader, case_id, identifier, line, record, table, words
from procurement.cases.schema import Case, CaseError

__all__ = ["Case", "CaseError", "read_case", "shifted", "with_case_id"]

INVENTED = "invented"
PER_LOT: Mapping[str, Reader] = {
    "sheets": call.sheets,
    "contract": delivery.contract,
    "delivery": delivery.delivery,
    "evaluation": delivery.evaluation,
}


def read_case(path: Path | str) -> Case:
    """The case in the file at ``path``. Raises ``CaseError``, one line that names the path of the fault."""
    root = tree.load(Path(path))
    invented = tuple(_take_invented(root, ""))
    return replace(_case(root), invented=invented)


def _take_invented(node: Node, path: str) -> Iterator[str]:
    """The paths that are not published fact; the marks themselves are taken out of the tree."""
    if isinstance(node, tree.Sequence):
        for index, item in enumerate(node.items):
            yield from _take_invented(item, f"{path}[{index}]")
    elif isinstance(node, tree.Mapping):
        mark = node.items.pop(INVENTED, None)
        if mark is not None:
            yield from _marked(mark, path)
        for key, item in node.items.items():
            yield from _take_invented(item, step(path, key))


def _marked(mark: Node, path: str) -> Iterator[str]:
    where = step(path, INVENTED)
    if isinstance(mark, tree.Scalar) and mark.text == "true":
        yield path or "."
        return
    if not isinstance(mark, tree.Sequence):
        raise CaseError(f"{where}: expected a list of fields, or true for all of them")
    for index, item in enumerate(mark.items):
        yield step(path, identifier(200)(item, f"{where}[{index}]"))


def _raw(node: Node, path: str) -> Node:
    return node


def _case(root: Node) -> Case:
    found = record(
        root,
        "",
        {"case": case_id, "title": line(200), "buyer": project.buyer, "project": project.project},
        {
            "needs": project.needs,
            "call": call.call,
            "bids": call.bids,
            "panel": call.panel,
            "award": call.award,
            "challenges": challenges.challenges,
            **dict.fromkeys(PER_LOT, _raw),
            "ends": delivery.ends,
            "reasons": table(words(), longest=20),
        },
    )
    ends = found.get("ends")
    agreement.stages(found, ends)
    the_call, named = found.get("call", (None, ()))
    if the_call is not None:
        agreement.bids(found.get("bids", ()), the_call, named)
    ceiling = the_call.ceiling if the_call is not None else found["project"].budget
    case = Case(
        case=found["case"],
        title=found["title"],
        buyer=found["buyer"],
        needs=found.get("needs", ()),
        project=found["project"],
        call=the_call,
        bids=found.get("bids", ()),
        panel=found.get("panel", ()),
        award=found.get("award"),
        challenges=found.get("challenges", ()),
        lots=_lots(found, named or (schema.Lot("", "", ceiling),), several=bool(named), complete=ends is None),
        ends=ends,
        reasons=found.get("reasons", {}),
    )
    agreement.check(case)
    return case


def _lots(
    found: Mapping[str, Any], lots: tuple[schema.Lot, ...], *, several: bool, complete: bool
) -> tuple[schema.Lot, ...]:
    """The lots with their sheets, contract, delivery and evaluation; by code where there are several."""
    parts: dict[str, dict[str, Any]] = {lot.code: {} for lot in lots}
    for section, read in PER_LOT.items():
        if section not in found:
            continue
        if not several:
            parts[""][section] = read(found[section], section)
            continue
        for code, value in _by_code(found[section], section, read, lots, complete=complete).items():
            parts[code][section] = value
    return tuple(replace(lot, **parts[lot.code]) for lot in lots)


def _by_code(node: Node, section: str, read: Reader, lots: tuple[schema.Lot, ...], *, complete: bool) -> dict[str, Any]:
    given = table(read, keys=[lot.code for lot in lots])(node, section)
    for lot in lots:
        if lot.fails is not None and lot.code in given:
            raise CaseError(f"{step(section, lot.code)}: this lot fails; leave it out")
        if lot.fails is None and complete and lot.code not in given:
            raise CaseError(f"{step(section, lot.code)}: missing")
    return given


def shifted(case: Case, days: int) -> Case:
    """The same case with every date and time moved by ``days`` whole days."""
    moved: Case = _moved(case, timedelta(days=days))
    return moved


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, date):  # a datetime is one too
        return value + by
    if isinstance(value, tuple):
        return tuple(_moved(item, by) for item in value)
    if isinstance(value, Mapping):
        return {key: _moved(item, by) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _moved(getattr(value, field.name), by) for field in dataclasses.fields(value)}
        return replace(value, **fields)
    return value


def with_case_id(case: Case, case_id: str) -> Case:
    """The same case under another name, for replaying it once more."""
    return replace(case, case=case_id)
