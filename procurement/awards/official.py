"""A result in the designated medium: its notice period and the time for challenges start there (D4, T3, T5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from procurement.accounts.models import Organisation
from procurement.awards.actions import challenge_dates
from procurement.awards.enums import AwardState
from procurement.awards.models import Award
from procurement.projects import official
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice, OfficialPublication
from workflows import engine


def award_of(notice: Notice) -> Award | None:
    """Which award a result notice is of."""
    found = Award.objects.filter(
        lot__call__project=notice.project_id,
        lot__call__number=notice.fields.get("number"),
        bid__supplier__name=notice.fields.get("supplier"),
        noticed_at__isnull=False,
    )
    rows = found.select_related("lot__call__project__buyer").order_by("-pk")
    return next((award for award in rows if award.lot.title == notice.fields.get("name")), None)


# published, and others may still challenge it
RUNNING = (AwardState.NOTICED, AwardState.CHALLENGED, AwardState.DISMISSED)


@transaction.atomic
def record(
    notice: Notice, *, url: str, appeared_at: datetime, by: Any, organisation: Organisation
) -> OfficialPublication:
    """Records that a notice appeared in the designated medium; where that starts the periods of a result (D4), the
    award's dates move with it in the same transaction.

    Raises as ``projects.official.record`` does.
    """
    found = official.record(notice, url=url, appeared_at=appeared_at, by=by, organisation=organisation)
    award = award_of(notice) if notice.kind == NoticeKind.RESULT else None
    # read anew: the caller's may carry the records that were there before this one
    started = official.starts(Notice.objects.select_related("project__buyer").get(pk=notice.pk))
    if award is not None and started is not None and award.state in RUNNING:
        _move(award, started, by=by, organisation=organisation)
    return found


def _move(award: Award, started: datetime, *, by: Any, organisation: Organisation) -> None:
    award = Award.objects.select_for_update(of=("self",)).select_related("lot__call__project__buyer").get(pk=award.pk)
    dates = challenge_dates(award, started)
    if (award.notice_ends, award.challenge_until) == (dates["notice_ends"], dates["challenge_until"]):
        return
    award.notice_ends, award.challenge_until = dates["notice_ends"], dates["challenge_until"]
    award.save(update_fields=["notice_ends", "challenge_until"])
    told = {name: day.isoformat() for name, day in dates.items()}
    engine.note(award, "move_dates", by=by, organisation=organisation, **told)
