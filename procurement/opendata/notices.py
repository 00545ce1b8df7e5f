"""Statutory notices as everybody reads them, and as they are carried to the designated medium (D4)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from procurement.common import bodies, page_cache
from procurement.opendata.threads import project_of
from procurement.projects import docx, layout, official
from procurement.projects.models import Notice

# how a notice leaves for another medium: what makes it, of which type, under which ending
FORMS: dict[str, tuple[Any, str]] = {
    "txt": (layout.as_text, "text/plain; charset=utf-8"),
    "docx": (docx.as_docx, docx.MEDIA_TYPE),
    "html": (layout.as_html, "text/html; charset=utf-8"),
    "json": (lambda notice: json.dumps(layout.as_data(notice), ensure_ascii=False, indent=1), "application/json"),
}


def whole() -> QuerySet[Notice]:
    """Notices with all that their page shows."""
    rows = Notice.objects.select_related("corrects", "project__buyer")
    return rows.prefetch_related("corrections", "official_publications")


def facts(found: Notice) -> dict[str, Any]:
    """What the page of a notice shows: the statutory order (公告格式), what it corrects and what corrects it."""
    buyer, day = layout.signed(found)
    return {
        "notice": found,
        "project": found.project,
        "sections": layout.of(found),
        "corrections": list(found.corrections.all()),
        "official": found.official,
        "awaited": official.starts(found) is None,
        "buyer": buyer,
        "day": day,
    }


def _notice(number: str, notice_number: str) -> Notice:
    return get_object_or_404(whole(), number=notice_number, project=project_of(number))


@require_safe
@bodies.shared_body
def notice(request: HttpRequest, number: str, notice_number: str) -> HttpResponse:
    """A statutory notice as everybody reads it."""
    found = _notice(number, notice_number)
    page_cache.show(request, f"thread:{found.project_id}")
    return bodies.shared(request, "opendata/notice.html", facts(found))


@require_safe
def export(request: HttpRequest, number: str, notice_number: str) -> HttpResponse:
    """The text to paste into the designated medium, and the files to hand in there."""
    found = _notice(number, notice_number)
    text = layout.as_text(found)
    context = {
        "notice": found,
        "project": found.project,
        "text": text,
        "rows": min(max(text.count("\n") + 2, 12), 32),
        "forms": list(FORMS),
    }
    return render(request, "opendata/notice_export.html", context)


@require_safe
def export_file(request: HttpRequest, number: str, notice_number: str, form: str) -> HttpResponse:
    """The notice as a file to save: plain text, Word, one HTML page, or its fields as JSON."""
    if form not in FORMS:
        raise Http404
    make, kind = FORMS[form]
    found = _notice(number, notice_number)
    answer = HttpResponse(make(found), content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{found.number}.{form}')}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
