"""An opening that cannot be held is postponed, in the open; the envelopes stay sealed (DESIGN: who)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from procurement.accounts.models import Organisation
from procurement.calls.corrections import announce, words
from procurement.calls.models import Call, Correction
from workflows import engine, jobs

# as the notice names them; a notice is in Chinese whatever the site speaks
OPENING, FINAL_OPENING, WHY = "开启时间", "最后报价开启时间", "延期原因"


@transaction.atomic
def postpone_opening(
    call: Call, until: datetime, *, reason: str, by: Any, organisation: Organisation, final: bool = False
) -> Correction:
    """Postpones the opening of the bids, or of the final offers, to ``until``; with a correction notice.

    The time to hand in is not moved by it. Raises ``TransitionBlocked`` or ``PermissionDenied``.
    """
    call = Call.objects.select_for_update(of=("self",)).select_related("project__buyer").get(pk=call.pk)
    was = call.final_opening_time if final else call.opening_time
    move = call.postpone_final_opening if final else call.postpone_opening
    engine.perform(move, by=by, organisation=organisation, reason=reason, was=was, until=until)
    changes = [
        {
            "name": "final_opens_from" if final else "opens_from",
            "label": FINAL_OPENING if final else OPENING,
            "was": words(was),
            "is": words(until),
        },
        {"name": "reason", "label": WHY, "was": "", "is": reason},
    ]
    correction = announce(call, changes, of_content=False, by=by)
    jobs.enqueue("call.postponed", call_id=call.pk, correction_id=correction.pk, final=final)
    return correction


@dataclass(frozen=True)
class Postponed:
    """When a postponed opening is held instead, and why: as everybody reads it."""

    until: datetime
    reason: str


def postponed(call: Call, *, final: bool = False) -> Postponed | None:
    """The latest postponement of the opening, or of that of the final offers; from the call's published corrections.

    Where ``corrections`` were fetched along, it asks the database nothing.
    """
    until, planned = (call.final_opens_from, call.final_offers_until) if final else (call.opens_from, call.deadline)
    if until is None or planned is None or until <= planned:
        return None
    name = "final_opens_from" if final else "opens_from"
    for correction in sorted(call.corrections.all(), key=lambda one: one.pk, reverse=True):
        said = {change["name"]: change["is"] for change in correction.changes}
        if name in said:
            return Postponed(until, said.get("reason", ""))
    return Postponed(until, "")
