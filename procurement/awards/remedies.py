"""What follows when a challenge brought an award down: the panel scores again, or the call ends (令94 art 16, 32).

The third way, naming the next candidate, is in successors.py.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.awards import actions, hooks
from procurement.awards.enums import AwardState
from procurement.awards.models import Award, FormerResult, Panel, Score
from procurement.bids.enums import BidState
from procurement.calls import actions as calls
from procurement.calls.enums import CallState
from procurement.projects import notices
from procurement.projects.enums import NoticeKind, ProjectState
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

RANKED = (BidState.SCORED, BidState.WON, BidState.LOST)


def keep(award: Award) -> FormerResult:
    """Sets down the ranking and every sheet as they are, before anything of them changes."""
    panel = award.lot.call.panel
    bids = award.lot.bids.filter(state__in=RANKED).select_related("supplier").order_by("rank")
    scores = Score.objects.filter(sheet__seat__panel=panel, sheet__bid__lot=award.lot_id)
    rows = scores.order_by("sheet__seat__position", "sheet__bid", "criterion__position")
    return FormerResult.objects.create(
        award=award,
        ranking=[
            {
                "bid": bid.number,
                "supplier": bid.supplier.name,
                "price": str(bid.price) if bid.price is not None else None,
                "points": bid.points,
                "total": str(bid.total),
                "rank": bid.rank,
            }
            for bid in bids
        ],
        sheets=[
            {"seat": seat, "bid": bid, "criterion": code, "points": str(points)}
            for seat, bid, code, points in rows.values_list(
                "sheet__seat__position", "sheet__bid__number", "criterion__code", "points"
            )
        ],
        opinions=[
            {
                "seat": seat.position,
                "signed_at": timezone.localtime(seat.signed_at).isoformat() if seat.signed_at else None,
                "dissent": seat.dissent,
            }
            for seat in panel.seats.all()
        ],
        kept_at=act_time(),
    )


def _back_to_opened(award: Award, **who: Any) -> None:
    """Call and project stand again where they stood before the award; what has gone further stays."""
    call = award.lot.call
    call.refresh_from_db()
    if call.state == CallState.CONCLUDED:
        engine.perform(call.reopen, **who)
    project = call.project
    project.refresh_from_db()
    if project.state == ProjectState.AWARDED:
        engine.perform(project.reopen, **who)


def take_back(award: Award, reason: str, **who: Any) -> Award:
    """Revokes the award, once nothing binding stands on it any more, and keeps the result it had."""
    keep(award)
    hooks.revoked(award, **who, reason=reason)
    engine.perform(award.revoke, **who, reason=reason)
    with engine.consequence():
        _back_to_opened(award, **who)
    return award


@transaction.atomic
def score_again(award: Award, *, by: Any, organisation: Organisation, reason: str) -> Panel:
    """The panel scores the lot again: a new ranking and a new award; the old ones are kept."""
    who = {"by": by, "organisation": organisation}
    award = locked(award)
    take_back(award, reason, **who)
    panel = award.lot.call.panel
    with engine.consequence():
        for bid in award.lot.bids.filter(state__in=RANKED).order_by("pk"):
            engine.perform(bid.reconsider, **who)
        if panel.state == "signed":
            engine.perform(panel.reopen, **who)
    panel.seats.update(sheet_signed_at=None, signed_at=None, deemed_at=None, dissent="")
    jobs.enqueue("project.changed", project_id=award.project.pk)
    return panel


@transaction.atomic
def end(award: Award, *, by: Any, organisation: Organisation, reason: str, fill: str = "") -> Award:
    """The lot ends without a winner; with its last lot the call is cancelled. Either is published as a termination."""
    who = {"by": by, "organisation": organisation}
    award = locked(award)
    take_back(award, reason, **who)
    call, lot = award.lot.call, award.lot
    if call.lots.filter(failed_reason="").count() > 1:
        actions.fail_lot(lot, **who, reason=reason)
        fields = {"number": call.number, "name": lot.title, "reason": reason}
        notices.publish(call.project, NoticeKind.TERMINATION, fields, by=by, fill=fill)
        actions.advance(call, **who)
        jobs.enqueue("project.changed", project_id=call.project_id)
    else:
        calls.cancel_call(call, **who, reason=reason, fill=fill)
    return award


def locked(award: Award) -> Award:
    award = Award.objects.select_for_update(of=("self",)).select_related("lot__call__project__buyer").get(pk=award.pk)
    if award.state != AwardState.UPHELD:
        raise TransitionBlocked(
            [Reason(_("This award has not fallen to a challenge."), code="state")], act="award.revoke", subject=award
        )
    return award
