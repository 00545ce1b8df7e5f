"""What changes a published contract: supplements and changed clauses, and the time it rests for a challenge (T10)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from procurement.contracts.models import Amendment, Contract, InstalmentChange
from procurement.opendata.ocds import terms
from procurement.opendata.ocds.events import Event
from procurement.opendata.ocds.thread import Facts
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice

SUSPENDED, RESUMED = "suspend", ("resume", "resume_signed", "terminate")


def named(contract: Contract) -> dict[str, Any]:
    return {"id": contract.number, "awardID": f"award-{contract.award_id}"}


def _step(facts: Facts, row: InstalmentChange) -> dict[str, Any] | None:
    """A step of the service as the supplement has it."""
    milestone = facts.milestone_of(row)
    if milestone is None:
        return None
    return {
        "id": f"milestone-{milestone.pk}",
        "title": row.name,
        "type": "delivery",
        "description": f"{row.amount:.2f} 元",
        "dueDate": terms.moment(row.due, end=True),
        "status": "scheduled",
    }


def _moved(facts: Facts, contract: Contract, amendment: Amendment | None) -> dict[str, Any]:
    """The values that hold from a supplement on; a changed clause moves none."""
    if amendment is None:
        return {}
    steps = [_step(facts, row) for row in amendment.rows.all()]
    return {
        "value": terms.money(amendment.amount),
        "period": terms.period(contract.term_start, amendment.term_end),
        "milestones": [step for step in steps if step is not None],
    }


def _amended(facts: Facts, contract: Contract, notice: Notice, amends: str) -> Event:
    number = notice.fields.get("supplement_number", "")
    amendment = next((one for one in facts.amendments if one.number == number), None)
    key = f"amendment-{notice.pk}"
    told = {
        "id": number or notice.number,
        "date": terms.moment(amendment.signed_at if amendment is not None else notice.published_at),
        "description": terms.words(
            f"{notice.fields.get('clause', '')}：{notice.fields.get('was', '')} → {notice.fields.get('is', '')}"
        ),
        "rationale": terms.words(notice.fields.get("reason", "")),
        "amendsReleaseID": f"{facts.ocid}-{amends}",
        "releaseID": f"{facts.ocid}-{key}",
    }
    documents = [facts.notice(notice)]
    if amendment is not None:
        documents.append(facts.paper("amendment", amendment, "contractAnnexe", "补充协议文本"))
    entry = {**named(contract), "amendments": [told], "documents": documents, **_moved(facts, contract, amendment)}
    body = {"contracts": [entry]}
    return Event(key, f"contract-{contract.pk}", "contractAmendment", notice.published_at, body)


def amended(facts: Facts, contract: Contract) -> Iterator[Event]:
    """Every published change of the contract, each amending the one before it."""
    changes = [
        notice
        for notice in facts.notices
        if notice.kind == NoticeKind.CONTRACT_CHANGE and notice.fields.get("contract_number") == contract.number
    ]
    keys = [f"contract-{contract.pk}", *(f"amendment-{notice.pk}" for notice in changes)]
    for notice, (before, _here) in zip(changes, pairwise(keys), strict=True):
        yield _amended(facts, contract, notice, before)


def rested(facts: Facts, contract: Contract) -> Iterator[Event]:
    """Suspended, and resumed: the standard has no status for it, so ``x_suspensions`` tells from when to when."""
    began = None
    for row in facts.moves_of(contract):
        if row.action == SUSPENDED:
            began, ended = row, None
        elif row.action in RESUMED and began is not None:
            ended = row
        else:
            continue
        if contract.published_at is None or row.at < contract.published_at:
            continue
        time = {
            "id": f"suspension-{began.pk}",
            "startDate": terms.moment(began.at),
            "endDate": terms.moment(ended.at) if ended is not None else None,
        }
        body = {"contracts": [{**named(contract), "x_suspended": ended is None, "x_suspensions": [time]}]}
        key = f"suspension-{row.pk}"
        yield Event(key, f"contract-{key}", "contractUpdate", row.at, body)
        began = began if ended is None else None
