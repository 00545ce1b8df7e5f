"""From closed sheets to a signed report: the member's page and the officer's (P12, S4, S6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor
from procurement.awards import doors, forms, readout, sheets, signing
from procurement.awards.models import Panel, Seat
from workflows import engine
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

LONGEST = 4000  # characters of a dissent or an explanation


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """First the own sheet is signed; when every member has done so, the result is read and the report signed."""
    panel, seat, actor = doors.own_seat(request, pk)
    if panel.state not in ("scoring", "signed"):
        messages.info(request, _("The scoring has not begun yet."))
        return redirect("workspace")
    if request.method != "POST":
        return _page(request, panel, seat, actor)
    try:
        if request.POST.get("act") == "close":
            return _close(request, panel, seat, actor)
        return _sign(request, panel, seat, actor)
    except TransitionBlocked as refusal:
        return _page(request, panel, seat, actor, refused=refusal.reasons, status=409)


def _unsure(request: HttpRequest) -> list[Reason]:
    if request.POST.get("sure"):
        return []
    return [Reason(_("Tick that you are sure: this cannot be undone."), code="sure")]


def _close(request: HttpRequest, panel: Panel, seat: Seat, actor: Actor) -> HttpResponse:
    if refused := _unsure(request):
        return _page(request, panel, seat, actor, refused=refused, status=400)
    signing.close_sheet(panel, by=request.user)
    messages.success(request, _("Your sheet is signed."))
    return redirect("awards:sign", panel.pk)


def _sign(request: HttpRequest, panel: Panel, seat: Seat, actor: Actor) -> HttpResponse:
    dissent = request.POST.get("dissent", "")
    bids = {bid.pk for bid in sheets.living(panel)}
    explanations = {bid: request.POST.get(f"explain_{bid}", "") for bid in bids}
    refused = _unsure(request)
    if max(map(len, [dissent, *explanations.values()])) > LONGEST:
        words = _("Dissent and explanations have %(count)s characters each at most.") % {"count": LONGEST}
        refused.append(Reason(words, code="long"))
    typed: dict[str, Any] = {"dissent": dissent[:LONGEST], "explanations": explanations}
    if refused:
        return _page(request, panel, seat, actor, refused=refused, status=400, **typed)
    try:
        signing.sign(panel, by=request.user, dissent=dissent, explanations=explanations)
    except TransitionBlocked as refusal:
        return _page(request, panel, seat, actor, refused=refusal.reasons, status=409, **typed)
    messages.success(request, _("You have signed the scoring report."))
    return redirect("workspace")


def _page(
    request: HttpRequest,
    panel: Panel,
    seat: Seat,
    actor: Actor,
    status: int = 200,
    explanations: dict[int, str] | None = None,
    **more: Any,
) -> HttpResponse:
    waiting = signing.open_sheets(panel)
    closed = seat.sheet_signed_at is not None or seat.signed_at is not None
    context: dict[str, Any] = {
        "panel": panel,
        "project": panel.project,
        "call": panel.call,
        "seat": seat,
        "members": panel.seats.count(),
        "waiting": waiting,
        "closed": closed,
    }
    if not closed:
        found = sheets.tables(panel, seat)
        context["tables"] = found
        context["left"] = sum(not cell.typed for cell in sheets.cells(found))
    elif not waiting:
        # every sheet is signed: from here on the members read each other's
        own = [one for one in signing.outliers(panel, actor.at) if one.seat == seat.pk]
        context["lots"] = readout.of(panel)
        context["outliers"] = _asked(own, explanations or {})
    return render(request, "awards/sign.html", context | more, status=status)


def _asked(own: list[signing.Outlier], typed: dict[int, str]) -> list[dict[str, Any]]:
    """Own outliers by bid, one explanation for each."""
    found: dict[int, dict[str, Any]] = {}
    for one in own:
        entry = found.setdefault(
            one.bid, {"bid": one.bid, "supplier": one.supplier, "scores": [], "text": typed.get(one.bid, "")}
        )
        entry["scores"].append(one)
    return list(found.values())


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def officer(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the members are, the time to sign, and closing when it is over. No score is shown here."""
    panel, actor = doors.own_panel(request, pk, Role.OFFICER)
    least = int(signing.TIME_TO_SIGN.total_seconds() // 60)
    form = forms.time_to_sign(least)
    more: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("act") == "close":
                signing.close_signing(panel, **actor.as_organisation)
                messages.success(request, _("The signing is closed; the report stands."))
                return redirect("workspace")
            form = more["form"] = forms.time_to_sign(least, request.POST)
            if form.is_valid():
                # a moment is added because the clock goes on between this page's time and the act's
                until = actor.at + timedelta(minutes=form.cleaned_data["minutes"], seconds=5)
                signing.set_time_to_sign(panel, until=until, **actor.as_organisation)
                messages.success(request, _("The members have been given a time to sign."))
                return redirect("awards:signing", panel.pk)
            status = 400
        except TransitionBlocked as refusal:
            more["refused"], status = refusal.reasons, 409
    context = {
        "panel": panel,
        "project": panel.project,
        "call": panel.call,
        "now": actor.at,
        "waiting": signing.open_sheets(panel),
        "seats": panel.seats.select_related("user"),
        "reasons": engine.blockers(panel.close, **actor.as_organisation) if panel.state == "scoring" else [],
        "over": panel.sign_until is not None and actor.at > panel.sign_until,
    }
    return render(request, "awards/signing.html", context | more, status=status)
