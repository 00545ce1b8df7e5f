"""The draw: promised, held, on record for everybody; and the members' declarations (P12, P13)."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.models import Organisation
from procurement.accounts.workspace.desk import Actor
from procurement.awards import actions, candidates, doors, draw, drawing, forms
from procurement.awards.enums import SeatRole
from procurement.awards.models import Draw, Panel, Seat
from procurement.calls.models import Call
from procurement.rules import rulebook
from procurement.rules.models import RuleVersion
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def panel_of(call: Call) -> Panel | None:
    return Panel.objects.filter(call=call).select_related("call__project__buyer").first()


def _usual_experts(call: Call, at: Any) -> int:
    """Experts of the smallest lawful panel (P5, P6)."""
    from procurement.awards.guards import panel_minimum

    size = rulebook.find("P5", variant=call.method, on=at, region=call.project.buyer.region)
    share = rulebook.find("P6", variant=call.method, on=at, region=call.project.buyer.region)
    if size is None:
        return 2
    minimum = panel_minimum(call, size, _at(at))
    if share is None or not share.values.get("experts_min"):
        return minimum
    return math.ceil(Fraction(str(share.values["experts_min"])) * minimum)


def _at(moment: Any) -> Any:
    from workflows.machine import Act

    return Act(by=None, at=moment)


def counted(excluded: list[dict[str, Any]]) -> list[tuple[Any, int]]:
    """Why how many of the pool are no candidates; a person with several reasons counts for each."""
    found = Counter(why for row in excluded for why in {pair[0] for pair in row["reasons"]})
    return [(candidates.WHY[why], found[why]) for why in candidates.WHY if found[why]]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer's page of one call's draw, in each of its steps."""
    call, actor = doors.own_call(request, pk, Role.OFFICER, covered=MandateAct.PANEL)
    if request.method == "POST":
        return _act(request, call, actor)
    return _page(request, call, actor)


def _act(request: HttpRequest, call: Call, actor: Actor) -> HttpResponse:
    steps = {"prepare": _prepare, "draw": _draw, "drop": _drop, "again": _again, "name": _name, "absent": _absent}
    step = steps.get(request.POST.get("act", ""))
    if step is None:
        return _page(request, call, actor, refused=[Reason(_("This page knows no such step."), code="act")], status=400)
    try:
        return step(request, call, actor)
    except TransitionBlocked as refusal:
        return _page(request, call, actor, refused=refusal.reasons, status=409)


def _prepare(request: HttpRequest, call: Call, actor: Actor) -> HttpResponse:
    form = forms.prepare(call, request.POST)
    if not form.is_valid():
        return _page(request, call, actor, form=form, status=400)
    given = form.cleaned_data
    drawing.prepare_draw(
        call, experts=given["experts"], representatives=list(given["representatives"]), **actor.as_organisation
    )
    messages.success(request, _("The draw is prepared: the promise and the candidates are on record."))
    return redirect("awards:draw", call.pk)


def _open_draw(call: Call) -> Draw:
    found = Draw.objects.filter(panel__call=call, drawn_at__isnull=True, dropped_at__isnull=True).first()
    if found is None:
        raise TransitionBlocked([Reason(_("No draw is prepared."), code="state")], act="panel.draw", subject=call)
    return found


def _draw(request: HttpRequest, call: Call, actor: Actor) -> HttpResponse:
    drawing.hold_draw(_open_draw(call), **actor.as_organisation)
    messages.success(request, _("Drawn. The seed is on record; anybody can draw again."))
    return redirect("awards:draw", call.pk)


def _drop(request: HttpRequest, call: Call, actor: Actor) -> HttpResponse:
    form = forms.why(request.POST)
    if not form.is_valid():
        return _page(request, call, actor, why=form, status=400)
    drawing.drop_draw(_open_draw(call), **actor.as_organisation, **form.cleaned_data)
    messages.success(request, _("The prepared draw is given up; it stays on record."))
    return redirect("awards:draw", call.pk)


def _again(request: HttpRequest, call: Call, actor: Actor) -> HttpResponse:
    panel = panel_of(call)
    if panel is None:
        raise Http404
    drawing.prepare_replacement(panel, **actor.as_organisation)
    return redirect("awards:draw", call.pk)


def _name(request: HttpRequest, call: Call, actor: Actor) -> HttpResponse:
    panel = panel_of(call)
    if panel is None:
        raise Http404
    form = forms.representative(panel, request.POST)
    if not form.is_valid():
        return _page(request, call, actor, person=form, status=400)
    drawing.name_representative(panel, form.cleaned_data["person"], **actor.as_organisation)
    messages.success(request, _("The seat is filled."))
    return redirect("awards:draw", call.pk)


def _absent(request: HttpRequest, call: Call, actor: Actor) -> HttpResponse:
    seats = Seat.objects.filter(panel__call=call).select_related("panel__call__project__buyer", "user")
    key = request.POST.get("seat", "")
    seat = seats.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 10 else None
    form = forms.why(request.POST)
    if seat is None or not form.is_valid():
        words = _("seat: choose whose seat is given up.") if seat is None else _("reason: write why.")
        return _page(request, call, actor, refused=[Reason(words, code="seat")], status=400)
    drawing.give_up_seat(seat.panel, seat, **form.cleaned_data, **actor.as_organisation)
    messages.success(request, _("The seat is given up; the next in the order of the draw takes it."))
    return redirect("awards:draw", call.pk)


def _page(request: HttpRequest, call: Call, actor: Actor, status: int = 200, **more: Any) -> HttpResponse:
    panel = panel_of(call)
    draws = list(panel.draws.select_related("panel__call")) if panel is not None else []
    waiting = next((found for found in draws if not found.drawn_at and not found.dropped_at), None)
    forming = panel is None or panel.state == "forming"
    empty = drawing.empty_seats(panel) if panel is not None and panel.state == "drawn" else {}
    context = {
        "call": call,
        "project": call.project,
        "panel": panel,
        "draws": draws,
        "waiting": waiting,
        "excluded": counted(waiting.excluded) if waiting else [],
        "seats": panel.seats.select_related("user") if panel is not None else [],
        "vacancies": panel.vacancies.select_related("user") if panel is not None else [],
        "changeable": panel is not None and panel.state in ("drawn", "declared"),
        "to_draw": empty.get(SeatRole.EXPERT, 0) if waiting is None else 0,
        "form": None,
        "why": forms.why(),
        "rules": _rules(call, actor) if forming else [],
        "person": forms.representative(panel) if panel is not None and empty.get(SeatRole.BUYER) else None,
        **_pool(call, actor, forming and waiting is None),
    }
    if forming and waiting is None:
        experts = _usual_experts(call, actor.at)
        context["form"] = forms.prepare(call, experts=experts)
        context["reasons"] = drawing.prepare_reasons(call, experts, 1, **actor.as_organisation)
    return render(request, "awards/draw.html", context | more, status=status)


def _rules(call: Call, actor: Actor) -> list[RuleVersion]:
    """What the law asks of the panel of this procedure: its size, its experts, the draw, no conflict of interest."""
    region = call.project.buyer.region
    asked = (("P5", call.method), ("P6", call.method), ("P12", ""), ("P13", ""))
    found = [rulebook.find(name, variant=variant, on=actor.at, region=region) for name, variant in asked]
    return [rule for rule in found if rule is not None]


def _pool(call: Call, actor: Actor, wanted: bool) -> dict[str, Any]:
    """How many of the pool could be drawn now, and why the others not."""
    if not wanted:
        return {}
    field = candidates.assemble(call, actor.at)
    return {"eligible": len(field.eligible), "excluded": counted(field.excluded)}


@never_cache
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """A draw for everybody: promise, candidates by number, seed, order. It names nobody and no bidder."""
    found = get_object_or_404(Draw.objects.select_related("panel__call__project"), pk=pk, fixed_at__isnull=False)
    number = found.panel.call.number
    order: list[dict[str, Any]] = []
    if found.drawn_at:
        seed, out = bytes.fromhex(found.seed), {row["reference"] for row in found.passed_over}
        order = [
            {
                "reference": reference,
                "place": draw.place(seed, number, reference),
                "drawn": reference in found.drawn,
                "out": reference in out,
            }
            for reference in draw.order(seed, number, found.candidates)
        ]
    context = {
        "draw": found,
        "call": found.panel.call,
        "project": found.panel.call.project,
        "order": order,
        "kept": bool(found.seed) and draw.keeps(found.commitment, bytes.fromhex(found.seed)),
        "excluded": counted(found.excluded),
        "listing": draw.listing(found.candidates),
        "recipe": draw.RECIPE,
    }
    return render(request, "awards/draw_record.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """A member reads who bid and declares: no conflict of interest, or one, and then the seat is given up (P13)."""
    panel, seat, actor = doors.own_seat(request, pk)
    bidders = Organisation.objects.filter(pk__in=[found.pk for found in candidates.bidders_of(panel.call)])
    page: dict[str, Any] = {"form": forms.declaration(), "conflict": forms.conflict(bidders), "status": 200}
    if request.method == "POST":
        try:
            done = _declared(request, panel, seat, bidders, page)
        except TransitionBlocked as refusal:
            done, page["refused"], page["status"] = None, refusal.reasons, 409
        if done is not None:
            return done
    rule = rulebook.find("P13", on=actor.at, region=panel.project.buyer.region)
    context = {
        "panel": panel,
        "seat": seat,
        "project": panel.project,
        "opened": panel.call.opened_at is not None,
        "bidders": bidders,
        "rule": rule,
        "changeable": panel.state in ("drawn", "declared"),
        "mine": panel.state == "drawn" and seat.declared_at is None,
    }
    return render(request, "awards/declare.html", context | page, status=page["status"])


def _declared(request: HttpRequest, panel: Panel, seat: Seat, bidders: Any, page: dict[str, Any]) -> Any:
    if panel.call.opened_at is None:
        # who bid is not told before the opening, so nobody can declare honestly yet
        raise TransitionBlocked(
            [Reason(_("You declare when the bids are open and you can see who bid."), code="state")]
        )
    if request.POST.get("act") == "conflict":
        form = page["conflict"] = forms.conflict(bidders, request.POST)
        if not form.is_valid():
            page["status"] = 400
            return None
        given = form.cleaned_data
        drawing.give_up_seat(panel, seat, reason=given["reason"], conflict_with=given["bidder"], by=request.user)
        messages.success(request, _("Thank you. You have given up the seat; somebody else takes it."))
        return redirect("workspace")
    form = page["form"] = forms.declaration(request.POST)
    if not form.is_valid():
        page["status"] = 400
        return None
    if panel.state != "drawn":
        raise TransitionBlocked([Reason(_("There is nothing for you to declare now."), code="state")])
    actions.declare_no_conflict(panel, by=request.user)
    messages.success(request, _("You have declared that you have no conflict of interest."))
    return redirect("workspace")
