"""The page model all kinds of page share."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.models import AbstractPage

from procurement.common import bodies, page_cache


class Page(AbstractPage):
    """The page model of this site. It has what Wagtail needs and one line for those who search."""

    search_description = models.TextField(_("in one sentence, for search engines"), blank=True)

    shares_body = False  # whether the text between head and foot is the same for all who may read it, and dear to make

    promote_panels = [FieldPanel("slug"), FieldPanel("search_description")]

    def subjects(self) -> tuple[str, ...]:
        """What else this page shows beside its own words; a change of it makes the kept page stale."""
        return ()

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page_cache.show(request, f"page:{self.pk}", *self.subjects())
        if self.shares_body and not self.get_view_restrictions().exists():
            bodies.share(request)
        return super().serve(request, *args, **kwargs)


def advice(text: Any) -> HelpPanel:
    """A panel that tells the editor what this kind of page does by itself and what is left to write."""
    return HelpPanel(content=text, heading=_("How this page works"))
