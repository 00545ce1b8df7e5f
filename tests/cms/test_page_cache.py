"""Kept pages: served to strangers alone, and never once what they show has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cms.models import SiteSettings
from procurement.calls.corrections import correct_call
from procurement.common import page_cache
from procurement.projects.models import Project
from tests import threads
from tests.cms import rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(settings: Any) -> None:
    settings.PAGE_CACHE = True


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def is_kept(client: Client, path: str, **headers: Any) -> bool:
    """Whether the answer came from what is kept: its template was not rendered again."""
    response = client.get(path, **headers)
    assert response.status_code == 200
    return not response.templates


class TestWhoIsServed:
    @pytest.mark.parametrize(
        "path", ["/", "/calls/", "/needs/", "/threads/", "/reports/", "/notices/", "/organisations/", "/statistics/"]
    )
    def test_a_second_stranger_gets_the_kept_page(self, client: Client, path: str) -> None:
        first = client.get(path)
        second = Client().get(path)
        assert first.templates
        assert not second.templates
        assert second.content == first.content
        assert second["ETag"] == first["ETag"]
        assert second["Cache-Control"] == "public, no-cache"
        assert {"Cookie", "Accept-Language"} <= {word.strip() for word in second["Vary"].split(",")}
        assert not second.cookies

    def test_a_person_logged_in_neither_gets_nor_leaves_one(self, client: Client) -> None:
        threads.demo.make_logins()
        client.get("/calls/")
        own = Client()
        own.force_login(threads.login("drafter"))
        page = own.get("/calls/")
        assert page.templates
        assert "private" in page["Cache-Control"]
        assert "起草" in page.content.decode() or "drafter" in page.content.decode()
        again = Client().get("/calls/")
        assert not again.templates
        assert 'name="csrfmiddlewaretoken"' not in again.content.decode()

    def test_theme_language_and_query_are_other_pages(self, client: Client) -> None:
        client.get("/calls/")
        large = Client()
        large.cookies["huiqun_theme"] = "large"
        assert 'data-theme="large"' in large.get("/calls/").content.decode()
        english = Client().get("/calls/", headers={"accept-language": "en"})
        assert 'lang="en"' in english.content.decode()
        assert not is_kept(Client(), "/calls/?state=open")
        normal = Client().get("/calls/")
        assert 'data-theme="normal"' in normal.content.decode()
        assert 'lang="zh-Hans"' in normal.content.decode()

    def test_pages_with_a_form_of_ones_own_are_never_kept(self, client: Client) -> None:
        for path in ("/accounts/login/", "/s/", "/verify/"):
            client.get(path)
            assert client.get(path).templates, path

    def test_an_unknown_address_is_not_kept(self, client: Client) -> None:
        client.get("/threads/none/")
        assert client.get("/threads/none/").templates

    def test_a_reader_who_has_it_is_told_so(self, client: Client) -> None:
        etag = client.get("/needs/")["ETag"]
        known = client.get("/needs/", headers={"if-none-match": etag})
        assert known.status_code == 304
        assert known.content == b""

    def test_without_redis_pages_are_made(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_given: Any, **_more: Any) -> Any:
            raise ConnectionError("no Redis")

        monkeypatch.setattr(page_cache.cache, "get_many", away, raising=False)
        assert client.get("/needs/").status_code == 200


class TestWhatIsDropped:
    def test_a_touch_while_a_page_is_made_keeps_it_from_being_served(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = page_cache.show

        def disturbed(request: Any, *subjects: str, **more: Any) -> None:
            made(request, *subjects, **more)
            page_cache._touch(["needs"])

        monkeypatch.setattr(page_cache, "show", disturbed)
        client.get("/needs/")
        monkeypatch.undo()
        assert client.get("/needs/").templates

    def test_an_act_changes_its_own_thread_the_lists_and_nothing_else(
        self, client: Client, committed: Callable[..., Any]
    ) -> None:
        one, other = threads.waiting("open-for-bids-1"), threads.waiting("to-open")
        number = one.calls.get().number.lower()
        mine = [f"/threads/{one.number}/", f"/calls/{number}/", "/calls/", "/threads/", "/"]
        others = [f"/threads/{other.number}/", f"/calls/{other.calls.get().number.lower()}/", "/reports/"]
        for path in (*mine, *others):
            client.get(path)
        assert all(is_kept(client, path) for path in (*mine, *others))
        with committed():
            threads_cancel(one)
        assert not any(is_kept(client, path) for path in mine)
        assert all(is_kept(client, path) for path in others)

    def test_a_correction_is_seen_at_once(self, client: Client, committed: Callable[..., Any]) -> None:
        project, other = threads.waiting("open-for-bids-1"), threads.waiting("to-open")
        call = project.calls.get()
        shown = [
            f"/calls/{call.number.lower()}/",
            "/calls/",
            "/",
            "/notices/",
            "/calendar.ics",
            f"/threads/{project.number}/",
        ]
        untouched = [f"/threads/{other.number}/", "/reports/"]
        before = {path: client.get(path).content for path in (*shown, *untouched)}
        later = call.deadline + timedelta(days=3)
        with committed():
            correct_call(
                call,
                {"deadline": later, "contact": "新的联系人"},
                by=threads.login("approver"),
                organisation=project.buyer,
            )
        page = client.get(shown[0]).content.decode()
        assert "新的联系人" in page
        assert f"{timezone.localtime(later):%Y-%m-%d %H:%M}" in page
        assert all(client.get(path).content != before[path] for path in shown)
        assert all(is_kept(client, path) for path in untouched)

    def test_the_end_of_a_deadline_ends_the_page(self, client: Client) -> None:
        call = rows.call(deadline=rows.timezone.now() + rows.timedelta(seconds=20))
        client.get(f"/calls/{call.number.lower()}/")
        keys = [key for key in cache._cache.get_client().keys("*page:*") if b"subject" not in key]  # type: ignore[attr-defined]
        assert max(cache._cache.get_client().ttl(key) for key in keys) <= 20  # type: ignore[attr-defined]

    def test_settings_of_the_site_change_every_page(self, client: Client, committed: Callable[..., Any]) -> None:
        client.get("/needs/")
        with committed():
            SiteSettings.objects.create(name="惠群示例", bar_text="本周六系统维护")
        page = client.get("/needs/").content.decode()
        assert "惠群示例" in page
        assert "本周六系统维护" in page


def threads_cancel(project: Project) -> None:
    """The approver of the demo cancels the call, as the workspace would."""
    from workflows import engine

    call = project.calls.get()
    approver = threads.login("approver")
    engine.perform(call.cancel, by=approver, organisation=project.buyer, reason="需求有变，不再采购。")
