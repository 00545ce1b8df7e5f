"""What time alone clears away: uploads that were never finished, drafts that can no longer be handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from procurement.bids import attachments, drafts
from procurement.bids.enums import Round
from procurement.bids.models import Attachment, BidDraft
from workflows import deadlines

UNFINISHED = timedelta(days=2)
LEFT_BEHIND = timedelta(days=30)
AT_ONCE = 100  # of one kind; the next round takes the next


@deadlines.source
def due(now: datetime) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """Unfinished uploads after two days; drafts a month after the time they could be handed in until."""
    uploads = Attachment.objects.filter(draft__isnull=False, file__complete=False)
    for attachment in uploads.filter(file__created_at__lte=now - UNFINISHED).select_related("file")[:AT_ONCE]:
        yield attachment.file.created_at + UNFINISHED, partial(attachments.remove, attachment)
    old = now - LEFT_BEHIND
    left = BidDraft.objects.filter(
        Q(round=Round.FIRST, lot__call__deadline__lte=old)
        | Q(round=Round.FINAL, lot__call__final_offers_until__lte=old)
    )
    for draft in left[:AT_ONCE]:
        yield now, partial(drafts.discard, draft)
