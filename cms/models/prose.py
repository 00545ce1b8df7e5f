"""Pages that are only words and pictures."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.fields import StreamField

from cms.blocks import BodyBlock
from cms.models.base import Page, advice


class ArticlePage(Page):
    """A page of plain text: about the site, guidance, news, an accessibility statement."""

    shares_as = "article"

    introduction = models.TextField(_("introduction"), blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "article")

    template = "cms/article_page.html"
    parent_page_types = ["cms.HomePage", "cms.ArticlePage"]
    subpage_types = ["cms.ArticlePage"]
    content_panels = [
        advice(
            _(
                "Write short paragraphs under plain headings. Blocks with live data (notices, timetable, figures, "
                "charts) stay current by themselves. A day and time for publication can be set under “Schedule”."
            )
        ),
        *Page.content_panels,
        "introduction",
        "body",
    ]

    def subjects(self) -> tuple[str, ...]:
        return live_subjects(self.body)


# What the blocks with live data show.
LIVE_BLOCKS = {
    "notices": ("notices",),
    "timetable": ("calls",),
    "numbers": ("calls", "needs", "reports", "threads"),
    "chart": ("calls", "needs", "reports", "threads", "organisations"),
}


def live_subjects(body: StreamField) -> tuple[str, ...]:
    """The subjects that the blocks of a body rest on."""
    kinds = {block.block_type for block in body}
    return tuple(sorted({subject for kind in kinds for subject in LIVE_BLOCKS.get(kind, ())}))
