"""The earliest lawful dates of a call, by method (RULES §3, P1–P3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from procurement.calls.enums import Method
from procurement.projects import official
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice
from procurement.rules import rulebook, workdays


@dataclass(frozen=True)
class Earliest:
    """The first day a rule allows, any hour of it, and the rule that says so."""

    day: date
    rule: Any

    @property
    def provisional(self) -> bool:
        """Whether the official calendar of that year is still to be published (D1)."""
        return workdays.is_provisional(self.day)


def local_day(moment: datetime) -> date:
    return timezone.localdate(moment)


def notice_of(call: Any) -> Notice | None:
    """The notice by which a call was published."""
    return call.project.notices.filter(kind=NoticeKind.CALL, fields__number=call.number).order_by("-pk").first()


def starts(call: Any) -> datetime | None:
    """When the periods of a published call begin (D4): at its publication, or at the later of the two where its
    notice must appear in the designated medium; None while nobody has recorded that it did."""
    if call.published_at is None or not official.required(call.project, call.published_at):
        return call.published_at
    notice = notice_of(call)
    return official.starts(notice) if notice is not None else None


def to_bid(call: Any, published: datetime) -> Earliest | None:
    """P1: from documents to deadline; the day of publication is not counted (D2)."""
    rule = rulebook.find("P1", variant=call.method, on=published, region=call.project.buyer.region)
    if rule is None or not rule.values.get("min"):
        return None
    return Earliest(
        workdays.earliest_deadline(local_day(published), int(rule.values["min"]), rule.values["unit"]), rule
    )


def _shown(rule_id: str, call: Any, published: datetime) -> Earliest | None:
    region = call.project.buyer.region
    rule = rulebook.find(rule_id, variant=call.method, on=published, region=region)
    if rule is None or not rule.values.get("min"):
        return None
    if call.method == Method.SINGLE_SOURCE:
        return None  # what must stand is the plan, before the call (条例 art 38: projects.singlesource)
    # D3: the first day counts if it is a working day
    day = workdays.nth_working_day_counting_first(local_day(published), int(rule.values["min"]))
    return Earliest(day, rule)


def notice_shown(call: Any, published: datetime) -> Earliest | None:
    """P2: the last day the notice must still stand."""
    return _shown("P2", call, published)


def documents_obtainable(call: Any, published: datetime) -> Earliest | None:
    """P3: the last day documents must still be obtainable."""
    return _shown("P3", call, published)


def earliest_deadline(call: Any, published: datetime) -> Earliest | None:
    """The first day on which the deadline may lawfully lie: the latest of what P1, P2 and P3 ask."""
    found = [to_bid(call, published), notice_shown(call, published), documents_obtainable(call, published)]
    days = [item for item in found if item is not None]
    return max(days, key=lambda item: item.day) if days else None
