"""Articles in the site's search, and Wagtail's own search in the admin, both in Chinese."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from wagtail.models import PageViewRestriction

from cms import bootstrap
from cms.models import ArticlePage, HomePage
from procurement.opendata.search import find, text
from workflows import jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> ArticlePage:
    bootstrap.ensure_pages()
    page = ArticlePage(
        title="关爱青少年成长办事指南",
        slug="guide",
        introduction="三步完成报名",
        body=[("text", "<p>携带<b>身份证明</b>到社区</p>"), ("heading", "常见问题")],
        live=False,
    )
    HomePage.objects.get().add_child(instance=page)
    return page


def found(asked: str) -> list[str]:
    return [entry.title for entry in find.find(text.read(asked), {"kind": "article"}).entries]


def publish(page: ArticlePage) -> None:
    page.save_revision().publish()
    jobs.run_due()


def test_an_article_is_found_from_its_publication_until_it_is_taken_back(client: Client, article: ArticlePage) -> None:
    jobs.run_due()
    assert found("青少年") == []
    publish(article)
    for asked in ("青少年", "身份证明", "常见问题", "三步 报名"):
        assert found(asked) == [article.title]
    entry = find.find(text.read("青少年"), {}).entries[0]
    assert client.get(entry.url).status_code == 200
    assert "<" not in entry.body
    article.refresh_from_db()
    article.unpublish()
    jobs.run_due()
    assert found("青少年") == []


def test_an_article_that_is_deleted_or_closed_to_the_public_goes(article: ArticlePage) -> None:
    publish(article)
    closed = PageViewRestriction.objects.create(page=article, restriction_type="login")
    jobs.run_due()
    assert found("青少年") == []
    closed.delete()
    jobs.run_due()
    assert found("青少年") == [article.title]
    article.delete()
    jobs.run_due()
    assert found("青少年") == []


@pytest.mark.parametrize("asked", ["青少年", "青少", "成长办事", "指南", "关爱 指南", "年", "ＧＵＩＤＥ", "青少年!"])
def test_the_admin_finds_pages_by_part_of_a_word(article: ArticlePage, asked: str) -> None:
    article.title = "关爱青少年成长办事指南 guide"
    publish(article)
    call_command("update_index", verbosity=0)
    assert [page.pk for page in ArticlePage.objects.all().search(asked)] == [article.pk]
    assert [page.pk for page in ArticlePage.objects.all().autocomplete(asked)] == [article.pk]


@pytest.mark.parametrize("asked", ["", "!!", "'", "a & b", "\\", ":*", "没有"])
def test_the_admin_survives_what_is_typed(article: ArticlePage, asked: str) -> None:
    publish(article)
    assert list(ArticlePage.objects.all().search(asked)) in ([], [article])
