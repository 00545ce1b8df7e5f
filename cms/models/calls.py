"""The list of calls, and the public face of each."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.fields import StreamField
from wagtail.url_routing import RouteResult

from cms import call_view, listing
from cms.blocks import BodyBlock
from cms.models.base import Page, advice
from procurement.calls.enums import CallState
from procurement.calls.models import Call
from procurement.common import bodies, page_cache


class CallIndexPage(Page):
    """All published calls. Rows come from the calls themselves, so a list never waits for a page."""

    introduction = models.TextField(_("introduction"), blank=True)

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "list of calls")

    template = "cms/call_index_page.html"
    shares_body = True
    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.CallPage"]
    content_panels = [
        advice(_("The list, its filters and counts come from the calls themselves; only the words above are yours.")),
        *Page.content_panels,
        "introduction",
    ]

    def subjects(self) -> tuple[str, ...]:
        return ("calls",)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = listing.find(request.GET)
        page_cache.show(request, until=[found["next_deadline"]])
        return super().get_context(request, *args, **kwargs) | found

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
        call_view.remember(request, call)
        bodies.share(request)
        context = super().get_context(request) | {"page": None} | call_view.facts(call)
        return TemplateResponse(request, CallPage.template, context)


class CallPage(Page):
    """The public face of a call: points to it, and adds the buyer's prose. The call never points back."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="+", verbose_name=_("call"))
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "page of a call")

    template = "cms/call_page.html"
    shares_body = True
    parent_page_types = ["cms.CallIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        advice(
            _(
                "What is wanted, who may bid, criteria, dates, questions and notices come from the call. Add here what "
                "helps a bidder to understand: pictures, a plan of the place, voices of residents. Publishing it "
                "publishes the call; what the rules still ask for is then listed."
            )
        ),
        *Page.content_panels,
        "call",
        "body",
    ]

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
        context = super().get_context(request, *args, **kwargs)
        call = Call.objects.select_related("project__buyer").filter(pk=self.call_id).first()
        if call is None:  # a preview before a call was chosen
            return context
        call_view.remember(request, call)
        return context | call_view.facts(call)

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return self.template if self.call_id else "cms/nothing_chosen.html"
