"""Is every envelope and every stored file still the one that was handed in? Needs no key."""

from __future__ import annotations

from collections.abc import Iterator

from procurement.bids.models import Attachment, Bid, Envelope
from procurement.calls.models import Call
from procurement.common import sealing, vault
from workflows import chain
from workflows.models import TransitionLog


def _log(bid: Bid) -> list[TransitionLog]:
    rows = TransitionLog.objects.filter(subject_type=bid._meta.label_lower, subject_id=bid.pk)
    return list(rows.order_by("sequence"))


def _named(rows: list[TransitionLog]) -> set[str]:
    """The fingerprints that the bid's own log names: an envelope exchanged together with its hash is found by them."""
    return {str(row.facts.get("sha256", "")) for row in rows}


def fault_before_opening(bid: Bid, envelope: Envelope) -> str:
    """What forbids to open this envelope: it, its hash or the log that vouches for it is not as it was."""
    rows = _log(bid)
    found = envelope_fault(envelope, _named(rows))
    return found or next(chain.faults_of(bid, rows), "")


def envelope_fault(envelope: Envelope, logged: set[str]) -> str:
    """What is wrong with one envelope; empty where nothing is."""
    number = envelope.bid.number
    if sealing.fingerprint(bytes(envelope.sealed)) != envelope.sha256:
        return f"envelope {envelope.pk} of {number} is not the one its receipt names: it was changed"
    if envelope.sha256 not in logged:
        return f"envelope {envelope.pk} of {number} is not in the bid's log: it was exchanged"
    return ""


def faults(call: Call) -> Iterator[str]:
    """Every envelope and file of ``call`` that is not as it was handed in, named."""
    for bid in Bid.objects.filter(lot__call=call).prefetch_related("envelopes"):
        logged = _named(_log(bid))
        for envelope in bid.envelopes.all():
            if fault := envelope_fault(envelope, logged):
                yield fault
    files = Attachment.objects.filter(envelope__bid__lot__call=call).select_related("file", "envelope__bid")
    for attachment in files.iterator():
        number = attachment.envelope.bid.number if attachment.envelope else ""
        if attachment.fault:
            yield f"{number}: {attachment.fault}"
        if fault := vault.fault(attachment.file):
            yield f"{number}: {fault}"


def mark(call: Call) -> int:
    """Reads every opened file of ``call`` and marks those that are not as stored. Returns how many."""
    count = 0
    files = Attachment.objects.filter(envelope__bid__lot__call=call, opened_at__isnull=False, fault="")
    for attachment in files.select_related("file"):
        if fault := vault.fault(attachment.file):
            attachment.fault = fault
            attachment.save(update_fields=["fault"])
            count += 1
    return count
