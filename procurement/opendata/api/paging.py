"""Going through a list from row to row (keyset): as quick at the end as at the beginning, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.opendata.http import BadQuery
from procurement.opendata.search import find

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = r"^[0-9]{1,16}-[0-9]{1,18}$"  # whatever is written so can be read: no overflow at either end
FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)  # nothing here is older or newer


def _written(at: datetime, pk: int) -> str:
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{pk}"


def _read(cursor: str) -> tuple[datetime, int]:
    """The time, to the microsecond, and the key of the last row seen."""
    moment, pk = cursor.split("-")
    return EPOCH + timedelta(microseconds=int(moment)), int(pk)


def check_names(request: HttpRequest, known: Any) -> None:
    """Refuses parameters that do not exist: a misspelt filter must not pass for none."""
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        raise BadQuery(**{name[:60]: _("is not known here") for name in unknown[:10]})


def page(
    request: HttpRequest, rows: QuerySet[Any], at: str, query: Any, shown: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """One page of ``rows``, newest first by the time ``at`` and the key."""
    check_names(request, type(query).model_fields)
    if query.cursor:
        moment, pk = _read(query.cursor)
        rows = rows.filter(Q(**{f"{at}__lte": moment}) & (Q(**{f"{at}__lt": moment}) | Q(pk__lt=pk)))
    found = list(rows.order_by(f"-{at}", "-pk")[: query.limit + 1])
    here, more = found[: query.limit], len(found) > query.limit
    cursor = _written(getattr(here[-1], at), here[-1].pk) if more else None
    return {"items": [shown(row) for row in here], "next_cursor": cursor, "next": _next(request, cursor)}


def _next(request: HttpRequest, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{settings.HUIQUN_BASE_URL}{request.path}?{query.urlencode()}"


def worded(rows: QuerySet[Any], words: str | None, kind: str) -> QuerySet[Any]:
    """Rows that the site's own search finds for these words: by its index, whatever their number."""
    if not (words or "").strip():
        return rows
    return rows.filter(pk__in=find.subjects(words or "", kind))


def between(rows: QuerySet[Any], at: str, first: date | None, last: date | None) -> QuerySet[Any]:
    """Rows of the days ``first`` to ``last``, both of them included, in China's time."""
    if first:
        rows = rows.filter(**{f"{at}__gte": _midnight(first)})
    if last:
        rows = rows.filter(**{f"{at}__lt": _midnight(min(last, LAST) + timedelta(days=1))})
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(min(max(day, FIRST), LAST), time()))


def exact(rows: QuerySet[Any], **filters: Any) -> QuerySet[Any]:
    """Rows that fit every filter that was asked."""
    return rows.filter(**{name: str(value) for name, value in filters.items() if value is not None})
