"""What a bidder reads of the result, and what the buyer does about an award that fell."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from procurement.accounts.enums import Role
from procurement.awards import challenges, doors, filing, forms, remedies, successors
from procurement.awards.enums import AwardState, ChallengeAbout
from procurement.awards.models import Award
from procurement.bids.enums import BidState
from procurement.bids.models import Bid
from workflows.errors import TransitionBlocked


def _result_of(bid: Bid) -> Award | None:
    """The published result of the bid's lot, as it stands now."""
    found = Award.objects.filter(lot=bid.lot_id, noticed_at__isnull=False).exclude(state=AwardState.REVOKED)
    return found.select_related("bid__supplier").first()


def _can_be_challenged(bid: Bid, award: Award, today: date) -> bool:
    waits = filing.waits_for_the_medium(bid.call, ChallengeAbout.RESULT, bid.supplier, award)
    return bool(waits) or (award.challenge_until is not None and today <= award.challenge_until)


@login_required
@never_cache
@require_safe
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """A bidder's own points by criterion and the winner's total (T3); nobody else's points."""
    bid, actor = doors.own_bid(request, pk, Role.SUPPLIER, Role.SIGNATORY)
    award = _result_of(bid)
    if award is None:
        raise Http404
    today = timezone.localdate(actor.at)
    context = {
        "bid": bid,
        "call": bid.call,
        "project": bid.project,
        "award": award,
        "won": award.bid_id == bid.pk,
        "rejected": bid.state == BidState.REJECTED,
        "points": [(found, bid.points.get(found.code)) for found in bid.call.criteria.all()],
        "challengeable": _can_be_challenged(bid, award, today),
        "today": today,
        "own_filings": doors.challenges_seen_by(actor).filter(call=bid.call, supplier=actor.organisation),
        "still_open": challenges.still_open(award, actor.at) if award.bid_id == bid.pk else [],
    }
    return render(request, "awards/own_result.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remedy(request: HttpRequest, pk: int) -> HttpResponse:
    """The approver has the panel score again, or ends the procurement: what an upheld challenge asks for."""
    award, actor = doors.own_award(request, pk, Role.APPROVER)
    if award.state != AwardState.UPHELD:
        messages.info(request, _("This award has not fallen to a challenge, or it has been settled already."))
        return redirect("workspace")
    refused = list(successors.refusals(award, actor.at))
    heir = None if refused else successors.in_line(award)[0]
    form = forms.remedy(heir, request.POST if request.method == "POST" else None)
    page: dict[str, Any] = {}
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            return _remedied(request, award, form.cleaned_data, actor.as_organisation)
        except TransitionBlocked as refusal:
            page["refused"], status = refusal.reasons, 409
    context = {
        "award": award,
        "call": award.lot.call,
        "project": award.project,
        "form": form,
        "upheld": challenges.brought_down(award),
        "no_successor": refused,
        "rule": successors.rule_for(award, actor.at),
        "ranking": award.lot.bids.filter(rank__isnull=False).select_related("supplier").order_by("rank"),
    }
    return render(request, "awards/remedy.html", context | page, status=status)


def _remedied(request: HttpRequest, award: Award, given: dict[str, Any], who: dict[str, Any]) -> HttpResponse:
    if given["what"] == "next":
        successors.name_next(award, **who, reason=given["reason"])
        messages.success(request, _("The next candidate is named; publish the result now."))
    elif given["what"] == "again":
        remedies.score_again(award, **who, reason=given["reason"])
        messages.success(request, _("The award is revoked; an officer starts the scoring again."))
    else:
        remedies.end(award, **who, reason=given["reason"])
        messages.success(request, _("The award is revoked and the termination is published."))
    return redirect("workspace")
