"""What a feed is asked for: the same names and values as the public lists have. What a feed does not know is let be:
a list's address may carry its page or its sorting."""

from __future__ import annotations

from typing import Literal, TypeVar

import pydantic
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call, Correction
from procurement.opendata.api import public, queries
from procurement.opendata.api.paging import exact, worded
from procurement.opendata.http import BadQuery
from procurement.opendata.search.models import Kind
from procurement.projects.enums import Domain, NoticeKind
from procurement.projects.models import Notice
from workflows.clock import database_now

Asked = TypeVar("Asked", bound=pydantic.BaseModel)


class FeedQuery(Schema):
    q: queries.Words | None = None
    domain: Domain | None = None
    buyer: str | None = Field(None, pattern=r"^([0-9A-Z]{18}|[0-9]{1,9})$")  # its code, or its number in the lists
    region: str | None = Field(None, pattern=r"^[0-9]{2}([0-9]{2}){0,2}$")
    limit: int = Field(50, ge=1, le=100)


class CallFeedQuery(FeedQuery):
    method: Method | None = None
    state: Literal["open", "closed", "scoring", "concluded", "ended"] | None = None


class NoticeFeedQuery(FeedQuery):
    kind: NoticeKind | None = None


def read(model: type[Asked], request: HttpRequest) -> Asked:
    """The query as ``model``; what is empty counts as not asked. Raises ``BadQuery`` with words for every field."""
    given = {name: value for name, value in request.GET.items() if name in model.model_fields and str(value).strip()}
    try:
        return model.model_validate(given)
    except pydantic.ValidationError as error:
        raise BadQuery(**{str(one["loc"][0]): one["msg"] for one in error.errors()}) from error


def _buyer(asked: str | None) -> dict[str, str | None]:
    """The lists name a buyer by its number, the interface by its credit code."""
    return {"project__buyer" if asked and len(asked) < 10 else "project__buyer__code": asked}


def calls(query: CallFeedQuery) -> QuerySet[Call]:
    """Calls as the list of calls shows them, newest first, with the time of their last correction."""
    rows = exact(
        public.calls(),
        project__domain=query.domain,
        method=query.method,
        **_buyer(query.buyer),
        project__buyer__region__startswith=query.region,
    )
    if query.state:
        now = database_now()
        rows = rows.filter(
            {
                "open": Q(state=CallState.PUBLISHED, deadline__gte=now),
                "closed": Q(state=CallState.PUBLISHED, deadline__lt=now),
                "scoring": Q(state=CallState.OPENED),
                "concluded": Q(state=CallState.CONCLUDED),
                "ended": Q(state__in=[CallState.FAILED, CallState.CANCELLED]),
            }[query.state]
        )
    rows = worded(rows, query.q, Kind.CALL)
    rows = rows.prefetch_related("corrections")  # of which one may have postponed the opening
    # of the rows that are shown: grouping would be of all there are
    latest = Correction.objects.filter(call=OuterRef("pk")).order_by("-published_at").values("published_at")[:1]
    return rows.annotate(corrected_at=Subquery(latest)).order_by("-published_at", "-pk")[: query.limit]


def notices(query: NoticeFeedQuery) -> QuerySet[Notice]:
    rows = exact(
        public.notices(),
        kind=query.kind,
        project__domain=query.domain,
        **_buyer(query.buyer),
        project__buyer__region__startswith=query.region,
    )
    rows = worded(rows, query.q, Kind.NOTICE)
    return rows.order_by("-published_at", "-pk")[: query.limit]
