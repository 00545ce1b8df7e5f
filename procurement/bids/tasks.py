"""After an opening: every stored file of the call is read once more, outside the request."""

from __future__ import annotations

import logging

from procurement.bids import verification
from procurement.calls.models import Call
from workflows import jobs

logger = logging.getLogger(__name__)


@jobs.handler("call.opened")
@jobs.handler("call.final_offers_opened")
def check_files(call_id: int) -> None:
    """Marks each attached file whose ciphertext is not the one that was handed in."""
    count = verification.mark(Call.objects.get(pk=call_id))
    if count:
        logger.error("call %s: %s attached files are not as they were handed in", call_id, count)
