"""From what was asked to rows; the feeds ask in the same words."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from procurement.accounts.models import Organisation
from procurement.calls.enums import CallState
from procurement.calls.models import Call
from procurement.needs.models import Need
from procurement.opendata.api import public, queries
from procurement.opendata.api.paging import between, exact, worded
from procurement.opendata.search.models import Kind
from procurement.projects.models import Notice, Project
from workflows.clock import database_now


def calls(query: queries.CallQuery) -> QuerySet[Call]:
    rows = exact(
        public.calls(),
        project__domain=query.domain,
        method=query.method,
        state=query.state,
        project__buyer__code=query.buyer,
        project__buyer__region__startswith=query.region,
    )
    if query.open is not None:
        takes_bids = Q(state=CallState.PUBLISHED, deadline__gte=database_now())
        rows = rows.filter(takes_bids if query.open else ~takes_bids)
    rows = worded(rows, query.q, Kind.CALL)
    return between(rows, "published_at", query.published_from, query.published_to)


def notices(query: queries.NoticeQuery) -> QuerySet[Notice]:
    rows = exact(
        public.notices(),
        kind=query.kind,
        project__domain=query.domain,
        project__buyer__code=query.buyer,
        project__number=query.thread,
    )
    rows = worded(rows, query.q, Kind.NOTICE)
    return between(rows, "published_at", query.published_from, query.published_to)


def threads(query: queries.ThreadQuery) -> QuerySet[Project]:
    rows = exact(public.threads(), domain=query.domain, state=query.state, buyer__code=query.buyer)
    rows = worded(rows, query.q, Kind.THREAD)
    return between(rows, "approved_at", query.approved_from, query.approved_to)


def needs(query: queries.NeedQuery) -> QuerySet[Need]:
    rows = exact(public.needs(), state=query.state, addressed_to__code=query.addressed_to)
    return worded(rows, query.q, Kind.NEED)


def organisations(query: queries.OrganisationQuery) -> QuerySet[Organisation]:
    rows = exact(public.organisations(), kind=query.kind)
    roles: dict[str, Any] = {
        "buyer": Exists(public.threads().filter(buyer=OuterRef("pk"))),
        "supplier": Exists(public.awards().filter(bid__supplier=OuterRef("pk"))),
    }
    if query.role:
        rows = rows.filter(roles[query.role])
    return worded(rows, query.q, Kind.ORGANISATION)


def evaluations(query: queries.EvaluationQuery) -> QuerySet[Any]:
    project = public.THREAD_OF_EVALUATION
    rows = exact(
        public.evaluations(),
        grade=query.grade,
        **{
            f"{project}__domain": query.domain,
            f"{project}__buyer__code": query.buyer,
            "contract__award__bid__supplier__code": query.supplier,
        },
    )
    return between(rows, "published_at", query.published_from, query.published_to)
