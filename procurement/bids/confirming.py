"""After a correction of the content, who has handed in confirms the sealed bid, or withdraws and replaces it (P11)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.bids import guards, permissions
from procurement.bids.actions import hold_shut
from procurement.bids.enums import BidState
from procurement.bids.models import Bid
from procurement.calls.models import Correction
from procurement.rules import rulebook
from workflows import engine
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.models import TransitionLog
from workflows.reasons import Reason


def unconfirmed(bids: QuerySet[Bid]) -> QuerySet[Bid]:
    """Those of ``bids`` that were handed in before the content was last corrected, and not confirmed since."""
    corrections = Correction.objects.filter(call=OuterRef("lot__call"), of_content=True).order_by("-published_at")
    said = TransitionLog.objects.filter(
        subject_type="bids.bid", subject_id=OuterRef("pk"), action=guards.CONFIRMED, at__gte=OuterRef("corrected_at")
    )
    dated = bids.annotate(corrected_at=Subquery(corrections.values("published_at")[:1]))
    return dated.filter(submitted_at__lt=F("corrected_at")).exclude(Exists(said))


def corrected_since(bid: Bid) -> list[Correction]:
    """What has been corrected since this bid was sealed, the latest first."""
    found = Correction.objects.filter(call=bid.lot.call_id, of_content=True, published_at__gt=bid.submitted_at)
    return list(found.order_by("-published_at"))


@transaction.atomic
def confirm_bid(bid: Bid, *, by: Any, organisation: Organisation) -> Bid:
    """The supplier's word that the sealed bid stands as it is. Raises ``TransitionBlocked`` or ``PermissionDenied``."""
    hold_shut(bid.lot.call_id)
    bid = Bid.objects.select_related("lot__call__project__buyer", "supplier").get(pk=bid.pk)
    moment, call = act_time(), bid.lot.call
    if bid.state != BidState.SUBMITTED or moment > call.deadline:
        rule = rulebook.find("P11", on=moment, region=call.project.buyer.region)
        message = _("A bid is confirmed while it is sealed, until the deadline.")
        reason = rule.reason(message) if rule is not None else Reason(message, code="late")
        raise TransitionBlocked([reason], act="bid.confirm", subject=bid)
    if not permissions.supplier(bid, Act(by=by, at=moment, organisation=organisation)):
        raise PermissionDenied(_("Only a supplier's own staff confirms its bid."))
    numbers = [correction.notice.number for correction in corrected_since(bid)]
    return engine.note(bid, guards.CONFIRMED, by=by, organisation=organisation, corrections=numbers)  # type: ignore[return-value]
