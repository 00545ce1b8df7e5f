from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.calls import thresholds
from procurement.calls.enums import Method, SmePolicy
from procurement.projects import official, singlesource
from procurement.projects.enums import NoticeKind
from procurement.projects.guards import budget_line_has_room
from procurement.rules import rulebook
from workflows.machine import Act
from workflows.reasons import Reason


def project_may_tender(call: Any, act: Act) -> Iterator[Reason]:
    if call.project.state not in ("approved", "intended", "failed"):
        yield Reason(
            _("The project is in the state “%(state)s”: no call can be published for it.")
            % {"state": call.project.get_state_display()},
            code="project_state",
        )


def budget_is_left(call: Any, act: Act) -> Iterator[Reason]:
    """W5: no call without money for it. Asked again here because a project that failed had given its part back."""
    yield from budget_line_has_room(call.project, act)


def handed_in(call: Any, act: Act) -> Iterator[Reason]:
    if call.handed_in_at is None:
        yield Reason(_("The drafter has not handed this call in for approval yet."), code="handed_in")


def drafter_is_not_approver(call: Any, act: Act) -> Iterator[Reason]:
    authors = {call.drafted_by_id, call.saved_by_id, call.handed_in_by_id}
    if not act.preview and act.by is not None and act.by.pk in authors:
        yield Reason(_("Who drafted a call does not publish it."), code="four_eyes")


def method_fits_threshold(call: Any, act: Act) -> Iterator[Reason]:
    """W10: which procedure the amount asks for (采购法 art 27, 32)."""
    buyer, budget = call.project.buyer, call.project.budget
    rule = rulebook.find("W10", on=act.at, region=buyer.region)
    if rule is None or not call.project.fiscal:
        return
    statutory = thresholds.statutory_threshold(buyer, act.at)
    tender = thresholds.tender_threshold(buyer, act.at)
    if statutory is not None and budget >= statutory and call.method == Method.OWN_RULE:
        yield rule.reason(
            _("From %(threshold)s yuan the buyer's own rule will not do; choose a statutory procedure.")
            % {"threshold": statutory},
            threshold=str(statutory),
        )
    approved = call.approval_number.strip() and call.approval_date
    if tender is not None and budget >= tender and call.method != Method.OPEN_TENDER and not approved:
        yield rule.reason(
            _("From %(threshold)s yuan anything but an open tender needs a recorded approval (number and date).")
            % {"threshold": tender},
            threshold=str(tender),
        )


def ceiling_within_budget(call: Any, act: Act) -> Iterator[Reason]:
    """W11: ceiling ≤ budget (令87 art 12)."""
    rule = rulebook.find("W11", on=act.at, region=call.project.buyer.region)
    if rule is None:
        return
    if call.ceiling > call.project.budget:
        yield rule.reason(
            _("The ceiling of %(ceiling)s yuan is above the budget of %(budget)s yuan.")
            % {"ceiling": call.ceiling, "budget": call.project.budget}
        )
    lots = sum((lot.ceiling for lot in call.lots.all()), Decimal(0))
    if lots > call.ceiling:
        yield rule.reason(
            _("The lots' ceilings sum to %(lots)s yuan, above the ceiling of %(ceiling)s yuan.")
            % {"lots": lots, "ceiling": call.ceiling}
        )


def intent_long_enough_ago(call: Any, act: Act) -> Iterator[Reason]:
    """W12: intent published ≥30 days before the call, for statutory procedures (意向通知)."""
    project = call.project
    rule = rulebook.find("W12", on=act.at, region=project.buyer.region)
    statutory = thresholds.statutory_threshold(project.buyer, act.at)
    if rule is None or not project.fiscal or statutory is None or project.budget < statutory:
        return
    if call.method == Method.OWN_RULE or call.urgent_reason.strip():
        return
    days = int(rule.values["min_days"])
    if project.intended_at is None:
        yield rule.reason(
            _("The intent has not been published; it must be, %(days)s days before the call.") % {"days": days}
        )
        return
    notice = project.notices.filter(kind=NoticeKind.INTENT).order_by("-pk").first()
    started = official.starts(notice) if notice is not None else project.intended_at
    if started is None:
        yield from official.not_recorded(notice)
        return
    earliest = timezone.localdate(started) + timedelta(days=days)
    if timezone.localdate(act.at) < earliest:
        yield rule.reason(
            _("The intent was published on %(on)s: the call may follow from %(earliest)s.")
            % {"on": timezone.localdate(started).isoformat(), "earliest": earliest.isoformat()},
            earliest=earliest.isoformat(),
        )


def single_source_made_public(call: Any, act: Act) -> Iterator[Reason]:
    """P2: at tender scale the plan to buy from a single source stands 5 working days before the call (条例 art 38)."""
    project = call.project
    tender = thresholds.tender_threshold(project.buyer, act.at)
    if call.method != Method.SINGLE_SOURCE or not project.fiscal or tender is None or project.budget < tender:
        return
    yield from singlesource.not_public_long_enough(project, act.at)


def small_firms_considered(call: Any, act: Act) -> Iterator[Reason]:
    """W8: at or above the threshold, reserved for SMEs or the exception that applies (中小企业办法 art 6, 9)."""
    project = call.project
    rule = rulebook.find("W8", on=act.at, region=project.buyer.region)
    statutory = thresholds.statutory_threshold(project.buyer, act.at)
    if rule is None or not project.fiscal or statutory is None or project.budget < statutory:
        return
    if call.sme_policy == SmePolicy.NOT_ASKED:
        yield rule.reason(_("Record whether the call is reserved for small firms, or which exception applies."))
    elif call.sme_policy == SmePolicy.RESERVED:
        yield rule.reason(
            _("Reserving the call for small firms excludes social organisations: they are not SMEs."),
            effect="warn",
        )


def bought_this_year(call: Any, at: datetime) -> list[tuple[str, Decimal]]:
    """Number and budget (yuan) of what the buyer bought this year under the same item and line, not by tender (W9)."""
    project = call.project
    return list(
        type(call)
        ._default_manager.filter(
            project__buyer=project.buyer,
            project__catalogue_item=project.catalogue_item,
            project__budget_line=project.budget_line,
            project__rehearsal=False,
            published_at__year=timezone.localdate(at).year,
        )
        .exclude(project=project)
        .exclude(method=Method.OPEN_TENDER)
        .exclude(state__in=["failed", "cancelled"])
        .order_by("pk")
        .values_list("project__number", "project__budget")
    )


def not_split(call: Any, act: Act) -> Iterator[Reason]:
    """W9: one service bought in pieces below the tender threshold (条例 art 28)."""
    project = call.project
    rule = rulebook.find("W9", on=act.at, region=project.buyer.region)
    tender = thresholds.tender_threshold(project.buyer, act.at)
    if rule is None or tender is None or not project.fiscal or call.method == Method.OPEN_TENDER:
        return
    if project.rehearsal:
        return
    others = bought_this_year(call, act.at)
    together = project.budget + sum((budget for _number, budget in others), Decimal(0))
    if others and together > tender:
        numbers = ", ".join(number for number, _budget in others)
        yield rule.reason(
            _("Bought %(times)s times this year by non-tender methods, %(together)s yuan together: %(numbers)s.")
            % {"times": len(others) + 1, "together": together, "numbers": numbers},
            projects=numbers,
        )
