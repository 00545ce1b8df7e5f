"""``/api/v1/``: what is public, to be read by programs. Reading only; no key is needed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import NinjaAPI, Path, Query
from ninja.errors import ValidationError
from ninja.renderers import JSONRenderer

from procurement.opendata.api import details, figures, filters, public, queries, schemas, shown
from procurement.opendata.api.openapi import declared
from procurement.opendata.api.paging import check_names, page
from procurement.opendata.http import BadQuery, bad_query, not_found
from workflows.clock import database_now


class Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    def get_openapi_schema(self, **more: Any) -> Any:
        return declared(super().get_openapi_schema(path_prefix="/api/v1/"))


api = Api(
    title="惠群 Huiqun",
    version="1",
    description="Public data of purchases of services by mass organisations. Reading only, no key needed.",
    urls_namespace="api_v1",
    docs_url=None,
    openapi_url=None,
    renderer=Renderer(),
)


@api.exception_handler(ValidationError)
def _not_understood(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    found = [
        {"field": str(one["loc"][-1]), "message": str(one["msg"]).removeprefix("Value error, ")}
        for one in getattr(error, "errors", [])
    ]
    return bad_query(found)


@api.exception_handler(BadQuery)
def _bad_query(request: HttpRequest, error: BadQuery | type[BadQuery]) -> HttpResponse:
    return bad_query(getattr(error, "errors", []))


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, error: Http404 | type[Http404]) -> HttpResponse:
    return not_found()


def _one(rows: Any, **wanted: str) -> Any:
    found = rows.filter(**wanted).first()
    if found is None:
        raise Http404(_("Nothing public has this number."))
    return found


def _answers(schema: Any, *, one: bool = False) -> dict[int, Any]:
    problem = schemas.Problem
    return {200: schema, 304: None, 400: problem, 429: problem} | ({404: problem} if one else {})


@api.get("/calls", response=_answers(schemas.Calls), tags=["calls"], summary=gettext_noop("Calls, newest first"))
def calls(request: HttpRequest, query: Query[queries.CallQuery]) -> Any:
    now = database_now()
    return page(request, filters.calls(query), "published_at", query, lambda row: shown.call(row, now))


@api.get("/calls/{number}", response=_answers(schemas.Call, one=True), tags=["calls"], summary=gettext_noop("One call"))
def call(request: HttpRequest, number: Path[queries.Number]) -> Any:
    check_names(request, ())
    return details.call(_one(public.calls(), number=number), database_now())


@api.get(
    "/notices",
    response=_answers(schemas.Notices),
    tags=["notices"],
    summary=gettext_noop("Statutory notices, newest first"),
)
def notices(request: HttpRequest, query: Query[queries.NoticeQuery]) -> Any:
    return page(request, filters.notices(query), "published_at", query, shown.notice)


@api.get(
    "/notices/{number}",
    response=_answers(schemas.Notice, one=True),
    tags=["notices"],
    summary=gettext_noop("One notice"),
)
def notice(request: HttpRequest, number: Path[queries.Number]) -> Any:
    check_names(request, ())
    row = _one(public.notices(), number=number)
    return shown.notice(row) | {"fields": shown.notice_fields(row)}


@api.get(
    "/threads",
    response=_answers(schemas.Threads),
    tags=["threads"],
    summary=gettext_noop("Threads, newest approval first"),
)
def threads(request: HttpRequest, query: Query[queries.ThreadQuery]) -> Any:
    return page(request, filters.threads(query), "approved_at", query, shown.thread)


@api.get(
    "/threads/{number}",
    response=_answers(schemas.Thread, one=True),
    tags=["threads"],
    summary=gettext_noop("One thread"),
)
def thread(request: HttpRequest, number: Path[queries.Number]) -> Any:
    check_names(request, ())
    return details.thread(_one(public.threads(), number=number))


@api.get(
    "/needs",
    response=_answers(schemas.Needs),
    tags=["needs"],
    summary=gettext_noop("What residents asked for, newest first"),
)
def needs(request: HttpRequest, query: Query[queries.NeedQuery]) -> Any:
    return page(request, filters.needs(query), "submitted_at", query, shown.need)


@api.get("/needs/{number}", response=_answers(schemas.Need, one=True), tags=["needs"], summary=gettext_noop("One need"))
def need(request: HttpRequest, number: Path[queries.Number]) -> Any:
    check_names(request, ())
    return shown.need(_one(public.needs(), number=number))


@api.get(
    "/organisations",
    response=_answers(schemas.Organisations),
    tags=["organisations"],
    summary=gettext_noop("Buyers and suppliers with their public record"),
)
def organisations(request: HttpRequest, query: Query[queries.OrganisationQuery]) -> Any:
    rows = figures.with_record(filters.organisations(query))
    return page(request, rows, "created_at", query, figures.organisation)


@api.get(
    "/organisations/{code}",
    response=_answers(schemas.Organisation, one=True),
    tags=["organisations"],
    summary=gettext_noop("One organisation by its unified social credit code"),
)
def organisation(request: HttpRequest, code: Path[queries.Code]) -> Any:
    check_names(request, ())
    return figures.organisation(_one(figures.with_record(public.organisations()), code=code))


@api.get(
    "/evaluations",
    response=_answers(schemas.Evaluations),
    tags=["evaluations"],
    summary=gettext_noop("Published verdicts"),
)
def evaluations(request: HttpRequest, query: Query[queries.EvaluationQuery]) -> Any:
    return page(request, filters.evaluations(query), "published_at", query, shown.evaluation)


@api.get(
    "/evaluations/{contract}",
    response=_answers(schemas.Evaluation, one=True),
    tags=["evaluations"],
    summary=gettext_noop("The verdict on one contract"),
)
def evaluation(request: HttpRequest, contract: Path[queries.Number]) -> Any:
    check_names(request, ())
    return shown.evaluation(_one(public.evaluations(), contract__number=contract))


@api.get(
    "/statistics",
    response=_answers(schemas.Statistics),
    tags=["statistics"],
    summary=gettext_noop("Figures by year of approval and domain, without rehearsals"),
)
def statistics(request: HttpRequest, query: Query[queries.StatisticQuery]) -> Any:
    check_names(request, queries.StatisticQuery.model_fields)
    rows = public.threads()
    if query.year:
        rows = rows.filter(approved_at__year=query.year)
    if query.domain:
        rows = rows.filter(domain=str(query.domain.value))
    if query.buyer:
        rows = rows.filter(buyer__code=query.buyer)
    return {"items": figures.by_year_and_domain(rows)}
