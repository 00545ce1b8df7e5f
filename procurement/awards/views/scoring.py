"""A member at the sheet: bids side by side, saved as typed, nobody else's sheet in sight."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from procurement.awards import doors, sheets
from procurement.awards.models import Panel, Seat
from procurement.bids.models import Bid
from procurement.calls.enums import CriterionKind
from procurement.calls.models import Criterion
from workflows.errors import TransitionBlocked


def _open(panel: Panel, seat: Seat) -> bool:
    return panel.state == "scoring" and seat.sheet_signed_at is None and seat.signed_at is None


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet; a POST saves all of it at once, for those without scripts."""
    panel, seat, _actor = doors.own_seat(request, pk)
    if panel.state in ("forming", "drawn", "declared"):
        messages.info(request, _("The scoring has not begun yet."))
        return redirect("workspace")
    if request.method != "POST":
        return _page(request, panel, seat, sheets.tables(panel, seat))
    found = sheets.tables(panel, seat, request.POST.dict())
    if any(cell.error for cell in sheets.cells(found)):
        return _page(request, panel, seat, found, status=400)
    try:
        sheets.save_all(panel, found, by=request.user)
    except TransitionBlocked as refusal:
        return _page(request, panel, seat, sheets.tables(panel, seat), refused=refusal.reasons, status=409)
    messages.success(request, _("Your scores are saved. Change them until you sign."))
    return redirect("awards:score", panel.pk)


def _page(
    request: HttpRequest, panel: Panel, seat: Seat, found: list[sheets.Table], status: int = 200, **more: Any
) -> HttpResponse:
    every = sheets.cells(found)
    context = {
        "panel": panel,
        "project": panel.project,
        "call": panel.call,
        "seat": seat,
        "tables": found,
        "open": _open(panel, seat),
        "left": sum(not cell.typed for cell in every),
        "all": len(every),
        "wrong": [cell for cell in every if cell.error],
    }
    return render(request, "awards/score.html", context | more, status=status)


def _key(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None


def _wrong(words: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"saved": False, "error": words}, status=status)


@login_required
@never_cache
@require_POST
def cell(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves one cell: ``bid``, ``criterion`` (their keys), ``points`` as typed. Answers what is wrong in words."""
    panel, seat, _actor = doors.own_seat(request, pk)
    bid = _bid(panel, request.POST.get("bid", ""))
    if bid is None:
        return _wrong(_("bid: this bid is not being scored by your panel."))
    criterion = _criterion(panel, request.POST.get("criterion", ""))
    if criterion is None:
        return _wrong(_("criterion: this is not a criterion that the panel judges."))
    try:
        points = sheets.parse(request.POST.get("points", ""), criterion)
    except sheets.NotPoints as error:
        return _wrong(str(error))
    try:
        sheets.save(panel, bid, {criterion.code: points}, by=request.user)
    except TransitionBlocked as refusal:
        return _wrong("; ".join(reason.message for reason in refusal.reasons), 409)
    found = sheets.tables(panel, seat)
    totals = {str(other.pk): sheets.figure(total) for table in found for other, total in table.totals}
    return JsonResponse(
        {
            "saved": True,
            "points": sheets.figure(points) if points is not None else "",
            "total": totals[str(bid.pk)],
            "left": sum(not cell.typed for cell in sheets.cells(found)),
        }
    )


def _bid(panel: Panel, typed: str) -> Bid | None:
    key = _key(typed)
    return next((bid for bid in sheets.living(panel) if bid.pk == key), None)


def _criterion(panel: Panel, typed: str) -> Criterion | None:
    key = _key(typed)
    judged = panel.call.criteria.filter(kind=CriterionKind.JUDGED)
    return judged.filter(pk=key).first() if key is not None else None
