"""May this bid be handed in, taken back, opened, let in now? (RULES §4, P10, P14)"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts import mandates
from procurement.accounts.enums import Role
from procurement.calls.enums import CallState
from procurement.rules import rulebook
from workflows.machine import Act
from workflows.models import TransitionLog
from workflows.reasons import Reason


def _stamp(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


def _rule(rule_id: str, bid: Any, act: Act) -> Any:
    return rulebook.find(rule_id, on=act.at, region=bid.lot.call.project.buyer.region)


def call_takes_bids(bid: Any, act: Act) -> Iterator[Reason]:
    """B1: after the deadline a bid is refused, to the second; the deadline itself is in time (令87 art 33)."""
    call = bid.lot.call
    if act.at > call.deadline:
        rule = _rule("B1", bid, act)
        message = _("The deadline was %(deadline)s; it is now %(now)s.") % {
            "deadline": _stamp(call.deadline),
            "now": _stamp(act.at),
        }
        yield rule.reason(message) if rule is not None else Reason(message, code="late")
    elif call.state != CallState.PUBLISHED or (call.published_at and act.at < call.published_at):
        yield Reason(_("This call does not take bids."), code="call_state")
    if bid.lot.failed_reason:
        yield Reason(_("This lot has ended."), code="lot_failed")


def may_still_withdraw(bid: Any, act: Act) -> Iterator[Reason]:
    """B2: withdraw and replace until the deadline (令87 art 34)."""
    if act.at > bid.lot.call.deadline:
        rule = _rule("B2", bid, act)
        message = _("A bid can be withdrawn until the deadline, %(deadline)s.") % {
            "deadline": _stamp(bid.lot.call.deadline)
        }
        yield rule.reason(message) if rule is not None else Reason(message, code="late")


def supplier_may_bid(bid: Any, act: Act) -> Iterator[Reason]:
    """W2, W3, P14: who may supply; whoever buys or designs the call may not bid (条例 art 18)."""
    supplier, call = bid.supplier, bid.lot.call
    rule = _rule("P14", bid, act)
    if rule is not None and (supplier.pk == call.project.buyer_id or supplier.code == call.project.buyer.code):
        yield rule.reason(_("The buyer does not bid for its own call."))
    if rule is not None:
        yield from (rule.reason(words) for words in ties_to_agency(supplier, call.project))
    rule = _rule("W3", bid, act)
    if rule is not None and (supplier.is_buyer or supplier.is_station):
        yield rule.reason(_("%(name)s is not an organisation that supplies services.") % {"name": supplier})


def ties_to_agency(supplier: Any, project: Any) -> Iterator[str]:
    """Why a supplier is too near to the agency that runs the call (令87 art 8: its branches; 条例 art 18: one head).

    A branch bears the name of its house; one head is a person who answers for both.
    """
    for agency in mandates.has_worked_on(project):
        if supplier.pk == agency.pk or supplier.name.startswith(agency.name):
            yield _("%(name)s runs this call by mandate: neither it nor its branches bid in it.") % {"name": agency}
        elif _heads(supplier) & _heads(agency):
            words = _("%(supplier)s and %(agency)s, which runs this call by mandate, have the same head.")
            yield words % {"supplier": supplier, "agency": agency}


def _heads(organisation: Any) -> set[int]:
    rows = organisation.memberships.filter(active=True, roles__overlap=[str(Role.MANAGER), str(Role.SIGNATORY)])
    return set(rows.values_list("user", flat=True))


def has_envelope(bid: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not act.given.get("sealed"):
        yield Reason(_("There is no offer in the envelope."), code="empty")


def deadline_passed(bid: Any, act: Act) -> Iterator[Reason]:
    if act.at < bid.lot.call.deadline:
        rule = _rule("B5", bid, act)
        message = _("Nothing is opened before the deadline.")
        yield rule.reason(message) if rule is not None else Reason(message, code="early")


def price_within_ceiling(bid: Any, act: Act) -> Iterator[Reason]:
    """B3: above the ceiling or the budget the bid is rejected, with reason (令87 art 63)."""
    rule = _rule("B3", bid, act)
    if rule is None or bid.price is None:
        return
    if bid.price > bid.lot.ceiling or bid.price > bid.lot.call.project.budget:
        yield rule.reason(
            _("%(name)s offers %(price)s yuan, above the ceiling of %(ceiling)s yuan: reject the bid with this reason.")
            % {
                "name": bid.supplier,
                "price": bid.price,
                "ceiling": min(bid.lot.ceiling, bid.lot.call.project.budget),
            }
        )


def has_reject_reason(bid: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not act.reason.strip():
        yield Reason(_("A bid is rejected with a reason that the bidder can read."), code="reason")


def final_offers_invited(bid: Any, act: Act) -> Iterator[Reason]:
    """P10, B1: one final offer for everyone still in, until the time all were given."""
    call = bid.lot.call
    rule = rulebook.find("P10", variant=call.method, on=act.at, region=call.project.buyer.region)
    if not call.has_final_offers:
        message = _("This procedure knows one offer only.")
        yield rule.reason(message) if rule is not None else Reason(message, code="one_offer")
    elif call.final_offers_until is None:
        yield Reason(_("Final offers have not been invited yet."), code="not_invited")
    elif act.at > call.final_offers_until:
        late = _rule("B1", bid, act)
        message = _("Final offers were due by %(until)s.") % {"until": _stamp(call.final_offers_until)}
        yield late.reason(message) if late is not None else Reason(message, code="late")


CONFIRMED = "confirm_bid"  # how the log names that a supplier stands by its bid after a correction


def unconfirmed_since(bid: Any) -> datetime | None:
    """When the content was corrected after the bid was handed in, where nobody has confirmed or replaced it since."""
    later = bid.lot.call.corrections.filter(of_content=True, published_at__gt=bid.submitted_at)
    last = later.order_by("-published_at").values_list("published_at", flat=True).first()
    if last is None:
        return None
    log = TransitionLog.objects.filter(subject_type="bids.bid", subject_id=bid.pk, action=CONFIRMED, at__gte=last)
    return None if log.exists() else last


def confirmed_after_correction(bid: Any, act: Act) -> Iterator[Reason]:
    """P11: a bid handed in before the content changed answers another call unless it was confirmed or replaced."""
    rule = _rule("P11", bid, act)
    since = unconfirmed_since(bid) if rule is not None and bid.submitted_at is not None else None
    if since is not None:
        message = _("The content was corrected on %(at)s; the bid from before was neither confirmed nor replaced.")
        yield rule.reason(message % {"at": _stamp(since)})
