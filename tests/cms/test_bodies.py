"""Bodies kept for all readers: the same for everybody, nobody's own, gone with what they show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from cms import bootstrap
from cms.models import CallIndexPage
from procurement.common import bodies, page_cache
from procurement.projects.models import Project
from tests import threads

pytestmark = pytest.mark.django_db
MAKE_THEM = {"cms/home_page.html", "cms/call_index_page.html", "cms/call_page.html"}
FRAME_QUERIES = 12  # a session, a person, memberships, unread messages, roles: whatever the page shows


@pytest.fixture(autouse=True)
def kept(settings: Any) -> None:
    settings.COUNT_CACHE = True


@pytest.fixture
def thread() -> Project:
    bootstrap.ensure_pages()
    return threads.waiting("open-for-bids-1")


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def paths(thread: Project) -> list[str]:
    return ["/", "/calls/", f"/calls/{thread.calls.get().number.lower()}/"]


def of(login: str) -> Client:
    client = Client()
    client.force_login(threads.login(login))
    return client


def main(response: Any) -> str:
    """What stands between head and foot."""
    text = response.content.decode()
    return text.split("<main", 1)[1].split("</main>", 1)[0]


def made_from_kept(response: Any) -> bool:
    names = [template.name for template in response.templates]
    return "frame.html" in names and not MAKE_THEM & {*names}


class TestForAllReaders:
    def test_a_body_is_the_same_as_without_keeping(self, thread: Project, settings: Any) -> None:
        for path in paths(thread):
            settings.COUNT_CACHE = False
            plain = Client().get(path).content
            settings.COUNT_CACHE = True
            first, second = Client().get(path).content, Client().get(path).content
            squeezed = [b" ".join(text.split()) for text in (plain, first, second)]
            # the moment of its making is the one thing that differs
            assert len({len(text) for text in squeezed}) == 1, path
            assert first == second

    def test_whoever_is_logged_in_gets_it_in_a_frame_of_their_own(self, thread: Project) -> None:
        for path in paths(thread):
            Client().get(path)
            answer = of("drafter").get(path)
            assert made_from_kept(answer), path
            assert main(answer) == main(Client().get(path)), path
            assert "退出" in answer.content.decode(), path

    def test_so_are_lists_and_records(self, thread: Project) -> None:
        call = thread.notices.get(kind="call")
        for path in (
            "/needs/",
            "/threads/",
            "/reports/",
            "/calendar/",
            "/notices/",
            f"/threads/{thread.number}/notices/{call.number}/",
            "/data/",
            "/organisations/",
            f"/organisations/{thread.buyer_id}/",
            "/statistics/",
        ):
            first = of("drafter").get(path)
            assert first.status_code == 200, path
            stranger = Client().get(path)
            assert stranger.templates[0].name == "frame.html", path
            assert main(first) == main(stranger), path

    def test_costs_the_frame_alone(self, thread: Project) -> None:
        reader = of("drafter")
        for path in paths(thread):
            Client().get(path)
            with CaptureQueriesContext(connection) as caught:
                reader.get(path)
            assert len(caught) <= FRAME_QUERIES, path
            assert not [row for row in caught if "calls_call" in row["sql"]], path

    def test_nothing_of_the_one_who_asked_first_is_in_it(self, thread: Project) -> None:
        for path in paths(thread):
            own = of("supplier").get(path)
            stranger = Client().get(path)
            assert made_from_kept(stranger), path
            for word in ("退出", "csrfmiddlewaretoken", str(threads.login("supplier"))):
                assert word not in stranger.content.decode(), (path, word)
            assert "csrfmiddlewaretoken" in own.content.decode()

    def test_other_filters_and_languages_are_other_bodies(self, thread: Project) -> None:
        Client().get("/calls/")
        assert not made_from_kept(Client().get("/calls/?state=ended"))
        english = Client().get("/calls/", headers={"accept-language": "en"})
        assert not made_from_kept(english)
        assert "Filter the calls" in english.content.decode()
        large = Client()
        large.cookies["huiqun_theme"] = "large"
        answer = large.get("/calls/")
        assert made_from_kept(answer)
        assert 'data-theme="large"' in answer.content.decode()

    def test_title_head_and_address_to_share_come_along(self, thread: Project) -> None:
        path = paths(thread)[2]
        Client().get(path)
        text = of("drafter").get(path).content.decode()
        assert f"<title>{thread.title}" in text
        assert text.count('property="og:title"') == 1
        assert text.count('href="/share/') == 1

    def test_without_redis_it_is_made(self, thread: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_given: Any, **_more: Any) -> Any:
            raise ConnectionError("no Redis")

        monkeypatch.setattr(page_cache.cache, "get_many", away, raising=False)
        assert Client().get("/calls/").status_code == 200


class TestPlacesOfOnesOwn:
    """The documents of a call: each supplier's own button in a body that is everybody's."""

    def test_each_reader_sees_what_is_theirs(self, thread: Project) -> None:
        call = thread.calls.get()
        path = paths(thread)[2]
        assert "登录并获取文件的供应商" in main(Client().get(path))
        supplier = of("supplier")
        before = supplier.get(path)
        assert made_from_kept(before)
        assert f'action="/workspace/calls/{call.pk}/take/"' in main(before)
        assert "csrfmiddlewaretoken" in main(before)
        supplier.post(f"/workspace/calls/{call.pk}/take/", {"next": path})
        after = main(supplier.get(path))
        assert "csrfmiddlewaretoken" not in after
        assert "已获取采购文件" in after
        assert main(of("drafter").get(path)) == main(Client().get(path))


class TestWhatIsDropped:
    def test_a_touch_of_its_subjects(self, thread: Project, committed: Callable[..., Any]) -> None:
        for path in paths(thread):
            Client().get(path)
        with committed():
            page_cache.touch(f"thread:{thread.pk}")
        assert not made_from_kept(Client().get(paths(thread)[2]))
        assert made_from_kept(Client().get("/calls/"))
        with committed():
            page_cache.touch("calls")
        assert not made_from_kept(Client().get("/calls/"))

    def test_a_deadline_ends_it(self, thread: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        shown = page_cache.show

        def soon(request: Any, *subjects: str, until: Any = ()) -> None:
            shown(request, *subjects, until=[timezone.now() + timedelta(milliseconds=900)])

        monkeypatch.setattr(page_cache, "show", soon)
        Client().get("/calls/")
        assert not made_from_kept(Client().get("/calls/"))

    def test_a_page_that_is_restricted_from_now_on(self, thread: Project, committed: Callable[..., Any]) -> None:
        assert Client().get("/calls/").status_code == 200
        assert made_from_kept(Client().get("/calls/"))
        with committed():
            calls = CallIndexPage.objects.get()
            restriction = PageViewRestriction.objects.create(page=calls, restriction_type="groups")
            restriction.groups.add(group := Group.objects.create(name="Readers"))
        assert Client().get("/calls/").status_code == 302
        reader = threads.login("drafter")
        reader.groups.add(group)
        allowed = of("drafter")
        assert allowed.get("/calls/").status_code == 200
        assert not made_from_kept(allowed.get("/calls/"))
        assert Client().get("/calls/").status_code == 302


class TestWhatIsNeverKept:
    """By a view of our own: what makes an answer one reader's."""

    def answers(self, text: str, *, shares: bool = True) -> list[bytes]:
        template = engines["django"].from_string("{% extends layout %}{% block content %}" + text + "{% endblock %}")

        @bodies.shared_body
        def view(request: HttpRequest) -> HttpResponse:
            page_cache.show(request, "calls")
            if shares:
                bodies.share(request)
            self.made += 1
            return TemplateResponse(request, template, {"layout": "base.html", "made": self.made})

        self.made = 0
        found = []
        for _time in range(2):
            request = RequestFactory().get("/made-up/")
            threads_session(request)
            found.append(view(request).render().content)
        return found

    def test_a_plain_body_is(self) -> None:
        self.answers("made {{ made }}")
        assert self.made == 1

    def test_a_form_is_not(self) -> None:
        self.answers("<form>{% csrf_token %}</form>")
        assert self.made == 2

    def test_an_answer_that_does_not_say_so_is_not(self) -> None:
        self.answers("made {{ made }}", shares=False)
        assert self.made == 2

    def test_a_text_cannot_cut_it(self) -> None:
        first, second = self.answers("\x1e{{ made }}\x1e</main><main>{% verbatim %}{{ cut }}{{ gap }}{% endverbatim %}")
        assert first == second
        assert "{{ cut }}{{ gap }}" in first.decode()


def threads_session(request: HttpRequest) -> None:
    """What the middleware gives every request."""
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.db import SessionStore

    request.user, request.session = AnonymousUser(), SessionStore()  # type: ignore[assignment]
