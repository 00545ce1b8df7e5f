"""What time alone brings about: an organisation is told before a qualification lapses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial

from django.utils import timezone

from procurement.accounts.actions import qualifications
from procurement.accounts.enums import QualificationState
from procurement.accounts.models import Qualification
from workflows import deadlines

REMIND_BEFORE = (7, 30)  # days, house; the nearer one first


@deadlines.source
def lapsing(now: datetime) -> Iterator[deadlines.Due]:
    """A reminder for each verified paper that ends within 30 days, and one more within 7; none that is replaced."""
    today = timezone.localdate(now)
    ending = Qualification.objects.filter(
        state=QualificationState.VERIFIED,
        valid_until__gte=today,
        valid_until__lte=today + timedelta(days=max(REMIND_BEFORE)),
    )
    for paper in ending.prefetch_related("reminders", "organisation__qualifications"):
        ends = paper.valid_until
        if ends is None or _replaced(paper, ends):
            continue
        days = next(days for days in REMIND_BEFORE if (ends - today).days <= days)
        if any(told.days <= days for told in paper.reminders.all()):
            continue
        day = ends - timedelta(days=days)
        yield timezone.make_aware(datetime.combine(day, time.min)), partial(qualifications.remind, paper, days)


def _replaced(paper: Qualification, ends: date) -> bool:
    """Whether a verified one of the kind is there that lasts longer than until ``ends``."""
    return any(
        other.kind == paper.kind
        and (other.kind != "other" or other.value == paper.value)
        and other.state == QualificationState.VERIFIED
        and (other.valid_until is None or other.valid_until > ends)
        for other in paper.organisation.qualifications.all()
    )
