"""What happened in a thread, as releases: planning, tender, award, contract, delivery, verdict, each at its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procurement.accounts.models import Organisation
from procurement.opendata.ocds.thread import Facts

UPDATES = {
    "planning": "planningUpdate",
    "tender": "tenderUpdate",
    "award": "awardUpdate",
    "contract": "contractUpdate",
    "implementation": "implementationUpdate",
}


@dataclass
class Event:
    """One public event. ``topic`` says what it tells of: only the last word on a topic is compared with the thread."""

    key: str
    topic: str
    tag: str
    date: datetime
    body: dict[str, Any]
    parties: Sequence[tuple[Organisation, tuple[str, ...]]] = ()

    @property
    def update_tag(self) -> str:
        """The tag of a release that corrects this one."""
        return UPDATES[self.topic.split("-")[0]]


Teller = Callable[[Facts], Iterator[Event]]


def of(facts: Facts) -> list[Event]:
    """Every public event of the thread, oldest first."""
    from procurement.opendata.ocds import agreement, bidding, challenges, planning, tender

    tellers: tuple[Teller, ...] = (planning.tell, tender.tell, bidding.tell, challenges.tell, agreement.tell)
    found = [event for tell in tellers for event in tell(facts)]
    return sorted(found, key=lambda event: event.date)
