"""From an event to rows: one notification a person, and one delivery for each channel that person chose."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from procurement.accounts.enums import Channel, EventGroup, Rhythm
from procurement.accounts.models import Delivery, Notification, NotificationPreference
from procurement.accounts.notifications.events import Event, Told
from workflows import jobs
from workflows.clock import database_now
from workflows.models import TransitionLog

SEND = "notification.send"
DIGEST_HOUR = 8  # house: the digest comes before the day's work
CLAIMED = timedelta(minutes=1)  # further apart than this, an act's time was claimed, not lived
DEFAULT_RHYTHM = {EventGroup.NEW_CALLS: Rhythm.DAILY}  # what concerns everybody comes once a day


def offered() -> list[Channel]:
    """The channels this site is set up for."""
    return [channel for channel in Channel if channel in settings.HUIQUN_CHANNELS]


def choice(group: str, stored: NotificationPreference | None) -> tuple[list[str], str]:
    """Channels and rhythm of a person for a group; e-mail at once where nothing was chosen."""
    if stored is not None:
        return list(stored.channels), stored.rhythm
    return [Channel.EMAIL], DEFAULT_RHYTHM.get(EventGroup(group), Rhythm.AT_ONCE)


def next_digest(now: datetime) -> datetime:
    """The next morning's digest after ``now``."""
    local = timezone.localtime(now)
    today = timezone.make_aware(datetime.combine(local.date(), time(DIGEST_HOUR)))
    return today if local < today else today + timedelta(days=1)


def _brought_in(told: Told) -> bool:
    """Whether what happened was dated by a replay: of past projects nobody is told.

    Judged by the last line in the subject's own log; of a row without one, by the thread's last line up to its time.
    """
    rows = TransitionLog.objects.order_by("-pk").values_list("at", "recorded_at")
    last = rows.filter(subject_type=told.subject._meta.label_lower, subject_id=told.subject.pk).first()
    if last is None and told.project is not None:
        thread = rows.filter(thread=told.project.pk)
        last = (thread.filter(at__lte=told.at) if told.at else thread).first()
    return last is not None and last[1] - last[0] > CLAIMED


def _seats(told: Told) -> dict[int, int | None]:
    """Each person once, for the first organisation they are told for."""
    found: dict[int, int | None] = {}
    for person, organisation in told.people:
        found.setdefault(person, organisation)
    return found


def tell(event: Event, arguments: dict[str, Any]) -> list[Notification]:
    """Tells everybody who has not been told of this event yet, and returns what is new. Safe to run again."""
    told = event.tell(**arguments)
    if told is None or _brought_in(told):
        return []
    key = ":".join(filter(None, (event.code, f"{told.subject._meta.model_name}#{told.subject.pk}", told.key)))
    seats, now = _seats(told), database_now()
    known = set(Notification.objects.filter(key=key, recipient__in=seats).values_list("recipient_id", flat=True))
    new = [
        Notification(
            recipient_id=person,
            organisation_id=organisation,
            event=event.code,
            group=event.group,
            key=key,
            subject_type=told.subject._meta.label_lower,
            subject_id=told.subject.pk,
            parameters=told.parameters,
            path=told.path,
            thread_state=told.project.state if told.project is not None else "",
            created_at=now,
        )
        for person, organisation in seats.items()
        if person not in known
    ]
    Notification.objects.bulk_create(new)
    if not event.only_here:
        _deliver(new, event.group, now)
    return new


def _deliver(new: list[Notification], group: EventGroup, now: datetime) -> None:
    people = [row.recipient_id for row in new]
    chosen = {row.user_id: row for row in NotificationPreference.objects.filter(user__in=people, group=group)}
    can, later = offered(), []
    for notification in new:
        channels, rhythm = choice(group, chosen.get(notification.recipient_id))
        for channel in can:
            if rhythm == Rhythm.NONE or channel not in channels:
                continue
            if rhythm == Rhythm.DAILY:
                later.append(Delivery(notification=notification, channel=channel, due_at=next_digest(now)))
            else:
                _send_now(notification, channel, now)
    Delivery.objects.bulk_create(later)


def _send_now(notification: Notification, channel: Channel, now: datetime) -> None:
    delivery = Delivery.objects.create(notification=notification, channel=channel, due_at=now)
    delivery.job = jobs.enqueue(SEND, deliveries=[delivery.pk])
    delivery.save(update_fields=["job"])
