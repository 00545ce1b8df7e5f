"""From full sheets to a signed report: close the sheet, read the result, explain, sign or dissent (P12, S4, S6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.accounts.models import Organisation
from procurement.awards import actions, guards, permissions, scoring
from procurement.awards.models import Panel, Score, ScoreSheet, Seat
from procurement.awards.results import Result, compute
from procurement.bids.enums import STILL_IN
from procurement.calls.enums import CriterionKind
from procurement.calls.models import Lot
from procurement.rules import rulebook
from workflows import engine
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.reasons import Reason

TIME_TO_SIGN = timedelta(minutes=30)  # the shortest an officer may set; the law says "by a deadline" and no more


@dataclass(frozen=True)
class Outlier:
    """One score far from the mean of the others (S6)."""

    seat: int
    bid: int
    supplier: str
    criterion: str
    points: Decimal
    others: Decimal


def open_sheets(panel: Panel) -> int:
    """How many members have not closed their sheets yet."""
    return panel.seats.filter(sheet_signed_at__isnull=True, signed_at__isnull=True).count()


@transaction.atomic
def close_sheet(panel: Panel, *, by: Any) -> Seat:
    """A member signs the own sheet: from here on it is fixed. Others' sheets are shown when all have done so."""
    panel = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    seat = Seat.objects.select_for_update().filter(panel=panel, user=by).first()
    if seat is None:
        raise PermissionDenied(_("You have no seat on this panel."))
    if panel.state != "scoring" or seat.sheet_signed_at is not None or seat.signed_at is not None:
        raise TransitionBlocked([Reason(_("There is no open sheet of yours."), code="state")], act="panel.close_sheet")
    act = Act(by=by, at=act_time())
    missing = [reason for reason in guards.sheets_complete(panel, act, seat) if reason.blocks]
    if missing:
        raise TransitionBlocked(missing, act="panel.close_sheet", subject=panel)
    seat.sheet_signed_at = act.at
    seat.save(update_fields=["sheet_signed_at"])
    engine.note(panel, "close_sheet", by=by, seat=seat.position)
    return seat


def outliers(panel: Panel, at: datetime) -> list[Outlier]:
    """S6: every score far from the mean of the others; to be asked only when every sheet is closed."""
    rule = rulebook.find("S6", on=at, region=panel.project.buyer.region)
    if rule is None:
        return []
    share = Decimal(str(rule.values["share"]))
    table: dict[tuple[Any, Any], list[tuple[int, Decimal]]] = defaultdict(list)
    rows = Score.objects.filter(
        sheet__seat__panel=panel, criterion__kind=CriterionKind.JUDGED, sheet__bid__state__in=[str(s) for s in STILL_IN]
    ).select_related("criterion", "sheet__bid__supplier")
    for row in rows.order_by("sheet__bid", "criterion__position", "sheet__seat__position"):
        table[row.sheet.bid, row.criterion].append((row.sheet.seat_id, row.points))
    found = []
    for (bid, criterion), given in table.items():
        values = [value for _seat, value in given]
        for index in scoring.outliers(values, criterion.weight, share):
            rest = values[:index] + values[index + 1 :]
            mean = scoring.points(sum(rest, Decimal(0)) / len(rest))
            seat, value = given[index]
            found.append(Outlier(seat, bid.pk, str(bid.supplier), criterion.name, value, mean))
    return found


def results(panel: Panel) -> list[tuple[Lot, list[Result]]]:
    """The ranking of every living lot, as the sheets have it."""
    return [(lot, compute(panel, lot)) for lot in panel.call.lots.filter(failed_reason="")]


@transaction.atomic
def sign(panel: Panel, *, by: Any, dissent: str = "", explanations: Mapping[int, str] | None = None) -> Panel:
    """Signs the report in person, after reading it: own outliers explained, by bid (S6), dissent as text (P12)."""
    panel = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    seat = panel.seats.filter(user=by).first()
    if seat is None:
        raise PermissionDenied(_("You have no seat on this panel."))
    waiting = open_sheets(panel)
    if waiting:
        message = ngettext(
            "%(count)s member has not closed the sheet yet; the report is signed when all have.",
            "%(count)s members have not closed their sheets yet; the report is signed when all have.",
            waiting,
        )
        raise TransitionBlocked([Reason(message % {"count": waiting}, code="sheets")], act="panel.sign", subject=panel)
    given = {bid: words.strip() for bid, words in (explanations or {}).items()}
    own = {found.bid: found.supplier for found in outliers(panel, act_time()) if found.seat == seat.pk}
    silent = [supplier for bid, supplier in own.items() if not given.get(bid)]
    if silent:
        raise TransitionBlocked([_unexplained(panel, silent)], act="panel.sign", subject=panel)
    for bid in own:
        ScoreSheet.objects.filter(seat=seat, bid=bid).update(comment=given[bid])
    return actions.sign_report(panel, by=by, dissent=dissent.strip(), reasons=_written(panel))


def _unexplained(panel: Panel, suppliers: list[str]) -> Reason:
    rule = rulebook.find("S6", on=act_time(), region=panel.project.buyer.region)
    message = _("Explain your scores far from the others: %(names)s.") % {"names": ", ".join(suppliers)}
    return rule.reason(message, effect="block") if rule is not None else Reason(message, code="S6")


def _written(panel: Panel) -> dict[str, str]:
    """What the members wrote, together, as the log keeps it beside the warning."""
    rows = ScoreSheet.objects.filter(seat__panel=panel).exclude(comment="").order_by("seat__position", "bid")
    words = [f"{row.seat.user} · {row.bid.supplier}: {row.comment}" for row in rows.select_related("seat__user", "bid")]
    return {"S6": "\n".join(words)} if words else {}


def _officer(panel: Panel, by: Any, organisation: Organisation) -> Act:
    act = engine.act_of(by, organisation)
    if not permissions.officer(panel, act):
        raise PermissionDenied(_("Only an opening officer of the buyer closes the signing."))
    return act


@transaction.atomic
def set_time_to_sign(panel: Panel, *, until: datetime, by: Any, organisation: Organisation) -> Panel:
    """By when the report is to be signed; set once, when every sheet is closed, and never brought forward."""
    panel = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    act = _officer(panel, by, organisation)
    reasons = []
    if panel.state != "scoring" or open_sheets(panel):
        reasons.append(Reason(_("The time to sign begins when every member has closed the sheet."), code="state"))
    if until < act.at + TIME_TO_SIGN:
        minutes = int(TIME_TO_SIGN.total_seconds() // 60)
        reasons.append(Reason(_("Leave at least %(minutes)s minutes to sign.") % {"minutes": minutes}, code="until"))
    if panel.sign_until is not None and until < panel.sign_until:
        reasons.append(Reason(_("The time to sign can be made longer, not shorter."), code="until"))
    if reasons:
        raise TransitionBlocked(reasons, act="panel.set_time_to_sign", subject=panel)
    panel.sign_until = until
    panel.save(update_fields=["sign_until"])
    engine.note(panel, "set_time_to_sign", by=by, organisation=organisation, until=until)
    return panel


@transaction.atomic
def close_signing(panel: Panel, *, by: Any, organisation: Organisation) -> Panel:
    """Whoever neither signed nor dissented in time is deemed to agree (条例 art 41); the report stands."""
    panel = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    act = _officer(panel, by, organisation)
    early = list(guards.time_to_sign_is_over(panel, act))
    if panel.state != "scoring" or early:
        closed = [Reason(_("There is no signing to close."), code="state")]
        raise TransitionBlocked(early or closed, act="panel.close", subject=panel)
    silent = list(panel.seats.filter(signed_at__isnull=True).select_related("user"))
    Seat.objects.filter(pk__in=[seat.pk for seat in silent]).update(deemed_at=act.at)
    deemed = [{"seat": seat.position, "name": str(seat.user)} for seat in silent]
    who: dict[str, Any] = {"by": by, "organisation": organisation}
    engine.perform(panel.close, **who, deemed=deemed, reasons=_written(panel))
    actions.propose(panel, **who)
    return panel
