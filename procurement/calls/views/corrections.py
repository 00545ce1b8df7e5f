"""Correcting a published call: first side by side, then for good."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procurement.accounts.enums import Role
from procurement.accounts.workspace import forms as desk
from procurement.accounts.workspace.desk import Actor
from procurement.calls import corrections as acts
from procurement.calls import forms
from procurement.calls.models import Call
from procurement.calls.views.rooms import call_of_buyer
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def _fields(call: Call) -> dict[str, Any]:
    dates = {name: field for name, field in forms.timetable_fields(call).items() if name in acts.LABELS}
    texts = forms.document_fields(call)
    rows = {name: field for row in range(forms.ROWS) for name, field in forms.criterion_fields(row).items()}
    for name in ("deadline", "ceiling", "requirements"):
        (dates | texts)[name].required = True
    return dates | texts | rows


def _form(call: Call, data: Any = None) -> Form:
    form = desk.build(_fields(call), data)
    form.initial = {name: getattr(call, name) for name in acts.LABELS}
    for row, one in enumerate(call.criteria.all()):
        form.initial |= {f"name_{row}": one.name, f"kind_{row}": one.kind, f"rule_{row}": one.rule}
        form.initial[f"weight_{row}"] = f"{one.weight.normalize():f}"
    return form


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, then old and new side by side with the rules, then the correction and its notice."""
    call, actor = call_of_buyer(request, pk, Role.APPROVER)
    if call.state != "published":
        messages.info(request, _("Only a published call is corrected."))
        return redirect("workspace")
    form = _form(call, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, call, form, status=400 if form.is_bound else 200)
    fields = {name: form.cleaned_data[name] for name in acts.LABELS if name in form.cleaned_data}
    rows = forms.criteria_rows(form.cleaned_data)
    changes = acts.differences(call, fields, rows)
    if request.POST.get("go") == "back":
        return _page(request, call, form)
    if request.POST.get("go") != "publish" or request.POST.get("sure") != "on":
        reasons = _trial(call, fields, rows, actor, _reasons(request))
        return _page(request, call, form, changes=changes, reasons=reasons)
    try:
        acts.correct_call(call, fields, rows, reasons=_reasons(request), **actor.as_organisation)
    except TransitionBlocked as refusal:
        return _page(request, call, form, changes=changes, reasons=refusal.reasons, status=409)
    messages.success(request, _("The correction is public, beside what it corrects."))
    return redirect("calls:questions", pk=call.pk)


def _reasons(request: HttpRequest) -> dict[str, str]:
    names = [name for name in request.POST if name.startswith("reason_") and len(name) < 20]
    return {name.removeprefix("reason_"): str(request.POST[name])[:2000] for name in names}


def _trial(call: Call, fields: Any, rows: Any, actor: Actor, reasons: Any) -> list[Reason]:
    """What the rules would say: the correction is made and undone."""
    try:
        with transaction.atomic():
            acts.correct_call(call, fields, rows, reasons=reasons, **actor.as_organisation)
            transaction.set_rollback(True)
    except TransitionBlocked as refusal:
        return refusal.reasons
    except PermissionDenied as refusal:
        return [Reason(str(refusal), code="permission")]
    return []


def _page(
    request: HttpRequest,
    call: Call,
    form: Form,
    *,
    changes: list[dict[str, str]] | None = None,
    reasons: list[Reason] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = [[form[f"{name}_{row}"] for name in ("name", "kind", "weight", "rule")] for row in range(forms.ROWS)]
    filled = sum(bool(cells[0].value()) for cells in rows)
    context = {
        "call": call,
        "project": call.project,
        "form": form,
        "single": [form[name] for name in acts.LABELS if name in form.fields],
        "rows": rows[: min(filled + 2, forms.ROWS)],
        "changes": changes,
        "content": acts.touches_content(changes or []),
        "reasons": reasons or [],
        "blocked": any(reason.blocks for reason in reasons or []),
        "hidden": [form[name] for name in form.fields] if changes is not None else [],
    }
    return render(request, "calls/correct.html", context, status=status)
