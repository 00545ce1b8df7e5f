"""The rule table and the calendar: anyone reads, administrators add."""

from __future__ import annotations

import calendar as months
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from procurement.rules import workdays
from procurement.rules.forms import VersionForm, YearForm
from procurement.rules.models import OfficialDay, OfficialYear, RuleVersion
from procurement.rules.permissions import may_add

YEARS = range(2004, 2101)
CHAPTERS = {
    "W": gettext_lazy("Who buys, who supplies, what may be bought"),
    "THRESHOLD": gettext_lazy("Thresholds"),
    "D": gettext_lazy("Days"),
    "P": gettext_lazy("Procedures"),
    "B": gettext_lazy("Bids"),
    "S": gettext_lazy("Scoring"),
    "T": gettext_lazy("Dates after the scoring"),
    "N": gettext_lazy("Notices"),
    "C": gettext_lazy("Contract and money"),
    "A": gettext_lazy("Acceptance and asking"),
    "E": gettext_lazy("Evaluation"),
    "I": gettext_lazy("Identifiers and personal data"),
}


def _chapter(version: RuleVersion) -> str:
    return version.rule.rstrip("0123456789")


def _in_order(version: RuleVersion) -> tuple[int, int, str]:
    chapters = list(CHAPTERS)
    chapter = _chapter(version)
    number = version.rule.removeprefix(chapter)
    place = chapters.index(chapter) if chapter in CHAPTERS else len(chapters)
    return place, int(number or 0), version.variant


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The versions in force today and those to come, by chapter."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    today = timezone.localdate()
    shown: dict[tuple[str, str, str], RuleVersion] = {}
    coming = []
    for version in RuleVersion.objects.order_by("effective_from", "pk"):
        if version.effective_from > today:
            coming.append(version)
        else:
            shown[version.rule, version.variant, version.jurisdiction] = version
    rows = [
        version
        for version in (*shown.values(), *coming)
        if words.lower() in f"{version.name} {version.article} {version.text} {version.text_en}".lower()
    ]
    rows.sort(key=_in_order)
    chapters = [(CHAPTERS.get(key, key), list(found)) for key, found in groupby(rows, key=_chapter)]
    return render(request, "rules/table.html", {"chapters": chapters, "q": words, "today": today})


def _versions(rule: str) -> list[RuleVersion]:
    found = list(RuleVersion.objects.filter(rule=rule).select_related("added_by"))
    if not found:
        raise Http404
    return found


@require_safe
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """Every version of one rule."""
    context = {
        "rule": rule,
        "versions": _versions(rule),
        "today": timezone.localdate(),
        "may_add": may_add(request.user),
    }
    return render(request, "rules/rule.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, rule: str) -> HttpResponse:
    """A new version of a rule, with its own date."""
    if not may_add(request.user):
        raise PermissionDenied(_("Only administrators add to the rulebook."))
    wanted = request.GET.get("variant", "")
    before = next((version for version in _versions(rule) if version.variant == wanted), None)
    if before is None:
        raise Http404
    new = RuleVersion(rule=before.rule, variant=before.variant, added_by_id=request.user.pk)
    initial = {name: getattr(before, name) for name in VersionForm.Meta.fields} | {"effective_from": None}
    form = VersionForm(request.POST or None, instance=new, initial=initial, before=before)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The version is added; earlier acts stay judged by the earlier one."))
        return redirect("rules:rule", rule=rule)
    return render(request, "rules/add.html", {"form": form, "before": before}, status=400 if form.is_bound else 200)


def _months(year: int) -> list[tuple[date, list[list[dict[str, Any] | None]]]]:
    special = {row.day: row.name for row in OfficialDay.objects.filter(day__year=year)}
    found = []
    for month in range(1, 13):
        weeks = []
        for week in months.Calendar().monthdatescalendar(year, month):
            weeks.append([_day(day, special) if day.month == month else None for day in week])
        found.append((date(year, month, 1), weeks))
    return found


def _day(day: date, special: dict[date, str]) -> dict[str, Any]:
    working = workdays.is_working_day(day)
    weekend = day.weekday() >= workdays.SATURDAY
    kind = "makeup" if working and weekend else "off" if not working and not weekend else "weekend" if weekend else ""
    return {"day": day, "kind": kind, "name": special.get(day, "")}


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """The working days of a year; administrators enter what the State Council has published."""
    year = year or timezone.localdate().year
    if year not in YEARS:
        raise Http404
    entered = OfficialYear.objects.filter(year=year).first()
    known = entered is not None or year in workdays.LIBRARY_YEARS
    form = None
    if may_add(request.user):
        form = YearForm(request.POST or None, request.FILES or None, year=year, known=known)
        if request.method == "POST" and form.is_valid():
            form.save(request.user)
            messages.success(request, _("The official days of %(year)d are entered.") % {"year": year})
            return redirect("rules:calendar_year", year=year)
    elif request.method == "POST":
        raise PermissionDenied(_("Only administrators enter official days."))
    context = {
        "year": year,
        "months": _months(year),
        "entered": entered,
        "provisional": workdays.is_provisional(date(year, 1, 1)),
        "form": form,
        "previous": year - 1 if year - 1 in YEARS else None,
        "next": year + 1 if year + 1 in YEARS else None,
    }
    return render(request, "rules/calendar.html", context, status=400 if form is not None and form.is_bound else 200)


@require_safe
def template_file(request: HttpRequest) -> HttpResponse:
    """An empty file of official days, to fill in."""
    response = HttpResponse("\ufeffdate,working,name\r\n2027-01-01,休,元旦\r\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="official-days.csv"'
    return response
