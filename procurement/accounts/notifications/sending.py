"""Sending what waits: one message, or a day's messages together. The outbox tries again what fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import translation

from procurement.accounts.models import Delivery, User
from procurement.accounts.notifications import channels
from procurement.accounts.notifications.telling import SEND
from workflows import deadlines, jobs
from workflows.clock import database_now

NO_ADDRESS, INACTIVE, SWITCHED_OFF = "no_address", "inactive", "switched_off"


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


@jobs.handler(SEND)
def send(deliveries: list[int]) -> None:
    """Sends these deliveries of one person by one channel as one message; those already sent are left alone.

    Raises ``channels.ChannelError`` where the channel refuses: the outbox tries again later.
    """
    rows = list(
        Delivery.objects.select_for_update(of=("self",))
        .filter(pk__in=deliveries, sent_at__isnull=True, dropped="")
        .select_related("notification__recipient__personal_settings", "notification__organisation")
        .order_by("pk")
    )
    if not rows:
        return
    reason = _why_not(rows[0])
    if reason:
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(dropped=reason)
        return
    user = rows[0].notification.recipient
    with translation.override(language_of(user)):
        channels.of(rows[0].channel).send(user, [row.notification for row in rows], key=f"delivery-{rows[0].pk}")
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=database_now())


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
