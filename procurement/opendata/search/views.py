"""The page that finds things, and what it offers while somebody types."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from procurement.opendata.search import find, show, text
from procurement.opendata.search.find import FACETS, SORTS, Found
from procurement.opendata.search.models import Kind

LAST_PAGE = 10_000


def _page(request: HttpRequest) -> int:
    wanted = request.GET.get("page", "")
    return min(max(int(wanted), 1), LAST_PAGE) if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 else 1


def _address(request: HttpRequest, **changes: str) -> str:
    """This search with something changed, and from its first page on."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


def _facets(request: HttpRequest, found: Found) -> list[dict[str, Any]]:
    """What the results can be narrowed to; a facet with one value narrows nothing and is left out."""
    titles = {
        "kind": pgettext("results", "What"),
        "domain": _("For whom"),
        "state": _("State"),
        "region": _("Area"),
        "buyer": _("Buyer"),
    }
    return [
        {
            "name": name,
            "title": titles[name],
            "chosen": found.chosen[name],
            "all": _address(request, **{name: ""}),
            "values": [row | {"url": _address(request, **{name: row["value"]})} for row in found.facets[name]],
        }
        for name in FACETS
        if found.facets and (len(found.facets[name]) > 1 or found.chosen[name])
    ]


def _subscribe_path(words: str, chosen: dict[str, str]) -> str:
    """Where new notices with the same words and filters can be subscribed to."""
    asked = {"q": words, **{name: chosen[name] for name in ("domain", "region", "buyer")}}
    return f"{reverse('subscribe')}?{urlencode({name: value for name, value in asked.items() if value})}"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Calls, notices, projects, needs, articles and organisations that contain all the words."""
    query = text.read(request.GET.get("q", ""))
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else ""
    chosen = find.read_choices(request.GET)
    found = find.find(query, chosen, sort, _page(request))
    kinds = dict(Kind.choices)
    rows = [
        {
            "entry": entry,
            "kind": kinds[entry.kind],
            "title": show.marked(entry.title, query.terms),
            "snippet": show.snippet(entry.body, query.terms),
        }
        for entry in found.entries
    ]
    context = {
        "query": query,
        "found": found,
        "rows": rows,
        "facets": _facets(request, found),
        "narrowed": any(chosen.values()),
        "hidden": {**{name: value for name, value in chosen.items() if value}, **({"sort": sort} if sort else {})},
        "sort": sort,
        "by_rank": _address(request, sort=""),
        "by_date": _address(request, sort="newest"),
        "subscribe": _subscribe_path(query.text, chosen),
        "everything": _address(request, **dict.fromkeys(FACETS, "")),
        "previous": _address(request, page=str(found.page - 1)) if found.page > 1 else "",
        "next": _address(request, page=str(found.page + 1)) if found.page < found.pages else "",
    }
    return render(request, "opendata/search.html", context)


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Titles that fit what was typed so far: ``{"suggestions": [{"title", "kind", "url"}]}``."""
    kinds = dict(Kind.choices)
    rows = find.suggest(text.read(request.GET.get("q", "")))
    answer = JsonResponse(
        {"suggestions": [{"title": row.title, "kind": str(kinds[row.kind]), "url": row.url} for row in rows]}
    )
    answer["Cache-Control"] = "public, max-age=60"
    answer["Vary"] = "Accept-Language, Cookie"
    return answer
