"""Passing things on: cards, articles for 微信公众号, and its draft interface against a stand-in of its documents."""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from cms import bootstrap
from cms.models import ArticlePage, HomePage
from procurement.accounts.models import Membership, Organisation, User
from procurement.calls.models import Call
from procurement.common.templatetags.huiqun import notice_field
from procurement.opendata.search.sources import PERSONAL_FIELDS
from procurement.opendata.sharing import export, pieces, tasks
from procurement.opendata.sharing.models import WechatDraft
from procurement.projects.models import Project
from tests import threads
from workflows import jobs
from workflows.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


class StandIn(BaseHTTPRequestHandler):
    """What the documents say of token, uploadimg, add_material and draft/add; ``refuse`` gives errcodes by path."""

    asked: list[tuple[str, dict[str, list[str]], bytes]] = []
    refuse: dict[str, list[tuple[int, str]]] = {}
    tokens = 0

    def _tell(self, answer: dict[str, Any]) -> None:
        data = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def _serve(self, body: bytes) -> None:
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        type(self).asked.append((address.path, query, body))
        waiting = self.refuse.get(address.path, [])
        if waiting:
            code, words = waiting.pop(0)
            self._tell({"errcode": code, "errmsg": words})
        elif address.path == "/cgi-bin/token":
            type(self).tokens += 1
            good = query["appid"] == ["wx-test"] and query["secret"] == ["test-secret"]
            told = {"access_token": f"token-{self.tokens}", "expires_in": 7200}
            self._tell(told if good else {"errcode": 40013, "errmsg": "invalid appid"})
        elif query.get("access_token", [""])[0] != f"token-{self.tokens}":
            self._tell({"errcode": 40001, "errmsg": "invalid credential"})
        elif address.path == "/cgi-bin/media/uploadimg":
            self._tell({"url": "https://mmbiz.qpic.cn/picture/0"})
        elif address.path == "/cgi-bin/material/add_material":
            self._tell({"media_id": "COVER", "url": "https://mmbiz.qpic.cn/cover/0"})
        elif address.path == "/cgi-bin/draft/add":
            self._tell({"media_id": "DRAFT"})

    def log_message(self, *args: Any) -> None:
        """Says nothing in a test run."""


@pytest.fixture
def server(settings: Any) -> Iterator[type[StandIn]]:
    StandIn.asked, StandIn.refuse, StandIn.tokens = [], {}, 0
    running = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    settings.WECHAT_API = f"http://127.0.0.1:{running.server_port}"
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = "wx-test", "test-secret"
    yield StandIn
    running.shutdown()
    running.server_close()


@pytest.fixture
def project() -> Project:
    return threads.waiting("open-for-bids-1")


@pytest.fixture
def article(settings: Any, tmp_path: Any) -> ArticlePage:
    settings.MEDIA_ROOT = str(tmp_path)
    bootstrap.ensure_pages()
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(kept, "PNG")
    name = default_storage.save("pictures/red.png", ContentFile(kept.getvalue()))
    page = ArticlePage(
        title="办事指南",
        slug="guide",
        introduction="三步完成",
        body=[("heading", "常见问题"), ("text", f'<p class="x">看<b>这里</b></p><img src="/media/{name}">')],
    )
    HomePage.objects.get().add_child(instance=page)
    return page


def editor(client: Client) -> User:
    user = User.objects.create_user("writes")
    office = Organisation.objects.create(name="平台", kind="institution", code="12330000000000001X")
    Membership.objects.create(user=user, organisation=office, roles=["editor"])
    client.force_login(user)
    return user


def addresses(project: Project) -> dict[str, str]:
    call = Call.objects.get(project=project)
    notice = project.notices.first()
    return {
        f"/threads/{project.number}/": f"/share/thread/{project.pk}/",
        f"/threads/{project.number}/notices/{notice.number}/": f"/share/notice/{notice.pk}/",
        f"/calls/{call.number.lower()}/": f"/share/call/{call.pk}/",
    }


class TestCard:
    def test_every_page_that_is_passed_on_says_what_it_is(self, client: Client, project: Project) -> None:
        for page, path in addresses(project).items():
            html = client.get(page).content.decode()
            assert f'href="{path}"' in html
            assert f"{path}card.png" in html
            assert re.search('property="og:title" content="[^"]+"', html)
        assert "og:title" not in client.get("/needs/").content.decode()

    def test_a_page_to_work_on_is_not_passed_on(self, client: Client, project: Project) -> None:
        client.force_login(threads.login("approver"))
        answer = client.get(f"/workspace/calls/{Call.objects.get(project=project).pk}/questions/")
        assert answer.status_code == 200
        assert "/share/" not in answer.content.decode()

    def test_the_card_is_a_picture_and_drawn_once(self, client: Client, project: Project) -> None:
        path = f"/share/thread/{project.pk}/card.png"
        first = client.get(path)
        assert first["Content-Type"] == "image/png"
        assert Image.open(io.BytesIO(first.content)).size == (1200, 630)
        assert client.get(path).content == first.content

    def test_what_is_not_public_has_none(self, client: Client) -> None:
        draft = Call.objects.get(project=threads.waiting("publish"))
        for path in (f"call/{draft.pk}", "notice/999999", "nothing/1", "thread/99999999999999999999"):
            for page in ("", "card.png", "wechat.html", "wechat.zip"):
                assert client.get(f"/share/{path}/{page}").status_code == 404


class TestExport:
    def test_styles_are_in_the_tags_and_nothing_else_is_left(self, client: Client, project: Project) -> None:
        for path in addresses(project).values():
            assert client.get(path).status_code == 200
            answer = client.get(f"{path}wechat.html")
            html = answer.content.decode()
            assert 'style="' in html
            assert not re.search(r" class=|<script|<link| id=| on\w+=", html)
            assert "'unsafe-inline'" in answer["Content-Security-Policy"]

    def test_no_person_is_carried_along(self, client: Client, project: Project) -> None:
        notice = project.notices.filter(kind="call").first()
        assert notice.fields["contacts"]
        carried = dict(pieces.find("notice", notice.pk).facts)
        assert str(notice_field("number")) in carried
        assert not {str(notice_field(name)) for name in PERSONAL_FIELDS} & carried.keys()

    def test_an_article_carries_its_pictures(self, client: Client, article: ArticlePage) -> None:
        piece = pieces.find("article", article.pk)
        assert piece is not None
        html = export.inlined(f'{piece.html}<img src="/media/pictures/red.png" onerror="x">', export.packed)
        assert "data:image/png;base64," in html
        assert "onerror" not in html
        assert "<strong>这里</strong>" in html
        page = client.get(f"/share/article/{article.pk}/wechat.html").content.decode()
        assert "常见问题" in page
        bundle = zipfile.ZipFile(io.BytesIO(client.get(f"/share/article/{article.pk}/wechat.zip").content))
        assert "article.html" in bundle.namelist()
        assert f'href="/share/article/{article.pk}/"' in client.get(article.get_url()).content.decode()

    @pytest.mark.parametrize("source", [
        "/media/../../etc/passwd", "/media/%2e%2e/secret.png", "https://example.org/x.png", "file:///etc/passwd", "",
        "/media/nothing.png", "javascript:alert(1)", "data:text/html,x",
    ])  # fmt: skip
    def test_only_our_own_pictures_are_packed(self, article: ArticlePage, source: str) -> None:
        assert export.inlined(f'<img src="{source}">', export.packed) == ""

    def test_what_could_run_is_dropped(self) -> None:
        bad = '<script>x()</script><p onclick="x()">a<a href="javascript:x()">b</a></p><iframe src="x">c</iframe>'
        bad += "<svg><p>d</p></svg>"
        assert re.sub(r' style="[^"]*"', "", export.inlined(bad, export.packed)) == "<p>a<a>b</a></p>"


class TestDrafts:
    def hand_over(self, client: Client, project: Project) -> WechatDraft:
        call = Call.objects.get(project=project)
        assert client.post(f"/share/call/{call.pk}/draft/").status_code == 302
        Job.objects.exclude(kind=tasks.KIND).filter(state="pending").delete()
        jobs.run_due()
        return WechatDraft.objects.first()

    def test_an_article_is_put_among_the_drafts(self, client: Client, project: Project, server: type[StandIn]) -> None:
        editor(client)
        draft = self.hand_over(client, project)
        assert (draft.state, draft.media_id) == ("done", "DRAFT")
        sent = json.loads(next(body for path, _query, body in server.asked if path == "/cgi-bin/draft/add"))
        assert sent["articles"][0]["thumb_media_id"] == "COVER"
        assert sent["articles"][0]["title"] == project.title[:64]
        assert "style=" in sent["articles"][0]["content"]
        cover = next(body for path, _query, body in server.asked if path == "/cgi-bin/material/add_material")
        assert b"\x89PNG" in cover
        assert "tag ok" in client.get("/share/drafts/").content.decode()
        tasks.hand_over(draft.pk)
        assert sum(path == "/cgi-bin/draft/add" for path, _query, _body in server.asked) == 1

    def test_pictures_are_uploaded_first(self, server: type[StandIn], article: ArticlePage) -> None:
        body = export.inlined('<img src="/media/pictures/red.png">', tasks._there)
        assert "https://mmbiz.qpic.cn/picture/0" in body
        assert server.asked[-1][0] == "/cgi-bin/media/uploadimg"

    def test_a_forgotten_token_is_asked_for_anew(self, client: Client, project: Project, server: type[StandIn]) -> None:
        editor(client)
        server.refuse = {"/cgi-bin/draft/add": [(42001, "access_token expired")]}
        assert self.hand_over(client, project).state == "done"
        assert server.tokens == 2

    def test_a_refusal_is_shown_with_its_code(self, client: Client, project: Project, server: type[StandIn]) -> None:
        editor(client)
        server.refuse = {"/cgi-bin/draft/add": [(45003, "title size out of limit")]}
        draft = self.hand_over(client, project)
        assert (draft.state, draft.error_code) == ("failed", 45003)
        page = client.get("/share/drafts/").content.decode()
        assert "45003" in page
        assert "title size out of limit" in page

    def test_a_wrong_account_is_a_refusal(
        self, client: Client, project: Project, server: type[StandIn], settings: Any
    ) -> None:
        settings.WECHAT_APP_ID = "wrong"
        editor(client)
        assert self.hand_over(client, project).error_code == 40013

    def test_a_busy_server_is_asked_again(self, client: Client, project: Project, server: type[StandIn]) -> None:
        editor(client)
        server.refuse = {"/cgi-bin/draft/add": [(-1, "system error")]}
        draft = self.hand_over(client, project)
        assert draft.state == "waiting"
        job = Job.objects.get(kind=tasks.KIND)
        assert job.state == "pending"
        tasks.hand_over(draft.pk)
        assert WechatDraft.objects.get().state == "done"

    def test_a_server_that_is_away_is_said_in_the_end(self, client: Client, project: Project, settings: Any) -> None:
        settings.WECHAT_API, settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = "http://127.0.0.1:9", "a", "b"
        editor(client)
        self.hand_over(client, project)
        Job.objects.filter(kind=tasks.KIND).update(state="failed")
        assert "tag hot" in client.get("/share/drafts/").content.decode()

    def test_only_editors_and_only_with_an_account(self, client: Client, project: Project) -> None:
        call = Call.objects.get(project=project)
        path = f"/share/call/{call.pk}/draft/"
        assert client.post(path).status_code == 302
        client.force_login(threads.login("drafter"))
        assert client.post(path).status_code == 403
        assert client.get("/share/drafts/").status_code == 403
        editor(client)
        assert client.get(path).status_code == 405
        assert client.post(path, follow=True).status_code == 200  # says that none is set up
        assert not WechatDraft.objects.exists()
