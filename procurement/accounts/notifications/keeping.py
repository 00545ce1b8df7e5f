"""How long messages are kept: a year after they were read, longer while they are not (docs/operations.md).

They are copies of what stands on the threads and in the log, which are kept as the law says (T11).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from procurement.accounts.models import Delivery, Notification
from workflows.models import Job

AT_ONCE = 5000  # the next night takes the next


def outdated(now: datetime) -> QuerySet[Notification]:
    """What was read, or told and never read, too long ago; nothing that is still to go out by another channel."""
    waits = Q(job__state=Job.State.PENDING) | Q(job__isnull=True, claimed_at__isnull=True)
    on_its_way = Delivery.objects.filter(waits, notification=OuterRef("pk"), sent_at__isnull=True, dropped="")
    read = Q(read_at__lt=now - timedelta(days=settings.NOTIFICATIONS_READ_DAYS))
    unread = Q(read_at__isnull=True, created_at__lt=now - timedelta(days=settings.NOTIFICATIONS_UNREAD_DAYS))
    return Notification.objects.filter(~Exists(on_its_way), read | unread)


@transaction.atomic
def purge(now: datetime) -> int:
    """Deletes what is outdated, the oldest first, and how it went out. Returns how many messages."""
    found = list(outdated(now).order_by("created_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    Delivery.objects.filter(notification__in=found).delete()
    Notification.objects.filter(pk__in=found).delete()
    return len(found)
