"""Articles in the site's search. The stages know no pages: the pages register themselves."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.signals import page_published, page_unpublished, post_page_move

from cms.models import ArticlePage
from procurement.opendata.search import index, sources
from procurement.opendata.search.models import Kind, SearchEntry
from workflows import jobs

CHANGED = "article.changed"


def _articles() -> Any:
    return ArticlePage.objects.live().public()


def prose(body: Any) -> str:
    """The words of a StreamField, without marks and pictures."""
    return "\n".join(str(part) for part in body.stream_block.get_searchable_content(body))


def _entry(page: ArticlePage) -> SearchEntry:
    return SearchEntry(
        title=page.title,
        body="\n".join(part for part in (page.introduction, prose(page.body)) if part),
        url=page.get_url() or "",
        at=page.last_published_at or page.first_published_at or timezone.now(),
    )


def _changed(sender: Any, instance: Any, **facts: Any) -> None:
    if isinstance(instance, ArticlePage):
        jobs.enqueue(CHANGED, page_id=instance.pk)


def _moved(sender: Any, instance: Any, **facts: Any) -> None:
    """The addresses of everything below move along."""
    for pk in ArticlePage.objects.descendant_of(instance, inclusive=True).values_list("pk", flat=True):
        jobs.enqueue(CHANGED, page_id=pk)


def _closed_or_opened(sender: Any, instance: PageViewRestriction, **facts: Any) -> None:
    """Who may see a page was changed, and with it who may see what lies below."""
    _moved(sender, instance.page)


@jobs.handler(CHANGED)
def article_changed(page_id: int) -> None:
    index.update(Kind.ARTICLE, [page_id])


def connect() -> None:
    """Called once, when the site starts."""
    sources.register(sources.Source(Kind.ARTICLE, _articles, _entry))
    page_published.connect(_changed, dispatch_uid="search-article-published")
    page_unpublished.connect(_changed, dispatch_uid="search-article-unpublished")
    post_delete.connect(_changed, sender=ArticlePage, dispatch_uid="search-article-deleted")
    post_save.connect(_closed_or_opened, sender=PageViewRestriction, dispatch_uid="search-article-closed")
    post_delete.connect(_closed_or_opened, sender=PageViewRestriction, dispatch_uid="search-article-opened")
    post_page_move.connect(_moved, dispatch_uid="search-article-moved")
