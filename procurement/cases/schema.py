"""What a case file says, once it has been read. Plain frozen data: no model of the field, no database.

Amounts are ``Decimal`` yuan, times are aware, days are ``date``. A moment that a file gives as a bare date
is 12:00 +08:00 of it. docs/case-files.md says what each key means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


class CaseError(Exception):
    """A case file is wrong; one line that names the path and says what is expected."""


@dataclass(frozen=True)
class Buyer:
    name: str
    code: str
    kind: str
    staffing: str
    level: str
    region: str


@dataclass(frozen=True)
class Need:
    title: str
    text: str
    station: str
    raised: date | datetime
    supporters: int


@dataclass(frozen=True)
class Project:
    domain: str
    delivery_mode: str
    budget: Decimal
    fund_source: str
    catalogue_item: str
    term: tuple[date, date]
    beneficiaries: int
    approved: datetime
    intended: datetime | None = None


@dataclass(frozen=True)
class Criterion:
    code: str
    name: str
    kind: str
    weight: Decimal
    rule: str | None = None


@dataclass(frozen=True)
class Approval:
    """The recorded approval of a method the amount does not allow by itself (W10)."""

    number: str
    date: date


@dataclass(frozen=True)
class Call:
    method: str
    ceiling: Decimal
    published: datetime
    deadline: datetime
    criteria: tuple[Criterion, ...]
    opened: datetime | None = None
    documents_until: datetime | None = None
    approval: Approval | None = None
    low_price_rates: Mapping[str, Decimal] | None = None
    urgent_reason: str | None = None


@dataclass(frozen=True)
class Supplier:
    name: str
    code: str


@dataclass(frozen=True)
class LowPriceExplanation:
    accepted: bool
    text: str


@dataclass(frozen=True)
class Bid:
    """One handing-in. ``price`` is the final offer, ``first_price`` what lay in the first envelope."""

    supplier: Supplier
    submitted: datetime
    price: Decimal
    first_price: Decimal | None = None
    quantities: Mapping[str, Decimal] = field(default_factory=dict)
    rejected: str | None = None
    low_price_explanation: LowPriceExplanation | None = None
    withdrawn: datetime | None = None
    lot: str = ""


@dataclass(frozen=True)
class Member:
    name: str
    role: str


@dataclass(frozen=True)
class Award:
    decided: datetime
    noticed: datetime | None = None


@dataclass(frozen=True)
class Successor:
    """The next candidate, named after an award fell: when, when the new result was published, and why."""

    named: datetime
    noticed: datetime
    reason: str


@dataclass(frozen=True)
class Challenge:
    """A query or a challenge of a bidder, with the buyer's reply."""

    supplier: str
    kind: str
    about: str
    filed: datetime
    claims: str
    decided: datetime
    outcome: str
    reply: str
    published: str
    lot: str = ""
    facts: str | None = None
    basis: str | None = None
    may_change_result: bool | None = None
    changes_result: bool = False
    next_candidate: Successor | None = None


@dataclass(frozen=True)
class Milestone:
    name: str
    due: date
    percent: Decimal
    on_signing: bool = False
    paid: datetime | None = None
    targets: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Contract:
    signed: datetime
    milestones: tuple[Milestone, ...]


@dataclass(frozen=True)
class Delivery:
    milestone: str
    submitted: datetime
    actual: Mapping[str, Decimal]
    scores: tuple[Decimal, ...]
    users_on_acceptance: int
    accepted: datetime | None = None
    paid: datetime | None = None


@dataclass(frozen=True)
class StationScore:
    name: str
    score: Decimal


@dataclass(frozen=True)
class Evaluation:
    """The verdict's raw material; ``answers`` holds, per item, the counts of 5, 4, 3, 2, 1."""

    population: int
    answers: Mapping[str, tuple[int, ...]]
    not_residents: int
    stations: tuple[StationScore, ...]
    buyer_score: Decimal
    weights: Mapping[str, Decimal] | None = None


Sheets = Mapping[str, Mapping[str, tuple[Decimal, ...]]]
"""Supplier's name → criterion's code → one score per panel member, in the panel's order."""


@dataclass(frozen=True)
class Lot:
    """What is bid for, awarded and delivered alone; a case without lots has one, with an empty code."""

    code: str
    name: str
    ceiling: Decimal
    fails: str | None = None
    sheets: Sheets | None = None
    contract: Contract | None = None
    delivery: tuple[Delivery, ...] = ()
    evaluation: Evaluation | None = None


@dataclass(frozen=True)
class Ends:
    """A project that ended early, and why."""

    state: str
    date: datetime
    reason: str


@dataclass(frozen=True)
class Case:
    """One project as data. ``invented`` lists the paths that are not published fact."""

    case: str
    title: str
    buyer: Buyer
    needs: tuple[Need, ...]
    project: Project
    call: Call | None
    bids: tuple[Bid, ...]
    panel: tuple[Member, ...]
    award: Award | None
    lots: tuple[Lot, ...]
    challenges: tuple[Challenge, ...] = ()
    ends: Ends | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    invented: tuple[str, ...] = ()
