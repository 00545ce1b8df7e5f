"""The sections after the award: contract, delivery, evaluation, and an early end."""

from __future__ import annotations

from decimal import Decimal

from procurement.cases import schema
from procurement.cases.reading.call import once
from procurement.cases.reading.times import day, moment
from procurement.cases.reading.tree import Node
from procurement.cases.reading.values import (
    between,
    count,
    line,
    listed,
    one_of,
    record,
    share,
    table,
    words,
    yes_or_no,
)
from procurement.cases.schema import CaseError
from procurement.evaluation.enums import Item, Part

MOST_MILESTONES, MOST_EVALUATORS, MOST_STATIONS, MOST_TARGETS = 60, 50, 500, 50
MOST_ANSWERS = 100_000  # of one item
TARGETS = table(between(0, 10**9, places=2), most=MOST_TARGETS, longest=60)
LEVELS = 5


def milestone(node: Node, path: str) -> schema.Milestone:
    found = schema.Milestone(
        **record(
            node,
            path,
            {"name": line(100), "due": day, "percent": share},
            {"on_signing": yes_or_no, "paid": moment, "targets": TARGETS},
        )
    )
    if found.on_signing and found.targets:
        raise CaseError(f"{path}.targets: what is paid on signing has no targets")
    if found.paid is not None and not found.on_signing:
        raise CaseError(f"{path}.paid: belongs to the milestone's entry under delivery")
    return found


def contract(node: Node, path: str) -> schema.Contract:
    """Milestone names are unique, percents sum to 100, only the first milestone may be the signing."""
    milestones = listed(milestone, least=1, most=MOST_MILESTONES)
    found = schema.Contract(**record(node, path, {"signed": moment, "milestones": milestones}))
    once([row.name for row in found.milestones], f"{path}.milestones", "name")
    together = sum((row.percent for row in found.milestones), Decimal(0))
    if together != 100:
        raise CaseError(f"{path}.milestones: the percents sum to {together}, not to 100")
    for index, row in enumerate(found.milestones):
        if row.on_signing and index:
            raise CaseError(f"{path}.milestones[{index}].on_signing: only the first may be the signing")
    return found


def entry(node: Node, path: str) -> schema.Delivery:
    found = schema.Delivery(
        **record(
            node,
            path,
            {
                "milestone": line(100),
                "submitted": moment,
                "actual": TARGETS,
                "scores": listed(between(0, 100), least=1, most=MOST_EVALUATORS),
                "users_on_acceptance": count(0, 1_000_000),
            },
            {"accepted": moment, "paid": moment},
        )
    )
    if found.paid is not None and found.accepted is None:
        raise CaseError(f"{path}.accepted: missing, though the milestone was paid")
    return found


def delivery(node: Node, path: str) -> tuple[schema.Delivery, ...]:
    found: tuple[schema.Delivery, ...] = listed(entry, most=MOST_MILESTONES)(node, path)
    once([row.milestone for row in found], path, "milestone")
    return found


def station(node: Node, path: str) -> schema.StationScore:
    return schema.StationScore(**record(node, path, {"name": line(200), "score": between(0, 100)}))


def stations(node: Node, path: str) -> tuple[schema.StationScore, ...]:
    found: tuple[schema.StationScore, ...] = listed(station, most=MOST_STATIONS)(node, path)
    once([row.name for row in found], path, "name")
    return found


def weights(node: Node, path: str) -> dict[str, Decimal]:
    """The five parts' weights; a part left out weighs nothing."""
    given = table(between(0, 100, places=2), keys=Part.values)(node, path)
    together = sum(given.values(), Decimal(0))
    if together != 100:
        raise CaseError(f"{path}: the weights sum to {together}, not to 100")
    return {str(part): given.get(str(part), Decimal(0)) for part in Part}


def answers(node: Node, path: str) -> dict[str, tuple[int, ...]]:
    """Counts of 5, 4, 3, 2, 1 for the items that were asked."""
    counts = listed(count(0, MOST_ANSWERS), least=LEVELS, most=LEVELS)
    given: dict[str, tuple[int, ...]] = table(counts, keys=Item.values)(node, path)
    if not given:
        raise CaseError(f"{path}: expected at least one of {', '.join(Item.values)}")
    for item, levels in given.items():
        if not 0 < sum(levels) <= MOST_ANSWERS:
            raise CaseError(f"{path}.{item}: {sum(levels)} answers; expected 1 to {MOST_ANSWERS}")
    return given


def evaluation(node: Node, path: str) -> schema.Evaluation:
    found = schema.Evaluation(
        **record(
            node,
            path,
            {
                "population": count(1),
                "answers": answers,
                "not_residents": count(0, MOST_ANSWERS),
                "stations": stations,
                "buyer_score": between(0, 100),
            },
            {"weights": weights},
        )
    )
    for item, levels in found.answers.items():
        if sum(levels) > found.population:
            raise CaseError(f"{path}.answers.{item}: {sum(levels)} answers of a population of {found.population}")
    return found


def ends(node: Node, path: str) -> schema.Ends:
    return schema.Ends(
        **record(node, path, {"state": one_of(["failed", "terminated"]), "date": moment, "reason": words()})
    )
