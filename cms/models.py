from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import AbstractPage
from wagtail.url_routing import RouteResult

from cms import call_view, home, listing
from cms.blocks import BodyBlock
from procurement.calls.enums import CallState
from procurement.calls.models import Call


class Page(AbstractPage):
    """The page model of this site. It has what Wagtail needs and one line for those who search."""

    search_description = models.TextField(_("in one sentence, for search engines"), blank=True)

    promote_panels = [FieldPanel("slug"), FieldPanel("search_description")]


class HomePage(Page):
    """The front of the house: what is open, what residents say, how it turned out; all of it live."""

    heading = models.TextField(_("heading"), blank=True, help_text=_("One or two lines. Empty: the standard one."))
    introduction = models.TextField(_("introduction"), blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("further text"))

    template = "cms/home_page.html"
    max_count = 1
    parent_page_types = ["cms.Page"]
    subpage_types = ["cms.CallIndexPage", "cms.ArticlePage"]
    content_panels = [*Page.content_panels, "heading", "introduction", "body"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | home.facts()


class CallIndexPage(Page):
    """All published calls. Rows come from the calls themselves, so a list never waits for a page."""

    introduction = models.TextField(_("introduction"), blank=True)

    template = "cms/call_index_page.html"
    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.CallPage"]
    content_panels = [*Page.content_panels, "introduction"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        filters, page_of_calls = listing.find(request.GET)
        return super().get_context(request, *args, **kwargs) | {
            "filters": filters,
            "choices": listing.choices(),
            "calls": page_of_calls,
        }

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """``/calls/<number>/`` answers from the moment of publication, also before its page is made."""
        try:
            return super().route(request, path_components)
        except Http404:
            if len(path_components) != 1:
                raise
            call = listing.public_calls().filter(number__iexact=path_components[0]).first()
            if call is None:
                raise
            return RouteResult(self, kwargs={"call": call})

    def serve(self, request: HttpRequest, *args: Any, call: Call | None = None, **kwargs: Any) -> HttpResponse:
        if call is None:
            return super().serve(request, *args, **kwargs)
        context = self.get_context_of_call(request, call)
        return TemplateResponse(request, CallPage.template, context)

    def get_context_of_call(self, request: HttpRequest, call: Call) -> dict[str, Any]:
        return super().get_context(request) | {"page": None} | call_view.facts(call)


class CallPage(Page):
    """The public face of a call: points to it, and adds the buyer's prose. The call never points back."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="+", verbose_name=_("call"))
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))

    template = "cms/call_page.html"
    parent_page_types = ["cms.CallIndexPage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, "call", "body"]

    def clean(self) -> None:
        super().clean()
        if self.go_live_at:
            raise ValidationError(
                {"go_live_at": _("A call is published by a person at that moment, never by the clock.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The last fence: whatever the way, no page of an unpublished call goes live."""
        if self.live and Call.objects.filter(pk=self.call_id, published_at__isnull=True).exists():
            raise ValidationError(_("This page goes live when its call is published, not before."))
        super().save(*args, **kwargs)

    def unpublish(self, *args: Any, **kwargs: Any) -> None:
        if self.is_fixed:
            raise ValidationError(
                _("A published call is not taken back; it is corrected or cancelled by a notice (N2).")
            )
        super().unpublish(*args, **kwargs)

    @property
    def is_fixed(self) -> bool:
        """Whether the call has left its draft: from then on its words stay as they are (N2)."""
        return self.call.state != CallState.DRAFT

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        call = Call.objects.select_related("project__buyer").get(pk=self.call_id)
        return super().get_context(request, *args, **kwargs) | call_view.facts(call)


class ArticlePage(Page):
    """A page of plain text: about the site, guidance, an accessibility statement."""

    shares_as = "article"

    introduction = models.TextField(_("introduction"), blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))

    template = "cms/article_page.html"
    parent_page_types = ["cms.HomePage", "cms.ArticlePage"]
    subpage_types = ["cms.ArticlePage"]
    content_panels = [*Page.content_panels, "introduction", "body"]
