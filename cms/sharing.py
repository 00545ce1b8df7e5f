"""Articles as they are passed on: their prose rendered as on their page."""

from __future__ import annotations

from cms.models import ArticlePage
from procurement.opendata.search.models import Kind
from procurement.opendata.sharing import pieces


def _article(pk: int) -> pieces.Piece | None:
    page = ArticlePage.objects.live().public().filter(pk=pk).first()
    if page is None:
        return None
    html = "".join(f"{block.render()}" for block in page.body)
    description = page.introduction or page.search_description
    return pieces.Piece(Kind.ARTICLE, page.pk, page.title, description, page.get_url() or "/", "", html=html)


def connect() -> None:
    """Called once, when the site starts."""
    pieces.register(Kind.ARTICLE, _article)
