"""Keeping a buyer's guidance catalogue and its budget lines: what is changed leaves a record that nobody edits (W5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation, User
from procurement.common.money import yuan
from procurement.projects import spending
from procurement.projects.models import BudgetLine, CatalogueItem, LedgerRecord, Project
from procurement.rules import rulebook
from workflows.clock import database_now
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

Line = CatalogueItem | BudgetLine
FACTS: dict[type[Line], tuple[str, ...]] = {
    CatalogueItem: ("name", "code"),
    BudgetLine: ("year", "name", "fund_source", "amount"),
}
# what a line is known by: the same may not be there twice
KEYS: dict[type[Line], tuple[str, ...]] = {CatalogueItem: ("name",), BudgetLine: ("year", "name", "fund_source")}


def facts(row: Line) -> dict[str, str]:
    """What people see of a line, as a record keeps it."""
    return {name: str(getattr(row, name)) for name in FACTS[type(row)]}


def key(model: type[Line], given: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(given[name]) for name in KEYS[model])


def _record(row: Line, act: str, by: User, before: Mapping[str, str], from_list: bool = False) -> LedgerRecord:
    of: dict[str, Any] = {"item": row} if isinstance(row, CatalogueItem) else {"line": row}
    after = facts(row) if act in (LedgerRecord.Act.ADDED, LedgerRecord.Act.CHANGED) else {}
    return LedgerRecord(**of, act=act, before=before, after=after, by=by, at=database_now(), from_list=from_list)


@transaction.atomic
def add(row: Line, *, by: User) -> Line:
    """Saves a new line. Raises ``IntegrityError`` where another hand was faster."""
    row.save(force_insert=True)
    _record(row, LedgerRecord.Act.ADDED, by, {}).save()
    return row


def _locked(row: Line) -> Any:
    return type(row)._default_manager.select_for_update(of=("self",)).select_related("organisation").get(pk=row.pk)


@transaction.atomic
def change(row: Line, given: Mapping[str, Any], *, by: User) -> Line:
    """Writes ``given`` into a line. Raises ``TransitionBlocked`` where projects stand on what would change (W5)."""
    locked = _locked(row)
    before = facts(locked)
    taken = spending.taken(locked.projects.all()).get(locked.pk) if isinstance(locked, BudgetLine) else None
    if reasons := list(unmet(locked, given, taken)):
        raise TransitionBlocked(reasons)
    for name in FACTS[type(locked)]:
        setattr(locked, name, given[name])
    if facts(locked) != before:
        locked.save(update_fields=FACTS[type(locked)])
        _record(locked, LedgerRecord.Act.CHANGED, by, before).save()
    return locked


@transaction.atomic
def set_active(row: Line, active: bool, *, by: User) -> bool:
    """Takes a line out of use, or back; projects that have it keep it. False where it was so already."""
    locked = _locked(row)
    if locked.active == active:
        return False
    locked.active = active
    locked.save(update_fields=["active"])
    act = LedgerRecord.Act.REINSTATED if active else LedgerRecord.Act.RETIRED
    _record(locked, act, by, {}).save()
    return True


def unmet(row: Line, given: Mapping[str, Any], taken: Decimal | None) -> Iterator[Reason]:
    """Why a line that projects have taken from (``taken``, yuan; None: no project) cannot become ``given``."""
    if not isinstance(row, BudgetLine) or taken is None:
        return
    rule = rulebook.find("W5", on=database_now(), region=row.organisation.region)
    if rule is None:
        return
    if given["amount"] < taken:
        yield rule.reason(
            _("Projects have taken %(taken)s yuan of “%(line)s”: the amount cannot fall below that.")
            % {"taken": yuan(taken), "line": row.name},
            taken=str(taken),
        )
    if str(given["year"]) != str(row.year) or given["fund_source"] != row.fund_source:
        yield rule.reason(
            _("Projects take from “%(line)s”: its year and source of funds stay. Add another line instead.")
            % {"line": row.name}
        )


@dataclass(frozen=True)
class Step:
    """What one row of a list brings about: ``act`` is added, changed, or same."""

    number: int
    act: str
    given: dict[str, Any]
    before: dict[str, str]
    row: Any = None


def plan(
    model: type[Line], buyer: Organisation, rows: Sequence[tuple[int, dict[str, Any]]], *, lock: bool = False
) -> tuple[list[Step], list[tuple[int, str]]]:
    """What a list would bring about, and what is wrong in it: number of the row and words."""
    there: Any = model._default_manager.filter(organisation=buyer).select_related("organisation")
    known = {key(model, facts(row)): row for row in (there.select_for_update(of=("self",)) if lock else there)}
    taken: Mapping[int, Decimal] = {}
    if model is BudgetLine:
        taken = spending.taken(Project.objects.filter(budget_line__organisation=buyer))
    steps, wrong = [], []
    for number, given in rows:
        row = known.get(key(model, given))
        if row is None:
            steps.append(Step(number, LedgerRecord.Act.ADDED, given, {}))
            continue
        if not row.active:
            wrong.append((number, _("“%(name)s” is out of use: take it back into use on its page.") % {"name": row}))
        wrong += [(number, str(reason)) for reason in unmet(row, given, taken.get(row.pk))]
        changed = any(getattr(row, name) != given[name] for name in FACTS[model])
        steps.append(Step(number, LedgerRecord.Act.CHANGED if changed else "same", given, facts(row), row))
    return steps, wrong


@transaction.atomic
def bring_in(
    model: type[Line], buyer: Organisation, rows: Sequence[tuple[int, dict[str, Any]]], *, by: User
) -> dict[str, int]:
    """Does all that a list says, or nothing; how many lines were added and changed.

    Raises ``TransitionBlocked`` where something has become wrong since it was looked at.
    """
    steps, wrong = plan(model, buyer, rows, lock=True)
    if wrong:
        raise TransitionBlocked([Reason(words, code="row") for _number, words in wrong])
    new = [step for step in steps if step.act == LedgerRecord.Act.ADDED]
    changed = [step for step in steps if step.act == LedgerRecord.Act.CHANGED]
    lines: list[Any] = [model(organisation=buyer, **step.given) for step in new]
    made = model._default_manager.bulk_create(lines)
    for step in changed:
        for name in FACTS[model]:
            setattr(step.row, name, step.given[name])
    model._default_manager.bulk_update([step.row for step in changed], FACTS[model])
    _keep(made, changed, by)
    return {"added": len(new), "changed": len(changed)}


def _keep(made: Iterable[Line], changed: Iterable[Step], by: User) -> None:
    act = LedgerRecord.Act
    records = [_record(row, act.ADDED, by, {}, from_list=True) for row in made]
    records += [_record(step.row, act.CHANGED, by, step.before, from_list=True) for step in changed]
    LedgerRecord.objects.bulk_create(records)
