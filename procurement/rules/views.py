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
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from procurement.rules import workdays
from procurement.rules.forms import DayForm, VersionForm, YearForm
from procurement.rules.models import Effect, OfficialDay, OfficialYear, RuleVersion
from procurement.rules.permissions import may_add
from workflows.reasons import cited

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

# what a variant is called: procedures, notices and amounts, in the words other pages use for them
VARIANTS = {
    "open_tender": gettext_lazy("Open tender"),
    "consultation": gettext_lazy("Competitive consultation"),
    "negotiation": gettext_lazy("Competitive negotiation"),
    "single_source": gettext_lazy("Single source"),
    "own_rule": gettext_lazy("Buyer's own rule"),
    "framework": gettext_lazy("Framework agreement"),
    "intent": gettext_lazy("Intent to buy"),
    "call": gettext_lazy("Call"),
    "correction": gettext_lazy("Correction"),
    "result": gettext_lazy("Result"),
    "termination": gettext_lazy("Termination"),
    "contract": gettext_lazy("Contract"),
    "acceptance": gettext_lazy("Acceptance"),
    "statutory": gettext_lazy("Statutory procedure"),
    "tender": gettext_lazy("Open tender"),
    "signature": gettext_lazy("Signing the report"),
    "own_expert": gettext_lazy("Own representative"),
}


def _called(variant: str) -> str:
    return str(VARIANTS.get(variant, variant))


def _chapter(version: RuleVersion) -> str:
    return version.rule.rstrip("0123456789")


def _in_order(version: RuleVersion) -> tuple[int, str, int, str, str, date]:
    chapters = list(CHAPTERS)
    chapter = _chapter(version)
    number = version.rule.removeprefix(chapter)
    place = chapters.index(chapter) if chapter in CHAPTERS else len(chapters)
    return place, chapter, int(number or 0), version.variant, version.jurisdiction, version.effective_from


def _in_force_or_coming(today: date) -> list[RuleVersion]:
    """For each rule, variant and place the version of today, and every later one."""
    shown: dict[tuple[str, str, str], RuleVersion] = {}
    coming = []
    for version in RuleVersion.objects.order_by("effective_from", "pk"):
        if version.effective_from > today:
            coming.append(version)
        else:
            shown[version.rule, version.variant, version.jurisdiction] = version
    return sorted((*shown.values(), *coming), key=_in_order)


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The versions in force today and those to come, by chapter."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    effect = request.GET.get("effect", "")
    effect = effect if effect in Effect.values else ""
    today = timezone.localdate()
    rows = [
        version
        for version in _in_force_or_coming(today)
        if words.lower()
        in f"{version.name} {version.article} {cited(version.article, 'zh')} {version.text} {version.text_en}".lower()
        and effect in ("", version.effect)
    ]
    context = {
        "chapters": [
            (CHAPTERS.get(key, key), [(row, _called(row.variant)) for row in found])
            for key, found in groupby(rows, key=_chapter)
        ],
        "q": words,
        "effect": effect,
        "effects": Effect.choices,
        "today": today,
        "may_add": may_add(request.user),
    }
    return render(request, "rules/table.html", context)


def _versions(rule: str) -> list[RuleVersion]:
    if "\x00" in rule:  # the database would not even be asked
        raise Http404
    found = list(RuleVersion.objects.filter(rule=rule).select_related("added_by"))
    if not found:
        raise Http404
    return found


def _readable(values: dict[str, Any], under: str = "") -> list[tuple[str, list[str]]]:
    """Each value with its key, one line for each entry of a list; nested keys with a dot."""
    lines: list[tuple[str, list[str]]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            lines += _readable(value, f"{under}{key}.")
        elif isinstance(value, bool):
            lines.append((f"{under}{key}", [_("yes") if value else _("no")]))
        else:
            lines.append((f"{under}{key}", [str(item) for item in value] if isinstance(value, list) else [str(value)]))
    return lines


@require_safe
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """Every version of one rule, the newest first; ``?variant=`` shows one variant's only."""
    versions = _versions(rule)
    variants = sorted({version.variant for version in versions})
    wanted = request.GET.get("variant")
    chosen = wanted if wanted in variants and len(variants) > 1 else None
    context = {
        "rule": rule,
        "versions": [
            (version, _called(version.variant), _readable(version.values))
            for version in versions
            if chosen is None or version.variant == chosen
        ],
        "variants": [(variant, _called(variant)) for variant in variants if len(variants) > 1],
        "chosen": chosen,
        "today": timezone.localdate(),
        "may_add": may_add(request.user),
    }
    return render(request, "rules/rule.html", context)


@login_required
@never_cache
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
    form = VersionForm(request.POST if request.method == "POST" else None, instance=new, initial=initial, before=before)
    if request.method == "POST" and form.is_valid() and form.add():
        messages.success(request, _("The version is added; earlier acts stay judged by the earlier one."))
        return redirect("rules:rule", rule=rule)
    context = {
        "form": form,
        "before": before,
        "variant": _called(before.variant),
        "values": _readable(before.values),
    }
    return render(request, "rules/add.html", context, status=400 if form.is_bound else 200)


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


def _entered_by(request: HttpRequest, year: int, known: bool) -> tuple[DayForm, YearForm, bool]:
    """Both forms of a year, the posted one bound, and whether something was written."""
    posted = request.POST if request.method == "POST" else None
    one_day = posted is not None and posted.get("enter") == "day"
    day_form = DayForm(posted if one_day else None, prefix="one", year=year)
    whole = None if one_day else posted
    year_form = YearForm(whole, request.FILES if whole is not None else None, year=year, known=known)
    form: DayForm | YearForm = day_form if one_day else year_form
    if posted is None or not form.is_valid():
        return day_form, year_form, False
    form.save(request.user)
    return day_form, year_form, True


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """The working days of a year; administrators enter what the State Council has published."""
    year = year or timezone.localdate().year
    if year not in YEARS:
        raise Http404
    entered = OfficialYear.objects.filter(year=year).select_related("entered_by").first()
    known = entered is not None or year in workdays.LIBRARY_YEARS or OfficialDay.objects.filter(day__year=year).exists()
    forms: dict[str, Any] = {}
    if may_add(request.user):
        day_form, year_form, written = _entered_by(request, year, known)
        if written:
            messages.success(request, _("The official days of %(year)d are entered.") % {"year": year})
            return redirect("rules:calendar_year", year=year)
        forms = {"day_form": day_form, "form": year_form}
    elif request.method == "POST":
        raise PermissionDenied(_("Only administrators enter official days."))
    context = forms | {
        "year": year,
        "months": _months(year),
        "week": [date(2024, 1, 1 + number) for number in range(7)],  # a Monday and the six days after it
        "entered": entered,
        "provisional": workdays.is_provisional(date(year, 1, 1)),
        "previous": year - 1 if year - 1 in YEARS else None,
        "next": year + 1 if year + 1 in YEARS else None,
    }
    return render(request, "rules/calendar.html", context, status=400 if request.method == "POST" else 200)


@require_safe
def template_file(request: HttpRequest) -> HttpResponse:
    """An empty file of official days, to fill in."""
    response = HttpResponse("\ufeffdate,working,name\r\n2027-01-01,休,元旦\r\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="official-days.csv"'
    return response
