"""``/data/``: what there is, what it means, under which licence; and the files of each year."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from procurement.common import bodies
from procurement.opendata.api import public
from procurement.opendata.bulk import writers
from procurement.opendata.bulk.tables import BY_NAME, TABLES
from procurement.opendata.http import open_data
from procurement.opendata.ocds import packages


def years() -> list[int]:
    """The years of which there is something, newest first; brought-in threads reach back."""
    found = [
        row
        for rows, at in ((public.threads(), "approved_at"), (public.notices(), "published_at"))
        for row in rows.aggregate(first=Min(at), last=Max(at)).values()
        if row is not None
    ]
    if not found:
        return []
    first, last = (timezone.localtime(edge(found)).year for edge in (min, max))
    return list(range(last, first - 1, -1))


def facts() -> dict[str, Any]:
    """What the page of open data shows: files by year, the interfaces, the data dictionary, the licence."""
    return {
        "years": years(),
        "tables": TABLES,
        "formats": list(writers.FORMATS),
        "licence": settings.OPENDATA_LICENCE,
        "licence_url": settings.OPENDATA_LICENCE_URL,
        "prefix": settings.OCDS_PREFIX,
    }


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """The page of open data."""
    return bodies.shared(request, "opendata/data.html", facts())


def _file(name: str, content: Iterator[bytes], content_type: str) -> HttpResponseBase:
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "public, max-age=300"
    response["Link"] = f'<{settings.OPENDATA_LICENCE_URL}>; rel="license"'
    return response


@open_data
def table_file(request: HttpRequest, year: int, name: str, form: str) -> HttpResponseBase:
    """One table of one year as a file; a year without rows gives the head alone."""
    table, known = BY_NAME.get(name), writers.FORMATS.get(form)
    if table is None or known is None or not 2000 <= year < 2200:
        raise Http404
    content_type, write = known
    content: Any = write(table, writers.rows_of(table, year))
    return _file(f"huiqun-{name}-{year}.{form}", content, content_type)


@open_data
def release_file(request: HttpRequest, year: int) -> HttpResponseBase:
    """The OCDS releases dated in one year, one a line."""
    if not 2000 <= year < 2200:
        raise Http404
    rows = packages.public_releases().filter(date__year=year).values_list("body", flat=True)
    lines = (f"{json.dumps(body, ensure_ascii=False)}\n".encode() for body in rows.iterator(chunk_size=writers.BATCH))
    return _file(f"huiqun-releases-{year}.jsonl", lines, "application/jsonl; charset=utf-8")
