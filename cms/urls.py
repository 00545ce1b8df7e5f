"""Addresses of the pages that stages also answer, and of what pages need beside themselves. Before the stages' own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from cms import calendar_view, context, sign_up
from cms.models import DataPage, NeedsPage, Page, ReportIndexPage
from procurement.common.bodies import shared_body
from procurement.opendata.bulk.views import data
from procurement.opendata.needs import needs
from procurement.opendata.reports import reports


def board(kind: type[Page], otherwise: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], Any]:
    """The editors' page of a board where there is a live one, else the stage's own view of the same list."""

    def view(request: HttpRequest) -> Any:
        page = kind.objects.live().first()
        return page.serve(request) if page is not None else otherwise(request)

    return require_safe(shared_body(view))


urlpatterns = [
    path("needs/", board(NeedsPage, needs), name="needs"),
    path("reports/", board(ReportIndexPage, reports), name="reports"),
    path("data/", board(DataPage, data), name="data"),
    path("calendar.ics", calendar_view.ics, name="calendar_feed"),
    path("sign-ups/<str:token>/", sign_up.own, name="sign_up"),
    path("site-<str:version>.css", context.stylesheet, name="site_css"),
]
