"""Sending what waits: one message, or a day's messages together. The outbox tries again what fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from procurement.accounts.models import Delivery, User
from procurement.accounts.notifications import channels
from procurement.accounts.notifications.telling import SEND
from workflows import deadlines, jobs
from workflows.clock import database_now

NO_ADDRESS, INACTIVE, SWITCHED_OFF, UNREACHABLE = "no_address", "inactive", "switched_off", "unreachable"


def language_of(user: User) -> str:
    """The language a person is written to in: their choice, else the site's."""
    chosen = getattr(user, "personal_settings", None)
    return chosen.language if chosen and chosen.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _why_not(delivery: Delivery) -> str:
    user = delivery.notification.recipient
    if not user.is_active:
        return INACTIVE
    if delivery.channel not in settings.HUIQUN_CHANNELS:
        return SWITCHED_OFF
    return "" if channels.of(delivery.channel).address(user) else NO_ADDRESS


@transaction.atomic
def _claim(deliveries: list[int]) -> list[Delivery]:
    """Those of ``deliveries`` that nobody has handed to the channel yet; from here on they are ours, or nobody's."""
    rows = list(
        Delivery.objects.select_for_update(of=("self",))
        .filter(pk__in=deliveries, claimed_at__isnull=True, sent_at__isnull=True, dropped="")
        .select_related("notification__recipient__personal_settings", "notification__organisation")
        .order_by("pk")
    )
    if rows and (reason := _why_not(rows[0])):
        _all(rows).update(dropped=reason)
        return []
    _all(rows).update(claimed_at=database_now())
    return rows


def _all(rows: list[Delivery]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=[row.pk for row in rows])


def _note_sent(rows: list[Delivery]) -> None:
    _all(rows).update(sent_at=database_now())


@jobs.handler(SEND, by_steps=True)
def send(deliveries: list[int]) -> None:
    """Sends these deliveries of one person by one channel as one message, at most once.

    They are claimed, and that is committed, before the channel gets them. A runner that dies in between leaves them
    claimed: whether the message went out is then unknown, is shown so, and only a person has it sent again, under the
    same name. Raises ``channels.ChannelError`` where the channel refuses: the outbox tries again what certainly did
    not go out.
    """
    rows = _claim(deliveries)
    if not rows:
        return
    user = rows[0].notification.recipient
    try:
        with translation.override(language_of(user)):
            channels.of(rows[0].channel).send(user, [row.notification for row in rows], key=f"delivery-{rows[0].pk}")
    except channels.ChannelError as error:
        if error.nowhere:
            _all(rows).update(dropped=UNREACHABLE)
        elif error.later:
            _put_off(rows, error.later)
        else:
            if error.certain:
                _all(rows).update(claimed_at=None)
            raise
    else:
        _note_sent(rows)


@transaction.atomic
def _put_off(rows: list[Delivery], until: datetime) -> None:
    """The channel takes no more for now: a job of its own, which the outbox does not give up before that time."""
    job = jobs.enqueue(SEND, deliveries=[row.pk for row in rows])
    job.run_after = until
    job.save(update_fields=["run_after"])
    _all(rows).update(claimed_at=None, job=job)


@transaction.atomic
def order_digest(recipient: int, channel: str, until: datetime) -> None:
    """Puts what waits for a person's digest into one job; what another runner took is gone by then."""
    waiting = Delivery.objects.select_for_update(of=("self",)).filter(
        notification__recipient=recipient,
        channel=channel,
        due_at__lte=until,
        job__isnull=True,
        sent_at__isnull=True,
        dropped="",
    )
    found = list(waiting.order_by("pk").values_list("pk", flat=True))
    if found:
        Delivery.objects.filter(pk__in=found).update(job=jobs.enqueue(SEND, deliveries=found))


@deadlines.source
def digests(now: datetime) -> Iterator[deadlines.Due]:
    """A digest for each person and channel with messages that wait for one."""
    waiting = (
        Delivery.objects.filter(due_at__lte=now, job__isnull=True, sent_at__isnull=True, dropped="")
        .order_by()
        .values_list("notification__recipient", "channel")
        .distinct()
    )
    for recipient, channel in waiting:
        yield now, partial(order_digest, recipient, channel, now)
