"""What time alone brings about: results become final, and those who owe something are told of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from procurement.awards import actions, duties
from procurement.awards.duties import Duty
from procurement.awards.enums import AwardState
from procurement.awards.models import Award, DutyReminder
from workflows import deadlines, jobs
from workflows.clock import act_time

TOLD = "duty.due"
BEFORE = timedelta(days=1)  # house: told the day before, and once more when it is overdue
AT_ONCE = 200


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@deadlines.source
def finalising(now: datetime) -> Iterator[deadlines.Due]:
    """Results whose time for challenges is over; what is still pending is refused by the guards and asked again."""
    today = timezone.localdate(now)
    over = Award.objects.filter(
        state__in=[AwardState.NOTICED, AwardState.DISMISSED],
        challenge_until__lt=today,
    ).select_related("lot__call__project__buyer")
    rows = list(over.order_by("-challenge_until", "pk")[:AT_ONCE])
    # what was brought in from the past became final there, or never did
    since = duties.brought_in_on(award.project.pk for award in rows if award.project.imported)
    for award in rows:
        if award.challenge_until is not None and award.challenge_until >= since.get(award.project.pk, date.min):
            yield _midnight(award.challenge_until + timedelta(days=1)), partial(actions.finalise, award)


@deadlines.source
def reminding(now: datetime) -> Iterator[deadlines.Due]:
    """The day before a duty is due and the day after, once each."""
    today = timezone.localdate(now)
    near = [duty for duty in duties.of_threads(now, Q()) if duty.due - BEFORE <= today]
    told = set(DutyReminder.objects.filter(key__in=[duty.key for duty in near]).values_list("key", "due_on", "overdue"))
    for duty in near:
        overdue = duty.is_overdue(today)
        if (duty.key, duty.due, overdue) not in told:
            day = duty.due + timedelta(days=1) if overdue else duty.due - BEFORE
            yield _midnight(day), partial(remind, duty, overdue=overdue)


@transaction.atomic
def remind(duty: Duty, *, overdue: bool) -> DutyReminder | None:
    """Leaves the job that tells those who owe it; nothing where that was done before."""
    reminder, made = DutyReminder.objects.get_or_create(
        key=duty.key,
        due_on=duty.due,
        overdue=overdue,
        defaults={
            "rule": duty.rule,
            "project": duty.project,
            "organisation": duty.organisation,
            "roles": [str(role) for role in duty.roles],
            "told_at": act_time(),
        },
    )
    if not made:
        return None
    jobs.enqueue(TOLD, reminder_id=reminder.pk)
    return reminder
