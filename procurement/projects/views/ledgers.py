"""The catalogue and the budget: list, one line with its history, add, change, out of use and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from procurement.accounts.permissions import is_regulator
from procurement.accounts.workspace.desk import Actor
from procurement.common.money import yuan
from procurement.projects import ledger as acts
from procurement.projects import spending
from procurement.projects.enums import FundSource
from procurement.projects.models import BudgetLine, LedgerRecord, Project
from procurement.projects.views.doors import Ledger, buyers_there
from workflows.errors import TransitionBlocked

A_PAGE = 50
SHOWN = 100  # records and projects of one line
LABELS = dict(FundSource.choices)


def _filtered(request: HttpRequest, ledger: Ledger, actor: Actor) -> tuple[QuerySet[Any], dict[str, Any]]:
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    state = request.GET.get("state", "")
    rows = ledger.model.objects.filter(organisation=actor.organisation)
    given: dict[str, Any] = {"q": words, "state": state if state in ("retired", "all") else ""}
    if words:
        more = Q(code__istartswith=words) if ledger.name == "catalogue" else Q()
        rows = rows.filter(Q(name__icontains=words) | more)
    if given["state"] != "all":
        rows = rows.filter(active=given["state"] != "retired")
    if ledger.name == "catalogue":
        return rows.order_by("code", "name", "pk"), given
    years = ledger.model.objects.filter(organisation=actor.organisation).order_by("-year")
    given["years"] = list(years.values_list("year", flat=True).distinct())
    year, source = request.GET.get("year", ""), request.GET.get("source", "")
    given["year"] = int(year) if year in {str(one) for one in given["years"]} else None
    given["source"] = source if source in LABELS else ""
    if given["year"]:
        rows = rows.filter(year=given["year"])
    if given["source"]:
        rows = rows.filter(fund_source=given["source"])
    return rows.order_by("-year", "name", "pk"), given


def index(request: HttpRequest, ledger: Ledger, actor: Actor) -> HttpResponse:
    """Every line that fits, with what is left of it."""
    rows, given = _filtered(request, ledger, actor)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "ledger": ledger,
        "page": page,
        "rows": _with_figures(ledger, list(page)),
        "may_keep": ledger.may_keep(actor),
        "sources": FundSource.choices,
        "buyer": actor.organisation,
        "buyers": buyers_there() if is_regulator(request.user) else [],
        "filtered": any(given.get(name) for name in ("q", "state", "year", "source")),
        **given,
    }
    if ledger.name == "budget":
        context["total"] = _total(rows)
    return render(request, f"projects/{ledger.name}.html", context)


def _with_figures(ledger: Ledger, rows: list[Any]) -> list[dict[str, Any]]:
    """Each line with what projects planned, contracted and paid of it; the queries do not grow with the lines."""
    if ledger.name == "catalogue":
        projects = Project.objects.filter(catalogue_item__in=rows)
        figures = spending.by_project(projects)
        of = projects.order_by("pk").values_list("pk", "catalogue_item_id")
    else:
        projects = Project.objects.filter(budget_line__in=rows)
        figures = spending.by_project(projects)
        of = projects.order_by("pk").values_list("pk", "budget_line_id")
    found = {row.pk: {"line": row, "figures": spending.Figures(), "projects": 0} for row in rows}
    for project, line in of:
        entry: Any = found[line]
        entry["figures"] += figures[project]
        entry["projects"] += 1
    return [_left(entry) for entry in found.values()]


def _left(entry: dict[str, Any]) -> dict[str, Any]:
    line = entry["line"]
    if not isinstance(line, BudgetLine):
        return entry
    taken = entry["figures"].taken
    share = int(taken * 100 / line.amount) if line.amount else 0
    return entry | {"left": line.amount - taken, "share": min(share, 100)}


def _total(rows: QuerySet[Any]) -> dict[str, Any]:
    """Of all lines that fit, not of this page alone."""
    amount = sum(rows.order_by().values_list("amount", flat=True))
    figures = sum(
        spending.by_project(Project.objects.filter(budget_line__in=rows.order_by().values("pk"))).values(),
        spending.Figures(),
    )
    return {"amount": amount, "figures": figures, "left": amount - figures.taken}


def add(request: HttpRequest, ledger: Ledger, actor: Actor) -> HttpResponse:
    """A new line."""
    new = ledger.model(organisation=actor.organisation)
    posted = request.POST if request.method == "POST" else None
    form = ledger.form(posted, instance=new, buyer=actor.organisation, initial={"year": actor.at.year})
    if form.is_valid():
        try:
            made = acts.add(form.save(commit=False), by=actor.user)
        except IntegrityError:
            form.add_error("name", _("It is there already."))
        else:
            messages.success(request, _("“%(name)s” is added.") % {"name": made})
            return redirect(ledger.name)
    status = 400 if form.is_bound else 200
    return render(request, "projects/line_add.html", {"ledger": ledger, "form": form}, status=status)


def _line(ledger: Ledger, actor: Actor, pk: int) -> Any:
    found = ledger.model.objects.filter(pk=pk, organisation=actor.organisation).select_related("organisation").first()
    if found is None:
        raise Http404
    return found


def line(request: HttpRequest, ledger: Ledger, actor: Actor, pk: int) -> HttpResponse:
    """One line: its figures, its projects, who changed what; changed here by whoever keeps the ledger."""
    found = _line(ledger, actor, pk)
    if request.method != "POST":
        return _show(request, ledger, actor, found)
    if not ledger.may_keep(actor):
        raise PermissionDenied(_("This is done by somebody with the role “%(role)s”.") % {"role": ledger.keeper.label})
    what = request.POST.get("what", "")
    if what in ("retire", "reinstate"):
        acts.set_active(found, what == "reinstate", by=actor.user)
        words = _("“%(name)s” is in use again.") if what == "reinstate" else _("“%(name)s” is out of use.")
        messages.success(request, words % {"name": found})
        return redirect(f"{ledger.name}_line", pk=pk)
    if what != "change":
        raise Http404
    return _change(request, ledger, actor, found)


def _change(request: HttpRequest, ledger: Ledger, actor: Actor, found: Any) -> HttpResponse:
    form = ledger.form(request.POST, instance=_line(ledger, actor, found.pk), buyer=actor.organisation)
    if not form.is_valid():
        return _show(request, ledger, actor, found, form=form, status=400)
    try:
        acts.change(found, form.cleaned_data, by=actor.user)
    except TransitionBlocked as refusal:
        return _show(request, ledger, actor, found, form=form, refused=refusal.reasons, status=409)
    except IntegrityError:
        form.add_error("name", _("It is there already."))
        return _show(request, ledger, actor, found, form=form, status=400)
    messages.success(request, _("Saved."))
    return redirect(f"{ledger.name}_line", pk=found.pk)


def _show(
    request: HttpRequest,
    ledger: Ledger,
    actor: Actor,
    found: Any,
    *,
    form: Any = None,
    refused: Any = None,
    status: int = 200,
) -> HttpResponse:
    projects = found.projects.order_by("-pk")
    figures = spending.by_project(projects)
    may_keep = ledger.may_keep(actor)
    if form is None and may_keep:
        form = ledger.form(instance=found, buyer=actor.organisation)
    total = sum(figures.values(), spending.Figures())
    entry = _left({"line": found, "figures": total, "projects": len(figures)})
    context = {
        "ledger": ledger,
        "entry": entry,
        "line": found,
        "form": form,
        "refused": refused,
        "may_keep": may_keep,
        "projects": [(project, figures[project.pk]) for project in projects[:SHOWN]],
        "records": [(record, _differences(ledger, record)) for record in found.records.select_related("by")[:SHOWN]],
    }
    return render(request, "projects/line.html", context, status=status)


def _differences(ledger: Ledger, record: LedgerRecord) -> list[tuple[Any, str, str]]:
    """Label, old and new of every field that a record changed."""
    found = []
    for name in acts.FACTS[ledger.model]:
        old, new = record.before.get(name, ""), record.after.get(name, "")
        if old != new:
            label = ledger.model._meta.get_field(name).verbose_name
            found.append((label, _words(name, old), _words(name, new)))
    return found


def _words(name: str, value: str) -> str:
    if name == "fund_source":
        return str(LABELS.get(value, value))
    return yuan(Decimal(value)) if name == "amount" and value else value
