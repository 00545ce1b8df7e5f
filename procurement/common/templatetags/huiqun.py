"""Tags and filters of every page: the thread strip, money, dates, bars, grades, the navigation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.urls import Resolver404, resolve
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from procurement.common import areas, thread
from procurement.common.bodies import Own
from workflows.reasons import cited

register = template.Library()
register.filter("cited", cited)
register.filter("area", areas.label)
register.filter("area_short", areas.short)

NAVIGATION = (
    ("/calls/", gettext_lazy("Calls")),
    ("/needs/", gettext_lazy("Needs")),
    ("/threads/", gettext_lazy("Projects")),
    ("/calendar/", gettext_lazy("Calendar")),
    ("/reports/", gettext_lazy("Evaluations")),
    ("/data/", gettext_lazy("Open data")),
)
FURTHER = (  # at the foot of every page
    ("/notices/", gettext_lazy("Notices")),
    ("/organisations/", gettext_lazy("Organisations")),
    ("/statistics/", gettext_lazy("Statistics")),
    ("/rules/", gettext_lazy("Rules")),
    ("/verify/", gettext_lazy("Verify")),
)
OF_EDITORS = ("/calls/", "/calendar/", "/data/", "/notices/")  # pages that stand in every database (cms/bootstrap.py)
GRADE_CLASSES = {"优": "best", "良": "good", "中": "fair", "差": "poor"}


@register.inclusion_tag("components/strip.html")
def thread_strip(state: str, reached: str = "") -> dict[str, object]:
    """The eight knots as a 120-pixel strip; ``reached``: the last living state of an ended project."""
    return thread.strip_context(state, reached)


@register.simple_tag
def knot_summary(state: str, reached: str = "") -> str:
    """“Step 3 of 8: Call”."""
    return thread.summary(state, reached)


@register.inclusion_tag("components/rules.html")
def rule_list(reasons: Any, ok: Any = ()) -> dict[str, Any]:
    """Unmet rules (``workflows.reasons.Reason``), blocking ones first, each with its source."""
    order = {"block": 0, "late": 1, "warn": 2, "note": 3}
    return {"reasons": sorted(reasons, key=lambda reason: order.get(reason.effect, 4)), "ok": ok}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Mapping[str, Any], page: Any, name: str = "page") -> dict[str, Any]:
    """Previous and next of a paginator's page, keeping the filters of the address; ``name`` of its parameter."""
    query = context["request"].GET.copy()
    query.pop(name, None)
    return {"page": page, "query": query.urlencode(), "name": name}


@register.filter
def yuan(value: Decimal | int | None) -> str:
    """Yuan with thousands separators and two decimals: 208,000.00."""
    return "—" if value is None else f"{Decimal(value):,.2f}"


@register.filter
def money(value: Decimal | int | None) -> SafeString | str:
    """An amount with its unit: 208,000.00 yuan (元 in Chinese)."""
    if value is None:
        return "—"
    return format_html('<span class="money">{} {}</span>', yuan(value), gettext("yuan"))


@register.filter
def wan(value: Decimal | int | None) -> str:
    """A short amount for lists: 21.0 万 in Chinese, 210,000 in English; yuan."""
    if value is None:
        return "—"
    amount = Decimal(value)
    if (get_language() or "").startswith("zh") and amount >= 10_000:
        return f"{amount / 10_000:,.1f} 万"
    return f"{amount:,.0f}"


@register.filter
def points(value: Decimal | None) -> str:
    """A weight without needless zeros: 20, 7.5."""
    return "—" if value is None else f"{Decimal(value).normalize():f}"


@register.simple_tag
def bilingual(chinese: str, english: str) -> str:
    """Data that carries both languages, in the reader's."""
    return chinese if (get_language() or "").startswith("zh") or not english else english


@register.filter
def score(value: Decimal | None) -> str:
    """Points with two decimals."""
    return "—" if value is None else f"{Decimal(value):.2f}"


@register.filter
def day(value: date | datetime | None) -> str:
    """2026-05-08, in the time of the site."""
    if value is None:
        return "—"
    return f"{timezone.localtime(value) if isinstance(value, datetime) else value:%Y-%m-%d}"


@register.filter
def short_day(value: date | datetime | None) -> str:
    """12月3日, or 3 Dec: for lists of what lies near."""
    if value is None:
        return "—"
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    if (get_language() or "").startswith("zh"):
        return f"{local.month} 月 {local.day} 日"
    return formats.date_format(local, "j M")


@register.filter
def minute(value: datetime | None) -> str:
    """2026-05-08 09:30."""
    return "—" if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


@register.filter
def second(value: datetime | None) -> str:
    """2026-05-08 09:29:59: to the second, where a rule judges by it."""
    return "—" if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"


@register.filter
def iso(value: datetime) -> str:
    """2026-05-08T09:29:59+08:00: for programs that read the page."""
    return timezone.localtime(value).isoformat(timespec="seconds")


@register.filter
def closing(calls: list[Any], hours: int = 72) -> dict[str, list[Any]]:
    """Calls as ``soon``, those whose deadline is less than ``hours`` away, and ``later``."""
    soon = [call for call in calls if ends_soon(call.deadline, hours)]
    return {"soon": soon, "later": [call for call in calls if call not in soon]}


@register.filter
def time_left(until: datetime | None, now: datetime | None = None) -> str:
    """How long until then in the largest unit that means something: “5 hours left”; empty once it is past."""
    if until is None:
        return ""
    seconds = int((until - (now or timezone.now())).total_seconds())
    if seconds < 0:
        return ""
    for size, words in (
        (86_400, lambda n: ngettext("%d day left", "%d days left", n)),
        (3_600, lambda n: ngettext("%d hour left", "%d hours left", n)),
    ):
        if seconds >= size:
            return words(seconds // size) % (seconds // size)
    minutes = max(seconds // 60, 1)
    return ngettext("%d minute left", "%d minutes left", minutes) % minutes


@register.filter
def ends_soon(until: datetime | None, hours: int = 24) -> bool:
    """Whether it ends within ``hours`` (and has not ended)."""
    return until is not None and 0 <= (until - timezone.now()).total_seconds() <= hours * 3_600


@register.simple_tag
def bar(value: Decimal | int | None, whole: Decimal | int = 100, label: str = "") -> SafeString:
    """A bar filled to ``value`` of ``whole``, as SVG: the site's policy allows no inline style."""
    share = Decimal(value or 0) / Decimal(whole) * 100 if whole else Decimal(0)
    percent = f"{min(max(share, Decimal(0)), Decimal(100)):.1f}%"
    return format_html(
        '<svg class="bar" role="img" aria-label="{}" focusable="false"><rect width="{}" height="100%"/></svg>',
        label or percent,
        percent,
    )


@register.simple_tag
def grade(value: str, size: str = "") -> SafeString:
    """A grade (优 良 中 差) in its circle; ``size``: empty or ``large``."""
    names = {
        "优": gettext("excellent"),
        "良": gettext("good"),
        "中": gettext("fair"),
        "差": gettext("poor"),
    }
    classes = " ".join(part for part in ("grade", GRADE_CLASSES.get(value, ""), size) if part)
    return format_html(
        '<span class="{}" role="img" aria-label="{}: {}">{}</span>',
        classes,
        gettext("Grade"),
        names.get(value, value),
        value or "—",
    )


@cache
def _leads_somewhere(path: str) -> bool:
    try:
        match = resolve(path)
    except Resolver404:
        return False
    # Wagtail's catch-all answers every address; of ours only these are its pages
    return match.url_name != "wagtail_serve" or path in OF_EDITORS


@register.simple_tag(takes_context=True)
def own(context: Any, template_name: str, **facts: Any) -> str:
    """A place that is each reader's own: filled in at once, or by the frame where the body is kept for all (bodies)."""
    if "gap" in context:
        context["own"].append(Own(template_name, facts))
        return context["gap"]
    with context.push(own=facts):
        return context.template.engine.get_template(template_name).render(context)


@register.simple_tag(takes_context=True)
def navigation(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The places of the site that exist, with the one the reader is in marked."""
    request = context.get("request")
    here = request.path if request is not None else ""
    return [
        {"path": path, "label": label, "here": here.startswith(path)}
        for path, label in NAVIGATION
        if _leads_somewhere(path)
    ]


@register.simple_tag
def further_places() -> list[dict[str, Any]]:
    """The quieter places, for the foot of the page."""
    return [{"path": path, "label": label} for path, label in FURTHER if _leads_somewhere(path)]


@register.simple_tag
def page_at(path: str) -> str:
    """``path`` if something answers there, else nothing: a page links only to what exists."""
    return path if _leads_somewhere(path) else ""


NOTICE_FIELDS = {
    "number": gettext_lazy("Project number"),
    "name": gettext_lazy("Project name"),
    "method": gettext_lazy("Method"),
    "budget": gettext_lazy("Budget (yuan)"),
    "ceiling": gettext_lazy("Ceiling (yuan)"),
    "need": gettext_lazy("What is wanted"),
    "month": gettext_lazy("Expected month"),
    "term": gettext_lazy("Term"),
    "consortium": gettext_lazy("Consortium"),
    "qualifications": gettext_lazy("Qualifications"),
    "obtaining_documents": gettext_lazy("Obtaining documents"),
    "deadline": gettext_lazy("Deadline"),
    "opening": gettext_lazy("Opening"),
    "notice_period": gettext_lazy("Notice period"),
    "contacts": gettext_lazy("Contacts"),
    "supplier": gettext_lazy("Supplier"),
    "supplier_address": gettext_lazy("Supplier's address"),
    "supplier_contact": gettext_lazy("Supplier's contact"),
    "amount": gettext_lazy("Amount (yuan)"),
    "total": gettext_lazy("Winner's total"),
    "service_name": gettext_lazy("Service"),
    "service_scope": gettext_lazy("Scope"),
    "service_requirements": gettext_lazy("Requirements"),
    "service_time": gettext_lazy("Time of service"),
    "service_standard": gettext_lazy("Standard"),
    "committee": gettext_lazy("Panel"),
    "documents": gettext_lazy("Documents"),
    "reason": gettext_lazy("Reason"),
    "experts": gettext_lazy("Opinion of the experts"),
    "agency": gettext_lazy("Procurement agency"),
    "original_number": gettext_lazy("Notice corrected: number"),
    "original_name": gettext_lazy("Notice corrected: name"),
    "original_date": gettext_lazy("Notice corrected: date"),
    "what": gettext_lazy("What is corrected"),
    "was": gettext_lazy("What was"),
    "is": gettext_lazy("What is"),
    "contract_number": gettext_lazy("Contract number"),
    "contract_name": gettext_lazy("Contract name"),
    "buyer": gettext_lazy("Buyer"),
    "buyer_address": gettext_lazy("Buyer's address"),
    "buyer_contact": gettext_lazy("Buyer's contact"),
    "subject": gettext_lazy("Subject"),
    "quantity": gettext_lazy("Quantity"),
    "unit_price": gettext_lazy("Unit price (yuan)"),
    "place_manner": gettext_lazy("Place and manner"),
    "signed_on": gettext_lazy("Signed on"),
    "published_on": gettext_lazy("Published on"),
    "file": gettext_lazy("File"),
    "supplement_number": gettext_lazy("Supplement: number"),
    "clause": gettext_lazy("Clause changed"),
    "date": gettext_lazy("Date"),
    "members": gettext_lazy("Who accepted"),
    "opinion": gettext_lazy("Opinion"),
    "users_opinion": gettext_lazy("Opinion of the service users"),
}


@register.filter
def notice_field(name: str) -> str:
    """The name of a statutory notice's field (公告格式)."""
    return str(NOTICE_FIELDS.get(name, name))
