"""The words of the public lists: found by the index of the search, not by reading every row."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms import bootstrap
from procurement.opendata.search import index
from procurement.projects.models import Project
from tests import threads

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    bootstrap.ensure_pages()
    found = threads.waiting("open-for-bids-1")
    threads.waiting("to-open")
    index.rebuild()
    return found


def shown(client: Client, path: str, words: str) -> str:
    answer = client.get(path, {"q": words})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", ["/calls/", "/threads/", "/notices/"])
class TestWords:
    def test_part_of_a_title_a_buyer_or_a_number(self, client: Client, project: Project, path: str) -> None:
        other = Project.objects.exclude(pk=project.pk).get()
        for words in (project.title[2:7], project.buyer.name[:4], project.number):
            assert project.title in shown(client, path, words), words
        narrow = shown(client, path, project.number)
        assert f"/{other.number}" not in narrow
        assert other.number.lower() not in narrow

    def test_all_words_must_be_there(self, client: Client, project: Project, path: str) -> None:
        both = f"{project.title[:4]} {project.buyer.name[:4]}"
        assert project.title in shown(client, path, both)
        assert project.title not in shown(client, path, f"{both} 没有这样的词")

    def test_signs_alone_find_nothing_and_break_nothing(self, client: Client, project: Project, path: str) -> None:
        for words in ("，。", "'", "%", "\\", "&|!", "x" * 3000):
            assert project.title not in shown(client, path, words), words

    def test_no_row_is_read_for_a_word(self, client: Client, project: Project, path: str) -> None:
        with CaptureQueriesContext(connection) as caught:
            shown(client, path, project.title[:4])
        assert not [row["sql"] for row in caught if "LIKE" in row["sql"] and "%" in row["sql"]]


def test_needs_by_their_words(client: Client, project: Project) -> None:
    need = project.needs.all()[0]
    assert need.title in shown(client, "/needs/", need.title[1:5])
    assert need.title in shown(client, "/needs/", need.station.name)
    assert need.title not in shown(client, "/needs/", "没有这样的词")
