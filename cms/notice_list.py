"""The public list of statutory notices: by kind, domain and words, newest first."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from procurement.common.kept import Counted, kept
from procurement.opendata.search import find as search
from procurement.opendata.search.models import Kind
from procurement.projects.enums import Domain, NoticeKind
from procurement.projects.models import Notice

PER_PAGE = 20


def find(query: QueryDict) -> dict[str, Any]:
    """The template context of the list an address asks for; what is no known value counts as not asked."""
    kind = query.get("kind", "") if query.get("kind", "") in NoticeKind.values else ""
    domain = query.get("domain", "") if query.get("domain", "") in Domain.values else ""
    q = query.get("q", "").replace("\x00", "").strip()[:100]
    rows = Notice.objects.select_related("project__buyer").order_by("-published_at", "-pk")
    rows = rows.filter(search.fitting(q, Kind.NOTICE))
    if kind:
        rows = rows.filter(kind=kind)
    if domain:
        rows = rows.filter(project__domain=domain)
    total = kept(f"notices?{[kind, domain, q]}", ("notices",), rows.count)
    return {
        "listed": Counted(rows, PER_PAGE, total).get_page(query.get("page")),
        "q": q,
        "kind": kind,
        "domain": domain,
        "kinds": NoticeKind.choices,
        "domains": Domain.choices,
    }
