"""A list of staff as XLSX: every row is looked at before anything is done, and all are invited or nobody."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from procurement.accounts import sheets
from procurement.accounts.actions import invitations
from procurement.accounts.forms.people import StaffFileForm, already_here
from procurement.accounts.roles import grantable
from procurement.accounts.views.people import show_links
from procurement.accounts.views.seats import managers_only, role_names
from procurement.accounts.workspace.desk import Actor
from procurement.common.spreadsheets import LETTERS, MAX_ROWS, MEDIA_TYPE, Problem, SheetRefused

PREVIEW_LASTS = 30 * 60  # seconds between looking at the rows and confirming them
SHOWN = 100  # problems listed at once


def _salt(actor: Actor) -> str:
    return f"staff-list-{actor.organisation.pk}-{actor.user.pk}"


@managers_only
@require_safe
def template_file(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list to fill in, with this organisation's roles."""
    content = sheets.template_file(grantable(actor.organisation))
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = 'attachment; filename="staff.xlsx"'
    return response


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def import_staff(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Upload, then look, then confirm."""
    if "rows" in request.POST:
        return _confirmed(request, actor)
    form = StaffFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if not form.is_valid():
        return _page(request, form)
    try:
        rows, problems = sheets.read(form.cleaned_data["file"], grantable(actor.organisation))
    except SheetRefused as refusal:
        form.add_error("file", str(refusal))
        return _page(request, form)
    problems += _members(actor, rows)
    if problems:
        return _page(request, form, problems)
    context = {
        "people": [{**row, "roles": role_names(row["roles"])} for row in rows],
        "rows": signing.dumps(rows, salt=_salt(actor), compress=True),
    }
    return render(request, "accounts/import_preview.html", context)


def _members(actor: Actor, rows: list[dict[str, Any]]) -> list[Problem]:
    found = already_here(actor.organisation, rows)
    return [Problem(rows[index]["row"], column, words) for index, column, words in found]


def _page(request: HttpRequest, form: Any, problems: list[Problem] | None = None) -> HttpResponse:
    found = sorted(problems or [], key=lambda problem: (problem.row, problem.column))
    columns = {letter: column.label for letter, column in zip(LETTERS, sheets.COLUMNS, strict=False)}
    context = {
        "form": form,
        "problems": [(problem, columns[problem.column]) for problem in found[:SHOWN]],
        "more": max(len(found) - SHOWN, 0),
        "most": MAX_ROWS,
    }
    return render(request, "accounts/import.html", context, status=400 if form.is_bound else 200)


def _confirmed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Invites everyone of the list that was looked at, if it is still as it was."""
    form = StaffFileForm(data={})
    form.errors.clear()
    try:
        rows = signing.loads(request.POST["rows"], salt=_salt(actor), max_age=PREVIEW_LASTS)
    except signing.BadSignature:
        form.add_error(None, _("The list was looked at too long ago, or for another organisation: upload it again."))
        return _page(request, form)
    if problems := _members(actor, rows):
        return _page(request, form, problems)
    people = [{name: row[name] for name in ("name", "mobile", "email", "roles")} for row in rows]
    made = invitations.invite_all(actor.organisation, people, by=actor.user)
    return show_links(request, made, reverse("people"))
