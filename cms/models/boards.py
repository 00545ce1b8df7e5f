"""Pages around a list that fills itself: needs, evaluations, calendar, data. The words above it are the editor's."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.fields import StreamField

from cms import calendar_view
from cms.blocks import BodyBlock
from cms.models.base import Page, advice
from cms.models.prose import live_subjects
from procurement.common import page_cache
from procurement.opendata import needs, reports, statistics
from procurement.opendata.bulk import views as bulk


class Board(Page):
    """What the boards share: an introduction and further text around the list."""

    introduction = models.TextField(_("introduction"), blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("further text"))

    shares_body = True
    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [
        advice(_("The list fills itself from the projects and is always current; the words around it are yours.")),
        *Page.content_panels,
        "introduction",
        "body",
    ]

    class Meta:
        abstract = True

    def own_subjects(self) -> tuple[str, ...]:
        return ()

    def subjects(self) -> tuple[str, ...]:
        return self.own_subjects() + live_subjects(self.body)


class NeedsPage(Board):
    """The needs board."""

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "board of needs")

    template = "opendata/needs.html"

    def own_subjects(self) -> tuple[str, ...]:
        return "needs", "threads"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {"board": self} | needs.facts(request)


class ReportIndexPage(Board):
    """Published evaluations, and below it the editors' accounts of some of them."""

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "list of evaluations")

    template = "opendata/reports.html"
    subpage_types = ["cms.ReportPage"]

    def own_subjects(self) -> tuple[str, ...]:
        return ("reports",)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {"board": self} | reports.facts(request)


class CalendarPage(Board):
    """Events, deadlines and openings by month."""

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "calendar")

    template = "cms/calendar_page.html"
    subpage_types = ["cms.EventPage"]

    def own_subjects(self) -> tuple[str, ...]:
        return "calls", "events"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        page_cache.show(request, until=[calendar_view.midnight()])
        return super().get_context(request, *args, **kwargs) | {"board": self} | calendar_view.facts(request.GET)


class DataPage(Board):
    """What can be taken away: charts with their tables, files, interfaces."""

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "open data")

    template = "opendata/data.html"

    def own_subjects(self) -> tuple[str, ...]:
        return ("threads",)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return (
            super().get_context(request, *args, **kwargs) | {"board": self, "charts": statistics.TITLES} | bulk.facts()
        )
