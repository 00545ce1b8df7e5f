"""The pages of the tables: filtered, sorted, paged; exports at once or by a job."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from procurement.accounts.models import TableExport
from procurement.accounts.workspace import exporting, spreadsheets, tables
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.common import vault
from workflows.clock import database_now
from workflows.models import Job

PER_PAGE = 30


def _open(request: HttpRequest, name: str) -> tuple[tables.Table, Actor]:
    """The table and who reads it; 404 for one that is not there, 403 for another role's."""
    found = tables.find(name)
    if found is None:
        raise Http404
    actor = actor_of(request)
    if not found.may_be_read_by(actor):
        raise PermissionDenied(_("This table is kept for people with another role."))
    return found, actor


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The first of this person's tables; where there are none, says so."""
    own = tables.tables_for(actor_of(request))
    if own:
        return redirect("table", own[0].name)
    return render(request, "workspace/no_tables.html")


def _heads(found: tables.Table, asked: tables.Asked, request: HttpRequest) -> list[dict[str, Any]]:
    """The head of each column, with the address that sorts by it (and turns the order round)."""
    heads = []
    for column in [found.columns[0], *found.beside]:
        query = request.GET.copy()
        query.pop("page", None)
        down = asked.sort == column.key
        query["sort"] = f"-{column.key}" if down else column.key
        sorted_by = asked.sort.removeprefix("-") == column.key
        direction = ("descending" if asked.sort.startswith("-") else "ascending") if sorted_by else ""
        heads.append({"column": column, "address": query.urlencode() if column.order else "", "sorted": direction})
    return heads


def _cells(found: tables.Table, row: Any, actor: Actor) -> dict[str, Any]:
    first = found.columns[0]
    return {
        "first": {"column": first, "value": first.value(row)},
        "address": found.address(row, actor) if found.address else "",
        "below": [{"column": column, "value": column.value(row)} for column in found.below],
        "beside": [{"column": column, "value": column.value(row)} for column in found.beside],
    }


@login_required
@never_cache
@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One table."""
    found, actor = _open(request, name)
    asked = tables.Asked.read(found, request.GET)
    page = Paginator(tables.select(found, actor, asked), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "table": found,
        "tables": tables.tables_for(actor),
        "asked": asked,
        "filters": [{"filter": one, "value": asked.filters[one.key]} for one in found.filters],
        "heads": _heads(found, asked, request),
        "page": page,
        "rows": [_cells(found, row, actor) for row in page],
        "query": query.urlencode(),
        "actor": actor,
    }
    return render(request, "workspace/table.html", context)


@login_required
@never_cache
@require_safe
def export(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """The rows that the address asks for, as a file: at once up to some thousands, else by a job."""
    found, actor = _open(request, name)
    if form not in spreadsheets.TYPES:
        raise Http404
    rows = tables.select(found, actor, tables.Asked.read(found, request.GET))
    total = tables.size(rows)
    if total > exporting.LARGEST:
        text = _("%(total)d rows are too many for one file; narrow the filters to %(most)d.")
        messages.error(request, text % {"total": total, "most": exporting.LARGEST})
        return redirect(f"{reverse('table', args=[name])}?{request.GET.urlencode()}")
    if total > exporting.AT_ONCE:
        return redirect("table_export", exporting.order(found, form, request.GET.urlencode(), total, actor).pk)
    exporting.note(found, form, request.GET.urlencode(), total, actor)
    going = tables.going(rows, exporting.CHUNK)
    response: HttpResponseBase
    if form == "csv":
        lines = (line.encode() for line in spreadsheets.csv_lines(found, going))
        response = StreamingHttpResponse(lines, content_type=spreadsheets.CSV_TYPE)
    else:
        response = HttpResponse(spreadsheets.xlsx_bytes(found, going), content_type=spreadsheets.XLSX_TYPE)
    file_name = exporting.file_name(found, form, actor.at)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


@login_required
@never_cache
@require_safe
def long_export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the job is, and the file once it is there."""
    row = get_object_or_404(TableExport.objects.select_related("job", "file"), pk=pk, owner=request.user)
    found = tables.find(row.table)
    context = {
        "export": row,
        "table": found,
        "written": exporting.written(row),
        "failed": row.done_at is None and row.job is not None and row.job.state == Job.State.FAILED,
        "gone": row.done_at is not None and row.file is None,
    }
    return render(request, "workspace/export.html", context)


@login_required
@never_cache
@require_safe
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, to the person who ordered it."""
    row = get_object_or_404(TableExport.objects.select_related("file"), pk=pk, owner=request.user, file__isnull=False)
    file: Any = row.file
    response = StreamingHttpResponse(vault.open_plain(file), content_type=spreadsheets.TYPES[row.form])
    found = tables.find(row.table)
    name = exporting.file_name(found, row.form, row.done_at or database_now()) if found else f"table.{row.form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Length"] = str(file.size)
    return response
