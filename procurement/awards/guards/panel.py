"""May this panel sit, score, sign; may this award stand? (RULES §3 P5–P7, §4, §5)"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.awards import lowprice, noticed
from procurement.awards.enums import SeatRole
from procurement.awards.scoring import outliers
from procurement.bids.enums import STILL_IN, BidState
from procurement.bids.opening import too_few
from procurement.calls import thresholds
from procurement.calls.enums import CallState, CriterionKind
from procurement.rules import rulebook, workdays
from workflows.machine import Act
from workflows.reasons import Reason


def _rule(rule_id: str, subject: Any, act: Act, variant: str = "") -> Any:
    return rulebook.find(rule_id, variant=variant, on=act.at, region=subject.project.buyer.region)


def panel_minimum(call: Any, rule: Any, act: Act) -> int:
    """How many members P5 asks for: more for large sums (令87 art 47; 令74 art 7)."""
    minimum = int(rule.values["min"])
    large = rule.values.get("large_from")
    if large and call.project.budget >= Decimal(str(large)):
        minimum = int(rule.values["large_min"])
    scale = thresholds.tender_threshold(call.project.buyer, act.at)
    if rule.values.get("tender_scale_min") and scale is not None and call.project.budget >= scale:
        minimum = int(rule.values["tender_scale_min"])
    return minimum


def composition(panel: Any, act: Act) -> Iterator[Reason]:
    """P5 size and oddness, P6 share of experts."""
    seats = list(panel.seats.all())
    experts = sum(seat.role == SeatRole.EXPERT for seat in seats)
    yield from composed(panel.call, len(seats), experts, act)


def composed(call: Any, count: int, experts: int, act: Act) -> Iterator[Reason]:
    """The same for a panel still to be drawn: ``count`` members, ``experts`` of them from the pool."""
    if not count:
        yield Reason(_("The panel has no members yet."), code="no_members")
    rule = _rule("P5", call, act, call.method)
    if rule is not None:
        minimum = panel_minimum(call, rule, act)
        if count < minimum:
            yield rule.reason(
                _("The panel has %(count)s members; it needs %(minimum)s at least.")
                % {"count": count, "minimum": minimum}
            )
        if rule.values.get("odd") and count % 2 == 0:
            yield rule.reason(_("The panel has %(count)s members; the number must be odd.") % {"count": count})
    needed = experts_needed(call, count, act)
    rule = _rule("P6", call, act, call.method)
    if rule is not None and experts < needed:
        yield rule.reason(
            _("%(experts)s of %(count)s members are experts; it must be %(needed)s at least.")
            % {"experts": experts, "count": count, "needed": needed}
        )


def experts_needed(call: Any, count: int, act: Act) -> int:
    """P6: how many of ``count`` members come from the pool at least."""
    rule = _rule("P6", call, act, call.method)
    if rule is None or not rule.values.get("experts_min"):
        return 0
    return math.ceil(Fraction(str(rule.values["experts_min"])) * count)


def drawn_in_the_open(panel: Any, act: Act) -> Iterator[Reason]:
    """P12: the experts are those a recorded draw yielded (条例 art 39). Threads that are brought in keep their own."""
    if panel.brought_in:
        return
    drawn = panel.draws.filter(drawn_at__isnull=False).values_list("drawn", flat=True)
    yielded = {reference for row in drawn for reference in row}
    seats = panel.seats.filter(role=SeatRole.EXPERT).values_list("reference", flat=True)
    if not yielded or not set(seats) <= yielded:
        rule = _rule("P12", panel, act)
        message = _("The experts are drawn at random from the pool, and the draw is on record.")
        yield rule.reason(message) if rule is not None else Reason(message, code="draw")


def has_reason(panel: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not act.reason.strip():
        yield Reason(_("Write down why the seat is given up."), code="reason")


def every_seat_is_taken(panel: Any, act: Act) -> Iterator[Reason]:
    """A seat that was given up is filled before anything goes on."""
    taken = set(panel.seats.values_list("position", flat=True))
    empty = set(panel.vacancies.values_list("position", flat=True)) - taken
    if empty:
        yield Reason(
            ngettext(
                "%(count)s seat is still to be filled again.",
                "%(count)s seats are still to be filled again.",
                len(empty),
            )
            % {"count": len(empty)},
            code="vacant",
        )


def experts_are_independent(panel: Any, act: Act) -> Iterator[Reason]:
    """P12, P13: no buyer's staff and no bidder's staff among the experts (令87 art 47; 条例 art 9)."""
    buyer = panel.project.buyer_id
    bidders = set(panel.call.lots.values_list("bids__supplier", flat=True)) - {None}
    for seat in panel.seats.select_related("user").prefetch_related("user__memberships"):
        own = {m.organisation_id for m in seat.user.memberships.all() if m.active}
        rule = _rule("P12", panel, act, "own_expert")
        if rule is not None and seat.role == SeatRole.EXPERT and buyer in own:
            yield rule.reason(_("%(name)s belongs to the buyer and cannot sit as an expert.") % {"name": seat.user})
        rule = _rule("P13", panel, act)
        if rule is not None and own & bidders:
            yield rule.reason(_("%(name)s belongs to a bidder.") % {"name": seat.user})


def all_declared(panel: Any, act: Act) -> Iterator[Reason]:
    rule = _rule("P13", panel, act)
    names = [str(seat.user) for seat in panel.seats.select_related("user") if seat.declared_at is None]
    if names:
        message = _("Still to declare: %(names)s.") % {"names": ", ".join(names)}
        yield rule.reason(message) if rule is not None else Reason(message, code="declare")


def bids_are_open(panel: Any, act: Act) -> Iterator[Reason]:
    if panel.call.state != CallState.OPENED:
        yield Reason(_("The bids have not been opened yet."), code="not_opened")


def qualification_is_done(panel: Any, act: Act) -> Iterator[Reason]:
    names = [str(bid.supplier) for bid in _bids(panel) if bid.state == BidState.OPENED]
    if names:
        yield Reason(_("Still to be let in or rejected: %(names)s.") % {"names": ", ".join(names)}, code="qualify")


def final_offers_are_open(panel: Any, act: Act) -> Iterator[Reason]:
    """P10: in consultation and negotiation the final offers are scored."""
    if not panel.call.has_final_offers or panel.call.final_opened_at is not None:
        return
    rule = _rule("P10", panel, act, panel.call.method)
    message = _("The final offers have not been opened yet.")
    yield rule.reason(message) if rule is not None else Reason(message, code="final_offers")


def prices_within_ceiling(panel: Any, act: Act) -> Iterator[Reason]:
    """B3, once more for final offers."""
    from procurement.bids.guards import price_within_ceiling

    for bid in _bids(panel):
        if bid.state in STILL_IN:
            yield from price_within_ceiling(bid, act)


def enough_valid_bidders(panel: Any, act: Act) -> Iterator[Reason]:
    """P7, counted again after qualification."""
    bids = _bids(panel)
    for lot in panel.call.lots.all():
        if not lot.failed_reason:
            valid = sum(bid.lot_id == lot.pk and bid.state in STILL_IN for bid in bids)
            yield from too_few(panel.call, lot, valid, act.at)


def low_prices_settled(panel: Any, act: Act) -> Iterator[Reason]:
    """B4: an abnormally low price is explained, or the bid is rejected (异常低价)."""
    rule = _rule("B4", panel, act)
    if rule is None:
        return
    settled = []
    for bid, triggered in lowprice.triggered(panel.call, rule):
        settled.append(bid.pk)
        if bid.low_price_accepted is None:
            yield rule.reason(
                _(
                    "%(name)s: %(price)s yuan is abnormally low (%(rules)s);"
                    " the bidder must explain, or the bid is rejected."
                )
                % {"name": bid.supplier, "price": bid.price, "rules": ", ".join(triggered)},
                triggered=triggered,
            )
    for bid in lowprice.asked_by_the_panel(panel.call).exclude(pk__in=settled):
        yield rule.reason(
            _("%(name)s was asked to explain its price; the answer is still to be judged.") % {"name": bid.supplier}
        )


def _bids(panel: Any) -> list[Any]:
    from procurement.bids.models import Bid

    return list(
        Bid.objects.filter(lot__call=panel.call, lot__failed_reason="")
        .exclude(state__in=[BidState.DRAFT, BidState.WITHDRAWN, BidState.SUBMITTED])
        .select_related("lot__call__project__buyer", "supplier")
        .order_by("pk")
    )


def _score_table(panel: Any) -> dict[tuple[int, int], dict[int, Decimal]]:
    """(bid, criterion) → seat → points."""
    table: dict[tuple[int, int], dict[int, Decimal]] = {}
    given = panel.seats.filter(sheets__scores__isnull=False)
    rows = given.values_list("sheets__bid", "sheets__scores__criterion", "pk", "sheets__scores__points")
    for bid, criterion, seat, value in rows:
        table.setdefault((bid, criterion), {})[seat] = value
    return table


def sheets_complete(panel: Any, act: Act, only: Any = None) -> Iterator[Reason]:
    """Every member has scored every bid on every judged criterion; ``only``: asks about one seat alone."""
    judged = [c for c in panel.call.criteria.all() if c.kind == CriterionKind.JUDGED]
    bids = [bid for bid in _bids(panel) if bid.state in STILL_IN]
    table = _score_table(panel)
    seats = [only] if only is not None else panel.seats.select_related("user")
    for seat in seats:
        missing = sum(seat.pk not in table.get((bid.pk, c.pk), {}) for bid in bids for c in judged)
        if missing:
            yield Reason(
                ngettext(
                    "%(name)s still has %(count)s score to give.",
                    "%(name)s still has %(count)s scores to give.",
                    missing,
                )
                % {"name": seat.user, "count": missing},
                code="sheets",
            )


def all_signed(panel: Any, act: Act) -> Iterator[Reason]:
    """P12: every member signs the report, or records dissent (条例 art 41)."""
    rule = _rule("P12", panel, act, "signature")
    open_seats = panel.seats.filter(signed_at__isnull=True, deemed_at__isnull=True).select_related("user")
    names = [str(seat.user) for seat in open_seats]
    if names:
        message = _("Still to sign: %(names)s.") % {"names": ", ".join(names)}
        yield rule.reason(message) if rule is not None else Reason(message, code="sign")


def time_to_sign_is_over(panel: Any, act: Act) -> Iterator[Reason]:
    """P12: whoever neither signs nor dissents in the time given is deemed to agree, and not before (条例 art 41)."""
    if panel.sign_until is None:
        yield Reason(_("No time has been set by which the report is to be signed."), code="sign_until")
    elif act.at <= panel.sign_until:
        yield Reason(
            _("The report can be signed until %(until)s.")
            % {"until": f"{timezone.localtime(panel.sign_until):%Y-%m-%d %H:%M}"},
            code="sign_until",
        )


def far_from_the_others(panel: Any, act: Act) -> Iterator[Reason]:
    """S6: a member far from the mean of the others explains in writing (house)."""
    rule = _rule("S6", panel, act)
    if rule is None:
        return
    share = Decimal(str(rule.values["share"]))
    seats = list(panel.seats.select_related("user"))
    table = _score_table(panel)
    bids = {bid.pk: bid for bid in _bids(panel) if bid.state in STILL_IN}
    for criterion in panel.call.criteria.all():
        for bid_id, bid in bids.items():
            given = table.get((bid_id, criterion.pk), {})
            members = [seat for seat in seats if seat.pk in given]
            for index in outliers([given[seat.pk] for seat in members], criterion.weight, share):
                yield rule.reason(
                    _("%(member)s scored %(supplier)s far from the others on “%(criterion)s”.")
                    % {"member": members[index].user, "supplier": bid.supplier, "criterion": criterion.name}
                )


def _late(award: Any, act: Act, rule_id: str, since: Any, words: str) -> Iterator[Reason]:
    rule = _rule(rule_id, award, act)
    if rule is None or since is None:
        return
    latest = workdays.add_working_days(timezone.localdate(since), int(rule.values["days"]))
    if timezone.localdate(act.at) > latest:
        yield rule.reason(words % {"latest": latest.isoformat()}, latest=latest.isoformat())


def confirmed_in_time(award: Any, act: Act) -> Iterator[Reason]:
    """T2: the buyer confirms within 5 working days (条例 art 43)."""
    yield from _late(award, act, "T2", award.proposed_at, _("The award was to be confirmed by %(latest)s."))


def noticed_in_time(award: Any, act: Act) -> Iterator[Reason]:
    """T3: result notice and award letter within 2 working days (条例 art 43)."""
    yield from _late(award, act, "T3", award.confirmed_at, _("The result was to be published by %(latest)s."))


def result_in_the_medium(award: Any, act: Act) -> Iterator[Reason]:
    """D4: where the result must appear in the designated medium, no period runs before it has."""
    yield from noticed.waits_for_the_medium(award)


def challenge_period_over(award: Any, act: Act) -> Iterator[Reason]:
    if award.challenge_until is None or timezone.localdate(act.at) <= award.challenge_until:
        rule = _rule("T5", award, act)
        message = _("The result can be challenged until %(until)s.") % {"until": award.challenge_until}
        yield rule.reason(message, effect="block") if rule is not None else Reason(message, code="challenge")
