"""The front of the house."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string

from cms import home
from cms.blocks import BodyBlock
from cms.models.base import Page, advice
from procurement.common import page_cache


class HomePage(Page):
    """The front of the house: what is open, what residents say, how it turned out; all of it live."""

    heading = models.TextField(_("heading"), blank=True, help_text=_("One or two lines. Empty: the standard one."))
    introduction = models.TextField(_("introduction"), blank=True)
    picture = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Shown beside the heading. Set its focal point, so that phones cut it well."),
    )
    picture_alt = models.CharField(_("what the picture shows"), max_length=200, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("further text"))

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "home page")

    template = "cms/home_page.html"
    shares_body = True
    max_count = 1
    parent_page_types = ["cms.Page"]
    subpage_types = [
        "cms.CallIndexPage",
        "cms.NoticeIndexPage",
        "cms.NeedsPage",
        "cms.ReportIndexPage",
        "cms.CalendarPage",
        "cms.DataPage",
        "cms.ArticlePage",
    ]
    content_panels = [
        advice(
            _(
                "Open calls, needs, evaluations and all figures come by themselves and are never typed. Yours: the "
                "heading, one or two sentences, a picture, and below them blocks: numbers, pictures, quotes, files. "
                "The preview at the right shows the page as residents will see it."
            )
        ),
        *Page.content_panels,
        "heading",
        "introduction",
        FieldPanel("picture"),
        "picture_alt",
        "body",
    ]

    def subjects(self) -> tuple[str, ...]:
        return "calls", "needs", "reports", "threads", "pages"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = home.facts()
        page_cache.show(request, until=[call.deadline for call in found["open_calls"]])
        return super().get_context(request, *args, **kwargs) | found
