"""A bid that was handed in before the content changed is confirmed or replaced by its supplier (P11)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.bids import guards, permissions
from procurement.bids.enums import BidState
from procurement.bids.models import Bid
from procurement.calls.models import Correction
from workflows import clock, engine
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.models import TransitionLog
from workflows.reasons import Reason


def waiting(bids: QuerySet[Bid]) -> QuerySet[Bid]:
    """Those of ``bids`` that were handed in before a correction of the content and not confirmed since."""
    answered = TransitionLog.objects.filter(
        subject_type="bids.bid",
        subject_id=OuterRef(OuterRef("pk")),
        action=guards.CONFIRMED,
        at__gte=OuterRef("published_at"),
    )
    changed = Correction.objects.filter(
        ~Exists(answered), call=OuterRef("lot__call"), of_content=True, published_at__gt=OuterRef("submitted_at")
    )
    return bids.filter(Exists(changed))


def changes(bid: Bid) -> list[dict[str, str]]:
    """What was corrected since the bid was handed in, old and new."""
    since = bid.call.corrections.filter(of_content=True, published_at__gt=bid.submitted_at).order_by("published_at")
    return [change for correction in since for change in correction.changes]


def confirm(bid: Bid, *, by: Any, organisation: Organisation) -> Bid:
    """The supplier stands by its bid as it is, sealed, after the content has changed.

    Raises ``TransitionBlocked`` after the deadline or where there is nothing to confirm.
    """
    act = Act(by=by, at=act_time(), organisation=organisation, claimed=clock.claimed_time() is not None)
    reasons = list(guards.call_takes_bids(bid, act))
    if bid.state != BidState.SUBMITTED or guards.unconfirmed_since(bid) is None:
        reasons.append(Reason(_("There is nothing to confirm."), code="state"))
    if reasons:
        raise TransitionBlocked(reasons, act="bid.confirm", subject=bid)
    if not permissions.supplier(bid, act):
        raise PermissionDenied(_("A bid is confirmed by its own supplier."))
    engine.note(bid, guards.CONFIRMED, by=by, organisation=organisation)
    return bid
