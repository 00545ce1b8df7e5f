"""An abnormally low price: the bidder is asked, has its time, answers; then the panel judges (B4, 异常低价)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.accounts.permissions import acts_for
from procurement.awards import actions, lowprice, permissions
from procurement.awards.models import LowPriceRequest
from procurement.bids.enums import STILL_IN
from procurement.bids.models import Bid
from procurement.rules import rulebook
from workflows import engine, jobs
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def _refuse(reasons: list[Reason], act: str, bid: Bid) -> None:
    if reasons:
        raise TransitionBlocked(reasons, act=act, subject=bid)


def rule_for(bid: Bid, at: datetime) -> Any:
    """B4 as it stands for this bid on that day, or none."""
    return rulebook.find("B4", on=at, region=bid.project.buyer.region)


def being_judged(bid: Bid) -> bool:
    """Whether prices are on the table and the scoring has not begun."""
    panel = getattr(bid.call, "panel", None)
    ready = not bid.call.has_final_offers or bid.call.final_opened_at is not None
    before = panel is not None and panel.state in ("drawn", "declared")
    return bid.state in STILL_IN and bid.price is not None and ready and before and bid.low_price_accepted is None


@transaction.atomic
def ask(
    bid: Bid, *, by: Any, organisation: Organisation, minutes: int | None = None, question: str = ""
) -> LowPriceRequest:
    """Asks the bidder to explain its price within ``minutes``, B4's minimum at least.

    Asked because the price falls below a rate, or because the panel finds it so: then ``question`` says why.
    """
    bid = Bid.objects.select_for_update(of=("self",)).get(pk=bid.pk)
    act = engine.act_of(by, organisation)
    if not permissions.officer(bid, act):
        raise PermissionDenied(_("Only an opening officer of the buyer asks for an explanation."))
    rule, reasons = rule_for(bid, act.at), []
    if rule is None or not being_judged(bid):
        reasons.append(Reason(_("There is no price to be explained now."), code="state"))
    if LowPriceRequest.objects.filter(bid=bid).exists():
        reasons.append(Reason(_("This bidder has been asked already."), code="asked"))
    least = int(rule.values["explain_minutes"]) if rule is not None else 0
    if rule is not None and minutes is not None and minutes < least:
        reasons.append(rule.reason(_("The bidder has at least %(minutes)s minutes to explain.") % {"minutes": least}))
    _refuse(reasons, "bid.ask_low_price", bid)
    hit = dict(lowprice.triggered(bid.call, rule)).get(bid, [])
    if not hit and not question.strip():
        _refuse([rule.reason(_("No rate is undercut: say why the panel finds it low."))], "bid.ask_low_price", bid)
    found = LowPriceRequest.objects.create(
        bid=bid,
        triggered=hit or ["panel"],
        asked_at=act.at,
        asked_by=by,
        question=question.strip(),
        due_at=act.at + timedelta(minutes=minutes if minutes is not None else least),
    )
    who: dict[str, Any] = {"by": by, "organisation": organisation}
    engine.note(bid, "ask_low_price", **who, triggered=found.triggered, due_at=found.due_at)
    jobs.enqueue("bid.low_price_asked", bid_id=bid.pk)
    return found


@transaction.atomic
def explain(
    found: LowPriceRequest, *, explanation: str, evidence: str = "", by: Any, organisation: Organisation
) -> LowPriceRequest:
    """The bidder's words, until its time is over by the database's clock; they can be replaced until then."""
    bid = Bid.objects.select_for_update(of=("self",)).get(pk=found.bid_id)
    found = LowPriceRequest.objects.select_for_update(of=("self",)).get(pk=found.pk)
    act = engine.act_of(by, organisation)
    if not acts_for(act, bid.supplier, Role.SUPPLIER):
        raise PermissionDenied(_("Only the bidder's staff explains its price."))
    rule, reasons = rule_for(bid, act.at), []
    if act.at > found.due_at:
        message = _("The time to explain is over.")
        reasons.append(rule.reason(message) if rule is not None else Reason(message, code="late"))
    if bid.low_price_accepted is not None or bid.state not in STILL_IN:
        reasons.append(Reason(_("Your price has been judged already."), code="state"))
    if not explanation.strip():
        reasons.append(Reason(_("Write the explanation."), code="explanation"))
    _refuse(reasons, "bid.explain_low_price", bid)
    found.explanation, found.evidence = explanation.strip(), evidence.strip()
    found.answered_at, found.answered_by = act.at, by
    found.save(update_fields=["explanation", "evidence", "answered_at", "answered_by"])
    engine.note(
        bid,
        "explain_low_price",
        by=by,
        organisation=organisation,
        explanation=found.explanation,
        evidence=found.evidence,
    )
    return found


def too_early(found: LowPriceRequest | None, at: datetime) -> list[Reason]:
    """Why the price cannot be judged yet: the bidder has neither answered nor had its time."""
    if found is None:
        return [Reason(_("The bidder has not been asked yet."), code="not_asked")]
    if found.answered_at is None and at <= found.due_at:
        rule, message = rule_for(found.bid, at), _("The bidder still has time to explain.")
        return [rule.reason(message) if rule is not None else Reason(message, code="early")]
    return []


@transaction.atomic
def judge(bid: Bid, *, accepted: bool, opinion: str, by: Any, organisation: Organisation) -> Bid:
    """Accepts or refuses the explanation, with the panel's reasons; refused, the bid is rejected (B4)."""
    bid = Bid.objects.select_for_update(of=("self",)).get(pk=bid.pk)
    act = engine.act_of(by, organisation)
    if not permissions.officer(bid, act):
        raise PermissionDenied(_("Only an opening officer of the buyer records the panel's judgement."))
    found = LowPriceRequest.objects.filter(bid=bid).first()
    reasons = too_early(found, act.at)
    if not being_judged(bid):
        reasons.append(Reason(_("This price is not being judged now."), code="state"))
    if not opinion.strip():
        reasons.append(Reason(_("Write down what the panel makes of it."), code="opinion"))
    if accepted and found is not None and found.answered_at is None:
        reasons.append(Reason(_("Nothing was explained, so nothing can be accepted."), code="silent"))
    _refuse(reasons, "bid.settle_low_price", bid)
    assert found is not None  # noqa: S101 - too_early has refused otherwise
    said = "\n".join(filter(None, (found.explanation, found.evidence)))
    said = said or _("The bidder explained nothing in its time.")
    words = _("The bidder: %(said)s\nThe panel: %(opinion)s") % {"said": said, "opinion": opinion.strip()}
    return actions.settle_low_price(bid, accepted=accepted, explanation=words, by=by, organisation=organisation)
