"""By which notice a result was published: its number and lot, and whom it names."""

from __future__ import annotations

from typing import Any

from procurement.projects import official
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice
from workflows.reasons import Reason


def notice_of(award: Any) -> Notice | None:
    """The notice by which an award was published; of several about its lot the latest that names its winner."""
    found = award.project.notices.filter(
        kind=NoticeKind.RESULT,
        fields__number=award.lot.call.number,
        fields__name=award.lot.title,
        fields__supplier=award.bid.supplier.name,
    )
    return found.order_by("-pk").first()


def waits_for_the_medium(award: Any) -> list[Reason]:
    """D4: why the periods of a published result have not begun, where they have not."""
    notice = notice_of(award)
    return official.not_recorded(notice) if notice is not None else []
