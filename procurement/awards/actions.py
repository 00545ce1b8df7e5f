"""Acts of the panel and of the buyer on its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.awards import challenges, guards, lowprice
from procurement.awards.enums import CONFIRMED, PUBLISHED, AwardState
from procurement.awards.models import Award, Panel, Score, ScoreSheet, Seat
from procurement.awards.noticed import notice_of
from procurement.awards.results import compute
from procurement.bids.actions import reject_bid
from procurement.bids.enums import BidState
from procurement.bids.models import Bid
from procurement.bids.ways_out import fail_lot
from procurement.calls.enums import CallState, CriterionKind
from procurement.calls.models import Call, Lot
from procurement.projects import notices
from procurement.projects.enums import NoticeKind, ProjectState
from procurement.rules import rulebook, workdays
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.reasons import Reason


@transaction.atomic
def draw_panel(call: Call, members: Sequence[tuple[Any, str]], *, by: Any, organisation: Organisation) -> Panel:
    """Seats the members drawn from the pool: ``(user, "expert"|"buyer")`` in order. Raises P5, P6, P12, P13."""
    panel = Panel.objects.filter(call=call).first()
    if panel is None:
        panel = engine.begin(Panel(call=call), by=by, organisation=organisation, action="form")
    if panel.state == "forming":
        panel.seats.all().delete()
        for position, (user, role) in enumerate(members):
            Seat.objects.create(panel=panel, user=user, role=role, position=position)
    engine.perform(panel.draw, by=by, organisation=organisation, members=len(members))
    jobs.enqueue("panel.drawn", panel_id=panel.pk)
    return panel


def _own_seat(panel: Panel, user: Any) -> Seat:
    seat = Seat.objects.select_for_update().filter(panel=panel, user=user).first()
    if seat is None:
        raise PermissionDenied(_("You have no seat on this panel."))
    return seat


@transaction.atomic
def declare_no_conflict(panel: Panel, *, by: Any) -> Seat:
    """A member declares to have no conflict of interest (P13); the last declaration completes the panel."""
    seat = _own_seat(panel, by)
    if seat.declared_at is None:
        seat.declared_at = act_time()
        seat.save(update_fields=["declared_at"])
        engine.note(panel, "declare_seat", by=by, seat=seat.position)
    if panel.fresh().state == "drawn" and not panel.seats.filter(declared_at__isnull=True).exists():
        engine.perform(panel.declare, by=by)
    return seat


@transaction.atomic
def settle_low_price(bid: Bid, *, accepted: bool, explanation: str, by: Any, organisation: Organisation) -> Bid:
    """Records the bidder's explanation of an abnormally low price (B4) and whether the panel accepts it.

    Not accepted → the bid is rejected in the same transaction.
    """
    rule = rulebook.find("B4", on=act_time(), region=bid.project.buyer.region)
    found = dict(lowprice.triggered(bid.call, rule)).get(bid, []) if rule is not None else []
    bid = Bid.objects.select_for_update(of=("self",)).get(pk=bid.pk)
    if not explanation.strip():
        raise TransitionBlocked([Reason(_("Write down the bidder's explanation."), code="explanation")])
    bid.low_price_rules, bid.low_price_explanation, bid.low_price_accepted = found, explanation, accepted
    bid.save(update_fields=["low_price_rules", "low_price_explanation", "low_price_accepted"])
    engine.note(bid, "settle_low_price", by=by, organisation=organisation, accepted=accepted, triggered=found)
    if not accepted:
        reject_bid(bid, by=by, organisation=organisation, reason=explanation, rule="B4")
    return bid


@transaction.atomic
def start_scoring(panel: Panel, *, by: Any, organisation: Organisation) -> Panel:
    engine.perform(panel.start_scoring, by=by, organisation=organisation)
    jobs.enqueue("panel.scoring", panel_id=panel.pk)
    return panel


def _refuse_scores(bid: Bid, given: Mapping[str, Decimal]) -> list[Reason]:
    judged = {c.code: c for c in bid.call.criteria.all() if c.kind == CriterionKind.JUDGED}
    reasons = [
        Reason(_("“%(code)s” is not a criterion that the panel judges.") % {"code": code}, code=code)
        for code in given
        if code not in judged
    ]
    rule = rulebook.find("S3", on=act_time(), region=bid.project.buyer.region)
    for code, value in given.items():
        if code in judged and not Decimal(0) <= value <= judged[code].weight:
            message = _("“%(name)s”: %(value)s points; it must be between 0 and %(weight)s.") % {
                "name": judged[code].name,
                "value": value,
                "weight": judged[code].weight.normalize(),
            }
            reasons.append(rule.reason(message) if rule is not None else Reason(message, code=code))
    if bid.state not in (BidState.QUALIFIED, BidState.FINAL_OFFERED):
        reasons.append(Reason(_("This bid is not being scored."), code="bid_state"))
    return reasons


@transaction.atomic
def save_scores(panel: Panel, bid: Bid, given: Mapping[str, Decimal], *, by: Any, comment: str = "") -> ScoreSheet:
    """Saves a member's points for a bid, by criterion code; can be changed until the member signs."""
    seat = _own_seat(panel, by)
    panel = panel.fresh()
    reasons = (
        _refuse_scores(bid, given)
        if bid.lot.call_id == panel.call_id
        else [Reason(_("This bid is not being scored."), code="bid_state")]
    )
    if panel.state != "scoring" or seat.signed_at is not None or seat.sheet_signed_at is not None:
        reasons.insert(0, Reason(_("Scores can no longer, or not yet, be given."), code="state"))
    if reasons:
        raise TransitionBlocked(reasons, act="panel.score", subject=panel)
    sheet, _made = ScoreSheet.objects.update_or_create(
        seat=seat, bid=bid, defaults={"saved_at": act_time(), "comment": comment}
    )
    criteria = {c.code: c for c in panel.call.criteria.all()}
    for code, value in given.items():
        Score.objects.update_or_create(sheet=sheet, criterion=criteria[code], defaults={"points": value})
    return sheet


@transaction.atomic
def sign_report(panel: Panel, *, by: Any, dissent: str = "", reasons: Mapping[str, str] | None = None) -> Panel:
    """A member signs the scoring report; the last signature fixes the ranking and proposes the award."""
    panel = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    seat = _own_seat(panel, by)
    if panel.state != "scoring" or seat.signed_at is not None:
        raise TransitionBlocked([Reason(_("There is nothing for you to sign now."), code="state")], act="panel.sign")
    own = list(guards.sheets_complete(panel, Act(by=by, at=act_time()), seat))
    if own:
        raise TransitionBlocked(own, act="panel.sign", subject=panel)
    seat.signed_at, seat.dissent = act_time(), dissent
    seat.sheet_signed_at = seat.sheet_signed_at or seat.signed_at
    seat.save(update_fields=["signed_at", "sheet_signed_at", "dissent"])
    engine.note(panel, "sign_seat", by=by, seat=seat.position, dissent=dissent)
    if not panel.seats.filter(signed_at__isnull=True).exists():
        engine.perform(panel.sign, by=by, reasons=reasons)
        propose(panel, by=by)
    return panel


def propose(panel: Panel, *, by: Any, organisation: Organisation | None = None) -> None:
    """What follows from the signed report: every bid its points and place, every lot its winner."""
    call = panel.call
    standing = Award.objects.filter(lot__call=call).exclude(state=AwardState.REVOKED)
    for lot in call.lots.filter(failed_reason="").exclude(pk__in=standing.values("lot")):
        results = compute(panel, lot)
        with engine.consequence():
            for result in results:
                engine.perform(
                    result.bid.score,
                    by=by,
                    organisation=organisation,
                    points={code: str(value) for code, value in result.points.items()},
                    total=str(result.total),
                    rank=result.rank,
                )
        if results:
            best = results[0]
            amount = best.bid.price if best.bid.price is not None else lot.ceiling
            award = Award(lot=lot, bid=best.bid, amount=amount, proposed_at=act_time())
            engine.begin(award, by=by, organisation=organisation, action="propose", amount=str(amount))
            jobs.enqueue("award.proposed", award_id=award.pk)


def advance(call: Call, *, by: Any, organisation: Organisation) -> None:
    """The project is awarded when every living lot is confirmed, the call concluded when every result is out."""
    lots = Lot.objects.filter(call=call, failed_reason="")
    call.refresh_from_db()
    project = call.project.fresh()
    with engine.consequence():
        if project.state == ProjectState.OPENED and not lots.exclude(awards__state__in=CONFIRMED).exists():
            engine.perform(project.award, by=by, organisation=organisation)
        if call.state == CallState.OPENED and not lots.exclude(awards__state__in=PUBLISHED).exists():
            engine.perform(call.conclude, by=by, organisation=organisation)


@transaction.atomic
def confirm_award(award: Award, *, by: Any, organisation: Organisation, **more: Any) -> Award:
    """The buyer confirms; when every lot is confirmed the project is awarded."""
    engine.perform(award.confirm, by=by, organisation=organisation, **more)
    with engine.consequence():
        engine.perform(award.bid.win, by=by, organisation=organisation)
        for bid in award.lot.bids.filter(state=BidState.SCORED).exclude(pk=award.bid_id):
            engine.perform(bid.lose, by=by, organisation=organisation)
    advance(award.lot.call, by=by, organisation=organisation)
    jobs.enqueue("project.changed", project_id=award.project.pk)
    return award


def result_fields(award: Award, at: Any = None) -> dict[str, str]:
    """The statutory fields of a result (公告格式); before it is published, as they would be at the time ``at``."""
    call, supplier, project = award.lot.call, award.bid.supplier, award.project
    ends = award.notice_ends or challenge_dates(award, at or act_time())["notice_ends"]
    members = "、".join(str(seat.user) for seat in call.panel.seats.select_related("user"))
    return _in_place_of(award) | {
        "number": call.number,
        "name": award.lot.title,
        "supplier": supplier.name,
        "supplier_address": supplier.address,
        "amount": str(award.amount),
        "total": str(award.bid.total),
        "service_name": award.lot.title,
        "service_scope": call.requirements or project.summary,
        "service_requirements": call.requirements,
        "service_time": f"{project.term_start} – {project.term_end}",
        "service_standard": "；".join(f"{c.name}：{c.rule.rstrip('。；')}" for c in call.criteria.all() if c.rule),
        "committee": members,
        "notice_period": f"至 {ends}",
        "contacts": notices.contacts(project.buyer, call.contact),
        "documents": call.number,
    }


def _in_place_of(award: Award) -> dict[str, str]:
    """What the notice of a next candidate says of the result that fell."""
    if award.succeeds is None:
        return {}
    before = f"{award.succeeds.bid.supplier.name}（{award.succeeds.amount} 元）"
    return {"reason": f"原结果 {before} 因质疑或投诉成立被撤销，依法另行确定：{award.succeeds.revoke_reason}"}


def challenge_dates(award: Award, moment: Any) -> dict[str, Any]:
    return challenge_dates_for(award.project.buyer.region, moment)


def challenge_dates_for(region: str, moment: Any) -> dict[str, Any]:
    """T3: the notice stands 1 working day; T5: challenges within 7 working days after it (条例 art 43, 53)."""
    shown = rulebook.find("T3", on=moment, region=region)
    challenge = rulebook.find("T5", on=moment, region=region)
    ends = workdays.add_working_days(
        timezone.localdate(moment), int(shown.values.get("notice_days", 1)) if shown is not None else 1
    )
    until = workdays.add_working_days(ends, int(challenge.values["days"]) if challenge is not None else 7)
    return {"notice_ends": ends, "challenge_until": until}


@transaction.atomic
def publish_result(award: Award, *, by: Any, organisation: Organisation, fill: str = "") -> Award:
    """The result notice and the award letter, together; the call is concluded when all lots are noticed."""
    engine.perform(award.publish_notice, by=by, organisation=organisation, given=challenge_dates(award, act_time()))
    before = notice_of(award.succeeds) if award.succeeds is not None else None
    notices.publish(award.project, NoticeKind.RESULT, result_fields(award), by=by, fill=fill, corrects=before)
    advance(award.lot.call, by=by, organisation=organisation)
    # a challenge of the procedure may have been pending before there was a result
    challenges.settle(award, by=by, organisation=organisation)
    jobs.enqueue("award.noticed", award_id=award.pk)
    return award


def finalise(award: Award) -> Award:
    """The challenge period is over and nothing is pending; time alone does this."""
    return engine.perform(award.finalise, by=None)


__all__ = [
    "confirm_award",
    "declare_no_conflict",
    "draw_panel",
    "fail_lot",
    "finalise",
    "propose",
    "publish_result",
    "save_scores",
    "settle_low_price",
    "sign_report",
    "start_scoring",
]
