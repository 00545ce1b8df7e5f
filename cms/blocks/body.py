"""The body of a page: any of the blocks, in any order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.blocks.live import ChartBlock, NoticesBlock, NumbersBlock, TimetableBlock
from cms.blocks.plain import FEATURES, DownloadsBlock, FigureBlock, GalleryBlock, QuoteBlock


class BodyBlock(blocks.StreamBlock):
    heading = blocks.CharBlock(label=_("Heading"), icon="title", template="cms/blocks/heading.html")
    text = blocks.RichTextBlock(label=_("Text"), features=FEATURES)
    figure = FigureBlock()
    gallery = GalleryBlock()
    quote = QuoteBlock()
    downloads = DownloadsBlock()
    notices = NoticesBlock(group=_("Live data"))
    timetable = TimetableBlock(group=_("Live data"))
    numbers = NumbersBlock(group=_("Live data"))
    chart = ChartBlock(group=_("Live data"))

    class Meta:
        required = False
