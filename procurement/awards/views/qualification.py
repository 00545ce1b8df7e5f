"""Qualification: every bid of a call in one table, let in or rejected with its reason (令87 art 44)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.workspace.desk import Actor
from procurement.awards import doors
from procurement.bids import actions as bids
from procurement.bids.enums import BidState
from procurement.bids.models import Bid
from procurement.calls.models import Call
from workflows import engine
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

LONGEST = 2000  # characters of a reason


@dataclass
class Line:
    """One bid, what was decided or typed about it, and what is wrong with that."""

    bid: Bid
    verdict: str = ""
    reason: str = ""
    error: str = ""
    blocked: tuple[Reason, ...] = ()

    @property
    def waits(self) -> bool:
        return self.bid.state == BidState.OPENED


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def qualification(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows all bids; on POST decides those that were marked, all of them or none."""
    call, actor = doors.own_call(request, pk, Role.OFFICER, Role.DRAFTER, covered=MandateAct.QUALIFICATION)
    lines = [Line(bid) for bid in _bids(call)]
    if request.method != "POST":
        return _page(request, call, lines, actor)
    marked = _read(request.POST, lines)
    if any(line.error for line in lines):
        return _page(request, call, lines, actor, status=400)
    if not marked:
        return _page(
            request, call, lines, actor, refused=[Reason(_("Mark at least one bid."), code="none")], status=400
        )
    try:
        _decide(marked, actor)
    except TransitionBlocked as refusal:
        return _page(request, call, lines, actor, refused=refusal.reasons, status=409)
    messages.success(
        request,
        ngettext("%(count)s bid is decided.", "%(count)s bids are decided.", len(marked)) % {"count": len(marked)},
    )
    return redirect("awards:qualification", call.pk)


def _bids(call: Call) -> list[Bid]:
    found = Bid.objects.filter(lot__call=call, opened_at__isnull=False)
    return list(found.select_related("supplier", "lot__call__project__buyer").order_by("lot", "pk"))


def _read(typed: Any, lines: list[Line]) -> list[Line]:
    marked = []
    for line in lines:
        verdict = typed.get(f"verdict_{line.bid.pk}", "")
        if not verdict:
            continue
        line.verdict, line.reason = verdict, typed.get(f"reason_{line.bid.pk}", "").strip()
        if not line.waits:
            line.error = _("This bid has been decided already.")
        elif verdict not in ("in", "out"):
            line.error = _("Choose: let in, or reject.")
        elif verdict == "out" and not line.reason:
            line.error = _("A bid is rejected with a reason that the bidder can read.")
        elif len(line.reason) > LONGEST:
            line.error = _("The reason has %(count)s characters at most.") % {"count": LONGEST}
        marked.append(line)
    return marked


@transaction.atomic
def _decide(marked: list[Line], actor: Actor) -> None:
    for line in marked:
        if line.verdict == "in":
            bids.qualify_bid(line.bid, **actor.as_organisation)
        else:
            bids.reject_bid(line.bid, **actor.as_organisation, reason=line.reason)


def _page(
    request: HttpRequest, call: Call, lines: list[Line], actor: Actor, status: int = 200, **more: Any
) -> HttpResponse:
    for line in lines:
        if line.waits:
            line.blocked = tuple(engine.blockers(line.bid.qualify, **actor.as_organisation))
    context = {
        "call": call,
        "project": call.project,
        "lines": lines,
        "prices": call.reads_prices_out,  # P9: else they go to the panel alone until the award
        "several": call.lots.count() > 1,
        "open": any(line.waits for line in lines),
    }
    return render(request, "awards/qualification.html", context | more, status=status)
