"""Drafts of offers: saved encrypted, version by version, until they are sealed or given up (DESIGN §5)."""

from __future__ import annotations

import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from procurement.accounts.models import Organisation
from procurement.bids import attachments
from procurement.bids.models import BidDraft
from procurement.calls.models import Lot
from procurement.common import sealing
from procurement.common.sealing import NONCE, SealBroken
from workflows.clock import database_now

Flat = dict[str, str]  # field name → what was typed


class StaleDraft(Exception):  # noqa: N818 - what happened
    """Somebody else has saved since this page was loaded."""

    def __init__(self, draft: BidDraft | None) -> None:
        super().__init__("the draft has been saved by somebody else, or was sealed")
        self.draft = draft


def _purpose(draft: BidDraft) -> str:
    return f"huiqun draft {draft.pk} of {draft.supplier_id} for lot {draft.lot_id}"


def _bound(draft: BidDraft) -> bytes:
    return f"huiqun draft {draft.pk} version {draft.version}".encode()


def _write(draft: BidDraft, flat: Flat) -> None:
    key, nonce = sealing.unwrap_bytes(bytes(draft.wrapped_key), _purpose(draft)), os.urandom(NONCE)
    draft.content = nonce + AESGCM(key).encrypt(nonce, json.dumps(flat).encode(), _bound(draft))


def read(draft: BidDraft | None) -> Flat:
    """What was typed so far. Raises ``SealBroken`` where the stored draft was changed."""
    if draft is None:
        return {}
    key, stored = sealing.unwrap_bytes(bytes(draft.wrapped_key), _purpose(draft)), bytes(draft.content)
    try:
        return json.loads(AESGCM(key).decrypt(stored[:NONCE], stored[NONCE:], _bound(draft)))
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"draft {draft.pk} does not open: it was changed") from error


def find(lot: Lot, supplier: Organisation, round_: str) -> BidDraft | None:
    return BidDraft.objects.filter(lot=lot, supplier=supplier, round=round_).select_related("saved_by").first()


def locked(lot: Lot, supplier: Organisation, round_: str, *, by: Any) -> BidDraft:
    """The draft, held until the transaction ends; made where there is none yet."""
    # one at a time for a supplier, so that two first saves make one draft
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=supplier.pk)
    draft = find(lot, supplier, round_)
    if draft is None:
        draft = BidDraft(lot=lot, supplier=supplier, round=round_, saved_at=database_now(), saved_by=by)
        draft.wrapped_key = sealing.wrap(AESGCM.generate_key(256), _purpose(draft))
        _write(draft, {})
        draft.save(force_insert=True)
    return draft


@transaction.atomic
def save(
    lot: Lot, supplier: Organisation, round_: str, flat: Flat, *, version: int, by: Any, keep: bool = False
) -> BidDraft:
    """Saves what was typed over ``version``. Raises ``StaleDraft`` where that is not the latest.

    ``keep``: fields that ``flat`` does not name stay as they were.
    """
    draft = locked(lot, supplier, round_, by=by)
    if draft.version != version:
        raise StaleDraft(draft)
    was = read(draft)
    now = {name: value for name, value in ((was | flat) if keep else flat).items() if value}
    if draft.version and now == was:
        return draft
    draft.version += 1
    draft.saved_at, draft.saved_by = database_now(), by
    _write(draft, now)
    draft.save()
    return draft


@transaction.atomic
def discard(draft: BidDraft) -> None:
    """Gives a draft up, with its files."""
    for attachment in draft.attachments.select_related("file"):
        attachments.remove(attachment)
    draft.delete()
