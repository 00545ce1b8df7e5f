"""From draft to envelope: in one transaction the offer is sealed, and what could still open it is deleted."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.bids import actions, attachments, drafts
from procurement.bids.enums import Round
from procurement.bids.models import Bid
from procurement.calls.models import Lot
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


@transaction.atomic
def hand_in(
    lot: Lot, round_: str, content: dict[str, Any], *, version: int, by: Any, organisation: Organisation
) -> Bid:
    """Seals ``content`` (``actions.offer``) with the draft's files, and deletes the draft with its key.

    Raises ``StaleDraft`` where somebody has saved since ``version``, ``TransitionBlocked`` (B1, B2 …), or
    ``PermissionDenied``; the draft is then as it was.
    """
    draft = drafts.locked(lot, organisation, round_, by=by)
    if draft.version != version:
        raise drafts.StaleDraft(draft)
    files = list(draft.attachments.select_related("file"))
    if any(not item.file.complete for item in files):
        message = _("A file is still on its way. Let it arrive, or remove it.")
        raise TransitionBlocked([Reason(message, code="uploading")], act="bid.submit", subject=draft)
    content = content | {"attachments": [attachments.for_envelope(item) for item in files]}
    who: dict[str, Any] = {"by": by, "organisation": organisation}
    if round_ == Round.FIRST:
        bid = actions.submit_bid(lot, content, **who)
    else:
        bid = actions.offer_final(Bid.objects.get(lot=lot, supplier=organisation), content, **who)
    envelope = bid.envelopes.filter(round=round_).latest("pk")
    for item in files:
        attachments.seal_into(item, envelope)
    draft.delete()
    return bid
