"""Drafting a call: six steps, kept while typing, with the rules at the side."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.workspace import forms as desk
from procurement.accounts.workspace.desk import Actor, runs
from procurement.accounts.workspace.views import actor_of
from procurement.calls import drafting, forms
from procurement.calls.actions import notice_fields
from procurement.calls.models import Call
from procurement.calls.views import steps
from procurement.calls.views.rooms import call_of_buyer
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Project
from procurement.projects.phrases import phrases
from workflows.errors import TransitionBlocked

LONG = ("requirements", "qualifications", "obtaining")  # fields that a wording is added to, not put in place of


def _address(call: Call, step: str) -> str:
    return reverse("calls:draft", args=[call.pk, step])


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, project: int) -> HttpResponse:
    """Begins a draft, from a house template or from an earlier call of the same buyer."""
    actor = actor_of(request)
    found = get_object_or_404(Project.objects.select_related("buyer"), pk=project)
    if not runs(actor, found, MandateAct.DRAFTING):
        raise Http404
    if Role.DRAFTER not in actor.roles:
        raise PermissionDenied(_("This is done by somebody with another role."))
    earlier = list(drafting.earlier_calls(found)[:30])
    if request.method == "POST":
        return _started(request, found, actor, earlier)
    context = {
        "project": found,
        "earlier": earlier,
        "templates": drafting.criteria_templates().values(),
        "chosen": request.GET.get("from") or _pattern(found, earlier),
    }
    return render(request, "calls/start.html", context)


def _pattern(project: Project, earlier: list[Call]) -> str:
    """A project that is called for again begins with its own last call, any other with the house's template."""
    own = next((call for call in earlier if call.project_id == project.pk), None)
    return f"call-{own.pk}" if own is not None else ""


def _started(request: HttpRequest, project: Project, actor: Actor, earlier: list[Call]) -> HttpResponse:
    wanted = request.POST.get("from", "")
    try:
        call = drafting.start(project, **actor.as_organisation)
        if wanted in drafting.criteria_templates():
            drafting.apply_template(call, wanted, version=None, **actor.as_organisation)
        for one in earlier:
            if wanted == f"call-{one.pk}":
                drafting.copy_from(call, one, version=None, **actor.as_organisation)
    except TransitionBlocked as refusal:
        for reason in refusal.reasons:
            messages.error(request, str(reason))
        return redirect("workspace")
    return HttpResponseRedirect(_address(call, "timetable"))


def _fields(call: Call, step: str) -> dict[str, Any]:
    if step == "timetable":
        return forms.timetable_fields(call)
    if step == "documents":
        return forms.document_fields(call)
    rows = forms.criterion_fields if step == "criteria" else forms.lot_fields if step == "project" else None
    return {name: field for row in range(forms.ROWS) for name, field in rows(row).items()} if rows else {}


def _initial(call: Call, step: str) -> dict[str, Any]:
    if step == "timetable":
        return forms.timetable_initial(call)
    if step == "documents":
        return {name: getattr(call, name) for name in forms.document_fields(call)}
    initial: dict[str, Any] = {}
    if step == "criteria":
        for row, one in enumerate(call.criteria.all()):
            initial |= {f"name_{row}": one.name, f"kind_{row}": one.kind, f"rule_{row}": one.rule}
            initial[f"weight_{row}"] = f"{one.weight.normalize():f}"
    if step == "project":
        for row, lot in enumerate(lot for lot in call.lots.all() if lot.code):
            initial |= {f"code_{row}": lot.code, f"lot_{row}": lot.name, f"ceiling_{row}": lot.ceiling}
    return initial


def _form(call: Call, step: str, data: Any = None) -> Form:
    form = desk.build(_fields(call, step), data)
    form.initial = _initial(call, step)
    return form


def _keep(call: Call, step: str, form: Form, version: int | None, actor: Actor) -> Call:
    """Keeps every field that is right, whatever is wrong with the others."""
    form.is_valid()
    good = form.cleaned_data
    who = {"version": version, **actor.as_organisation}
    if step == "criteria":
        return call if form.errors else drafting.save_criteria(call, forms.criteria_rows(good), **who)
    if step == "project":
        return call if form.errors else drafting.save_lots(call, forms.lot_rows(good), **who)
    return drafting.save(call, forms.timetable_values(good) if step == "timetable" else good, **who)


def _filled(request: HttpRequest) -> QueryDict:
    """What was sent, with what a button beside a field puts into it: longer texts are added to what stands there."""
    sent = request.POST.copy()
    for button, text in request.POST.items():
        name = button.removeprefix("fill_")
        if name != button and name in sent:
            before = str(sent[name]).rstrip() if name in LONG else ""
            sent[name] = f"{before}\n{text}" if before else str(text)
    return sent


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One step of a draft. A POST with ``X-Autosave`` answers the side panel alone; else it goes on or stays.

    409: somebody else has saved in the meantime, or the call is no longer a draft; nothing was overwritten.
    """
    if step not in steps.STEPS:
        raise Http404
    call, actor = call_of_buyer(request, pk, Role.DRAFTER, covered=MandateAct.DRAFTING)
    if request.method != "POST":
        if call.state != "draft" or call.handed_in_at is not None:
            messages.info(request, _("This call is no longer being drafted."))
            return redirect("workspace")
        return _page(request, call, step, _form(call, step), actor)
    form = _form(call, step, _filled(request))
    try:
        call = _keep(call, step, form, _version(request), actor)
    except drafting.Stale as stale:
        words = _("%(who)s has saved this draft in the meantime. Load the page again to see it; yours was not kept.")
        return _page(request, call, step, form, actor, problem=words % {"who": stale.by}, status=409)
    except TransitionBlocked as refusal:
        words = " ".join(str(reason.message) for reason in refusal.reasons)
        return _page(request, call, step, form, actor, problem=words, status=409)
    if form.errors:
        return _page(request, call, step, form, actor, status=400)
    if "X-Autosave" in request.headers:
        return _page(request, call, step, form, actor)
    return HttpResponseRedirect(_address(call, _next(request, step)))


def _next(request: HttpRequest, step: str) -> str:
    order = list(steps.STEPS)
    wanted = request.POST.get("go", "")
    if wanted == "next":
        return order[min(order.index(step) + 1, len(order) - 1)]
    return wanted if wanted in steps.STEPS else step


def _page(
    request: HttpRequest, call: Call, step: str, form: Form, actor: Actor, *, problem: str = "", status: int = 200
) -> HttpResponse:
    reasons, day = steps.judged(call, actor.at)
    hints = steps.hints(reasons) if step == "timetable" else []
    told = {hint.name for hint in hints}
    context = {
        "call": call,
        "project": call.project,
        "step": step,
        "form": form,
        "rows": _rows(form, step),
        "first": [form[name] for name in form.fields if name not in forms.SELDOM],
        "seldom_open": any(form[name].value() or name in told for name in form.fields if name in forms.SELDOM),
        "hints": hints,
        "seldom": [form[name] for name in form.fields if name in forms.SELDOM],
        "steps": steps.steps(call, step, reasons, lambda key: _address(call, key)),
        "reasons": reasons,
        "met": steps.met(reasons),
        "marked": steps.marked(call, reasons),
        "earliest": steps.earliest(call, day),
        "suggested": drafting.earliest_moment(call, day),
        "scale": steps.scale(call, day),
        "overlapping": steps.overlapping(call.project),
        "bought": steps.bought(call, day),
        "weights": steps.weights(call),
        "blocking": sum(reason.blocks for reason in reasons),
        "problem": problem,
    }
    if "X-Autosave" in request.headers:
        return render(request, "calls/draft_side.html", context, status=status)
    context |= _of_step(call, step, day)
    return render(request, "calls/draft.html", context, status=status)


def _of_step(call: Call, step: str, day: Any) -> dict[str, Any]:
    """What only one step's page shows."""
    if step == "project":
        return {"left": call.project.budget_line.left(without=call.project.pk)}
    if step == "negative":
        return {"negative": steps.negative_list(call.project)}
    if step == "criteria":
        templates = drafting.criteria_templates().values()
        return {"templates": templates, "earlier": drafting.earlier_calls(call.project)[:30]}
    if step == "documents":
        return {"phrases": phrases(NoticeKind.CALL, ["requirements", "qualifications", "obtaining"])}
    if step == "review":
        return {"notice": notices.preview(call.project, NoticeKind.CALL, notice_fields(call), at=day)}
    return {}


def _rows(form: Form, step: str) -> list[list[Any]]:
    """The fields of a table's rows, and one empty row more than is filled."""
    if step not in ("criteria", "project"):
        return []
    names = {"criteria": ("name", "kind", "weight", "rule"), "project": ("code", "lot", "ceiling")}[step]
    rows = [[form[f"{name}_{row}"] for name in names] for row in range(forms.ROWS)]
    filled = [row for row, cells in enumerate(rows) if cells[0].value()]
    return rows[: min((filled[-1] if filled else -1) + 3, forms.ROWS)]


@login_required
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Replaces the criteria by a house template, or words and criteria by those of an earlier call."""
    call, actor = call_of_buyer(request, pk, Role.DRAFTER, covered=MandateAct.DRAFTING)
    wanted = request.POST.get("from", "")
    who = {"version": _version(request), **actor.as_organisation}
    try:
        if wanted in drafting.criteria_templates():
            drafting.apply_template(call, wanted, **who)
        else:
            number = wanted.removeprefix("call-")
            earlier = drafting.earlier_calls(call.project).filter(pk=int(number) if number.isdecimal() else 0).first()
            if earlier is None:
                raise Http404
            drafting.copy_from(call, earlier, **who)
        messages.success(request, _("Taken over. What was there before is gone; the dates have stayed."))
    except drafting.Stale as stale:
        messages.error(request, _("%(who)s has saved this draft in the meantime; look first.") % {"who": stale.by})
    except TransitionBlocked as refusal:
        messages.error(request, " ".join(str(reason) for reason in refusal.reasons))
    return HttpResponseRedirect(_address(call, "criteria"))


@login_required
@require_POST
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives the draft to the approver, or says everything that is still in the way."""
    call, actor = call_of_buyer(request, pk, Role.DRAFTER, covered=MandateAct.DRAFTING)
    try:
        drafting.hand_in(call, **actor.as_organisation)
    except TransitionBlocked as refusal:
        messages.error(
            request,
            ngettext(
                "Not handed in: %(count)d rule is not met yet.",
                "Not handed in: %(count)d rules are not met yet.",
                len(refusal.reasons),
            )
            % {"count": len(refusal.reasons)},
        )
        return HttpResponseRedirect(_address(call, "review"))
    messages.success(request, _("Handed in. Somebody else of your organisation approves and publishes it."))
    return redirect("workspace")
