"""The catalogue and the budget from a list: upload, look at what it would do, then all of it or nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from procurement.accounts.workspace.desk import Actor
from procurement.common.spreadsheets import LETTERS, MAX_ROWS, MEDIA_TYPE, Problem, SheetRefused
from procurement.projects import ledger as acts
from procurement.projects import sheets
from procurement.projects.enums import FundSource
from procurement.projects.forms import ListForm
from procurement.projects.models import BudgetLine
from procurement.projects.views.doors import Ledger
from workflows.errors import TransitionBlocked

PREVIEW_LASTS = 30 * 60  # seconds between looking at the rows and confirming them
SHOWN = 100  # problems listed at once


def _salt(ledger: Ledger, actor: Actor) -> str:
    return f"{ledger.name}-list-{actor.organisation.pk}-{actor.user.pk}"


def template_file(request: HttpRequest, ledger: Ledger, actor: Actor) -> HttpResponse:
    """The list to fill in."""
    response = HttpResponse(sheets.template_file(ledger.model, actor.at.year), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{ledger.name}.xlsx"'
    return response


def from_list(request: HttpRequest, ledger: Ledger, actor: Actor) -> HttpResponse:
    """Upload, then look, then confirm."""
    if "rows" in request.POST:
        return _confirmed(request, ledger, actor)
    form = ListForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if not form.is_valid():
        return _page(request, ledger, form)
    try:
        rows, problems = sheets.read(ledger.model, form.cleaned_data["file"])
    except SheetRefused as refusal:
        form.add_error("file", str(refusal))
        return _page(request, ledger, form)
    if problems:
        return _page(request, ledger, form, problems)
    steps, wrong = acts.plan(ledger.model, actor.organisation, rows)
    if wrong:
        return _page(request, ledger, form, _as_problems(ledger, wrong))
    counts = {act: sum(step.act == act for step in steps) for act in ("added", "changed", "same")}
    context = {
        "ledger": ledger,
        "steps": steps,
        "counts": counts,
        "sources": dict(FundSource.choices),
        "nothing": not (counts["added"] or counts["changed"]),
        "rows": signing.dumps(_packed(rows), salt=_salt(ledger, actor), compress=True),
    }
    return render(request, "projects/import_preview.html", context)


def _packed(rows: sheets.Rows) -> list[Any]:
    return [
        [number, {name: str(value) if isinstance(value, Decimal) else value for name, value in given.items()}]
        for number, given in rows
    ]


def _unpacked(rows: list[Any]) -> sheets.Rows:
    return [
        (number, {name: Decimal(value) if name == "amount" else value for name, value in given.items()})
        for number, given in rows
    ]


def _as_problems(ledger: Ledger, wrong: list[tuple[int, str]]) -> list[Problem]:
    column = "D" if ledger.model is BudgetLine else "A"
    return [Problem(number, column, words) for number, words in wrong]


def _page(request: HttpRequest, ledger: Ledger, form: Any, problems: list[Problem] | None = None) -> HttpResponse:
    found = sorted(problems or [], key=lambda problem: (problem.row, problem.column))
    columns = {letter: column.label for letter, column in zip(LETTERS, sheets.COLUMNS[ledger.model], strict=False)}
    context = {
        "ledger": ledger,
        "form": form,
        "problems": [(problem, columns[problem.column]) for problem in found[:SHOWN]],
        "more": max(len(found) - SHOWN, 0),
        "most": MAX_ROWS,
    }
    return render(request, "projects/import.html", context, status=400 if form.is_bound else 200)


def _confirmed(request: HttpRequest, ledger: Ledger, actor: Actor) -> HttpResponse:
    """Does all of the list that was looked at, if nothing has become wrong since."""
    form = ListForm(data={})
    form.errors.clear()
    try:
        rows = _unpacked(signing.loads(request.POST["rows"], salt=_salt(ledger, actor), max_age=PREVIEW_LASTS))
    except signing.BadSignature:
        form.add_error(None, _("The list was looked at too long ago, or for another organisation: upload it again."))
        return _page(request, ledger, form)
    try:
        done = acts.bring_in(ledger.model, actor.organisation, rows, by=actor.user)
    except TransitionBlocked as refusal:
        for reason in refusal.reasons:
            form.add_error(None, str(reason))
        return _page(request, ledger, form)
    except IntegrityError:
        form.add_error(None, _("Somebody was faster and added one of these lines: upload the list again."))
        return _page(request, ledger, form)
    messages.success(request, _("%(added)d added, %(changed)d changed.") % done)
    return redirect(ledger.name)
