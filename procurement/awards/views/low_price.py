"""An abnormally low price: the bidder's page with its clock, and the officer's page of question and judgement (B4)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.workspace.desk import Actor
from procurement.awards import doors, explaining, forms, lowprice
from procurement.awards.models import LowPriceRequest
from procurement.bids.models import Bid
from workflows.errors import TransitionBlocked

WHY = {
    "mean": gettext_lazy("below the rate of the mean of all compliant prices"),
    "second": gettext_lazy("below the rate of the second lowest price"),
    "ceiling": gettext_lazy("below the rate of the ceiling"),
    "panel": gettext_lazy("the panel finds it abnormally low"),
}


def _request_of(bid: Bid) -> LowPriceRequest | None:
    return LowPriceRequest.objects.filter(bid=bid).first()


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """The bidder explains its price until its time is over, and reads afterwards what it said."""
    bid, actor = doors.own_bid(request, pk, Role.SUPPLIER)
    found = _request_of(bid)
    if found is None:
        raise Http404
    said = {"explanation": found.explanation, "evidence": found.evidence}
    page: dict[str, Any] = {"form": forms.low_price_answer(initial=said)}
    status = 200
    if request.method == "POST":
        form = page["form"] = forms.low_price_answer(request.POST)
        try:
            if form.is_valid():
                explaining.explain(found, **form.cleaned_data, **actor.as_organisation)
                messages.success(request, _("Your explanation has been received."))
                return redirect("awards:low_price", bid.pk)
            status = 400
        except TransitionBlocked as refusal:
            page["refused"], status = refusal.reasons, 409
    context = {
        "bid": bid,
        "project": bid.project,
        "call": bid.call,
        "found": found,
        "why": [WHY[key] for key in found.triggered if key in WHY],
        "rule": explaining.rule_for(bid, found.asked_at),
        "now": actor.at,
        "open": actor.at <= found.due_at and bid.low_price_accepted is None and bid.state != "rejected",
    }
    return render(request, "awards/low_price.html", context | page, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer asks the bidder, waits for the answer or the end of its time, and records the judgement."""
    bid, actor = doors.bid_to_us(request, pk, Role.OFFICER, covered=MandateAct.PANEL)
    page: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            done = _step(request, bid, actor, page)
            if done is not None:
                return done
            status = 400
        except TransitionBlocked as refusal:
            page["refused"], status = refusal.reasons, 409
    return render(request, "awards/low_price_judge.html", _context(bid, actor) | page, status=status)


def _step(request: HttpRequest, bid: Bid, actor: Actor, page: dict[str, Any]) -> HttpResponse | None:
    if request.POST.get("act") == "ask":
        rule = explaining.rule_for(bid, actor.at)
        least = int(rule.values["explain_minutes"]) if rule is not None else 1
        form = page["ask"] = forms.low_price_question(least, bool(_hit(bid, rule)), request.POST)
        if not form.is_valid():
            return None
        explaining.ask(bid, **form.cleaned_data, **actor.as_organisation)
        messages.success(request, _("The bidder has been asked; its time runs from now."))
        return redirect("awards:low_price_judge", bid.pk)
    form = page["judge"] = forms.low_price_judgement(request.POST)
    if not form.is_valid():
        return None
    given = form.cleaned_data
    explaining.judge(bid, accepted=given["verdict"] == "yes", opinion=given["opinion"], **actor.as_organisation)
    messages.success(request, _("The judgement is on record."))
    return redirect("workspace")


def _hit(bid: Bid, rule: Any) -> list[str]:
    return dict(lowprice.triggered(bid.call, rule)).get(bid, []) if rule is not None else []


def _context(bid: Bid, actor: Actor) -> dict[str, Any]:
    found, rule = _request_of(bid), explaining.rule_for(bid, actor.at)
    hit = found.triggered if found is not None else _hit(bid, rule)
    open_ = explaining.being_judged(bid)
    least = int(rule.values["explain_minutes"]) if rule is not None else 1
    return {
        "bid": bid,
        "project": bid.project,
        "call": bid.call,
        "found": found,
        "rule": rule,
        "why": [WHY[key] for key in hit if key in WHY],
        "now": actor.at,
        "open": open_,
        "ask": forms.low_price_question(least, bool(hit)) if found is None and open_ and rule is not None else None,
        "judge": forms.low_price_judgement() if found is not None and open_ else None,
        "early": explaining.too_early(found, actor.at) if found is not None and open_ else [],
    }
