"""Blocks whose words and pictures are the editor's own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

FEATURES = ["bold", "ol", "ul", "link", "document-link", "hr"]


class FigureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("image"))
    alt = blocks.CharBlock(label=_("what the image shows"), help_text=_("Read out to people who do not see it."))
    caption = blocks.CharBlock(label=_("caption"), required=False)

    class Meta:
        icon = "image"
        label = _("Image")
        template = "cms/blocks/figure.html"


class GalleryBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), required=False)
    images = blocks.ListBlock(FigureBlock(), min_num=2, max_num=12, label=_("images"))

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "cms/blocks/gallery.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("words"))
    source = blocks.CharBlock(
        label=_("whose words"),
        required=False,
        help_text=_("A place, never a person's name: “a father, Chengdong community”."),
    )

    class Meta:
        icon = "openquote"
        label = _("Quote from a resident")
        template = "cms/blocks/quote.html"


class DownloadBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("file"))
    label = blocks.CharBlock(label=_("what it is"), required=False)

    class Meta:
        icon = "doc-full"
        label = _("File")


class DownloadsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), required=False)
    files = blocks.ListBlock(DownloadBlock(), label=_("files"))

    class Meta:
        icon = "download"
        label = _("Files to download")
        template = "cms/blocks/downloads.html"
