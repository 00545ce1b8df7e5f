"""The opening, live: for the officers, the bidders, the regulator; and what is done there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from procurement.accounts.workspace import forms
from procurement.accounts.workspace.views import actor_of
from procurement.bids import opening as acts
from procurement.bids import sitting, ways_out
from procurement.bids.sitting import Sitting
from procurement.calls import actions, postponement
from procurement.calls.models import Call
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def attend(request: HttpRequest, pk: int) -> list[Sitting]:
    """The rounds of this call as this person attends them, the present one first.

    ``Http404`` for whoever has nothing to do with it, ``PermissionDenied`` for their colleagues with another role.
    """
    actor = actor_of(request)
    call = Call.objects.select_related("project__buyer").filter(pk=pk, published_at__isnull=False).first()
    seat = sitting.seat_of(actor, call) if call is not None else ""
    if call is None or not seat:
        raise Http404
    if seat == sitting.OUTSIDE:
        raise PermissionDenied(_("This is done by somebody with another role."))
    return sitting.sittings(call, actor, seat)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of an opening; POST does what its form ``do`` says: confirm, postpone, fail, fail_lot."""
    found = attend(request, pk)
    if request.method != "POST":
        return _page(request, found)
    do = DEEDS.get(request.POST.get("do", ""))
    if do is None:
        return _wrong(request, found, _("“%(field)s” is missing or unknown.") % {"field": "do"})
    if request.POST.get("round") != found[0].round:
        return _wrong(request, found, _("This page was of an earlier round; look at it as it is now."), 409)
    if "sure" not in request.POST:
        return _wrong(request, found, _("“%(field)s” is missing.") % {"field": _("I am sure")})
    try:
        return do(request, found)
    except TransitionBlocked as refusal:
        return _page(request, attend(request, pk), status=409, refused=refusal.reasons)


@login_required
@never_cache
@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """What the page shows now; nothing (204) where it has not changed since ``seen``."""
    found = attend(request, pk)
    if request.GET.get("seen") == found[0].mark:
        return HttpResponse(status=204)
    return render(request, "bids/opening_live.html", _context(request, found))


def _confirm(request: HttpRequest, found: list[Sitting]) -> HttpResponse:
    now = found[0]
    if acts.confirm_opening(now.call, **now.actor.as_organisation, round_=now.round):
        messages.success(request, _("The envelopes are open. The opening record is in the project's documents."))
    else:
        messages.success(request, _("You have confirmed. A second officer must confirm within 15 minutes."))
    return redirect("bids:opening", now.call.pk)


def postponing(data: Any = None) -> Form:
    """To when, and why; the reason is part of the notice."""
    return forms.build({"until": forms.moment(_("New time of the opening")), "reason": forms.reason()}, data)


def _postpone(request: HttpRequest, found: list[Sitting]) -> HttpResponse:
    now, form = found[0], postponing(request.POST)
    if not form.is_valid():
        return _page(request, found, status=400, postpone=form)
    given = form.cleaned_data
    who = now.actor.as_organisation
    postponement.postpone_opening(now.call, given["until"], reason=given["reason"], final=now.is_final, **who)
    messages.success(request, _("The opening is postponed, with a notice. The envelopes stay sealed."))
    return redirect("bids:opening", now.call.pk)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\x00", "").strip()[:2000]


def _fail(request: HttpRequest, found: list[Sitting]) -> HttpResponse:
    now = found[0]
    actions.fail_call(now.call, **now.actor.as_organisation, reason=_reason(request))
    messages.success(request, _("The call has failed; the termination notice is public. Nothing was opened."))
    return redirect("bids:opening", now.call.pk)


def _fail_lot(request: HttpRequest, found: list[Sitting]) -> HttpResponse:
    now, wanted = found[0], request.POST.get("lot", "")
    lot = next((one for one in now.call.lots.all() if str(one.pk) == wanted), None)
    if lot is None:
        return _wrong(request, found, _("“%(field)s” is missing or unknown.") % {"field": "lot"})
    ways_out.end_lot(lot, **now.actor.as_organisation, reason=_reason(request))
    messages.success(request, _("The lot has ended; its termination notice is public."))
    return redirect("bids:opening", now.call.pk)


DEEDS: dict[str, Callable[[HttpRequest, list[Sitting]], HttpResponse]] = {
    "confirm": _confirm,
    "postpone": _postpone,
    "fail": _fail,
    "fail_lot": _fail_lot,
}


def _wrong(request: HttpRequest, found: list[Sitting], words: str, status: int = 400) -> HttpResponse:
    return _page(request, found, status=status, problem=words)


def _context(request: HttpRequest, found: list[Sitting]) -> dict[str, Any]:
    now = found[0]
    may_postpone = now.seat == sitting.OFFICER and now.phase in (sitting.EARLY, sitting.POSTPONED, sitting.READY)
    return {
        "now": now,
        "call": now.call,
        "earlier": found[1:],
        "ways": ways_out.ways_out(now.call, now.actor, now.actor.at) if now.phase in _ENDING else [],
        "postpone": postponing() if may_postpone else None,
        "record": f"/threads/{now.call.project.number}/documents/opening_record/{now.call.pk}/",
    }


_ENDING = (sitting.FEW, sitting.ENDED)


def _page(
    request: HttpRequest,
    found: list[Sitting],
    status: int = 200,
    refused: list[Reason] | None = None,
    problem: str = "",
    postpone: Form | None = None,
) -> HttpResponse:
    context = _context(request, found) | {"refused": refused, "problem": problem}
    if postpone is not None:
        context["postpone"] = postpone
    return render(request, "bids/opening.html", context, status=status)
