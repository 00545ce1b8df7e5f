"""What a supplement does to the payments still to come, in the transaction of its last signature (C4, C5)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from procurement.contracts import hooks
from procurement.contracts.models import Amendment, Contract, Instalment, InstalmentChange
from procurement.delivery.enums import MilestoneState
from procurement.delivery.models import Deliverable, Milestone
from workflows import engine

MOVABLE = (MilestoneState.PLANNED, MilestoneState.RETURNED)
CENT = Decimal("0.01")


@hooks.tells_payments
def payments(contract: Contract) -> list[hooks.Payment]:
    """The milestones as they stand; what is handed in, accepted or paid is settled."""
    return [
        hooks.Payment(row.instalment_id, row.name, row.due, row.amount, row.state not in MOVABLE)
        for row in Milestone.objects.filter(contract=contract).order_by("position")
    ]


@hooks.when_amended
def move(amendment: Amendment, **who: Any) -> None:
    for change in amendment.rows.select_related("instalment"):
        if change.instalment is None:
            _plan(amendment, change, **who)
        else:
            _move(change.instalment.milestone, change, **who)


def _move(milestone: Milestone, change: InstalmentChange, **who: Any) -> None:
    milestone = Milestone.objects.select_for_update(of=("self",)).get(pk=milestone.pk)
    milestone.due, milestone.amount = change.due, change.amount
    milestone.save(update_fields=["due", "amount"])
    engine.note(milestone, "amend", **who, due=str(change.due), amount=str(change.amount))


def _plan(amendment: Amendment, change: InstalmentChange, **who: Any) -> None:
    contract = amendment.contract
    position = contract.instalments.count()
    share = (change.amount / amendment.amount * 100).quantize(CENT, ROUND_HALF_UP)
    row = Instalment.objects.create(
        contract=contract,
        amendment=amendment,
        position=position,
        name=change.name,
        due=change.due,
        percent=max(share, CENT),
        amount=change.amount,
        targets=change.targets,
    )
    plan(row, **who)


def plan(row: Instalment, **who: Any) -> Milestone:
    """The milestone of one row of the payment table, with what it promises."""
    milestone = Milestone(
        contract=row.contract,
        instalment=row,
        position=row.position,
        name=row.name,
        due=row.due,
        amount=row.amount,
        on_signing=row.on_signing,
    )
    engine.begin(milestone, **who, action="plan", amount=str(row.amount))
    for name, target in row.targets.items():
        Deliverable.objects.create(milestone=milestone, name=name, target=Decimal(str(target)))
    return milestone
