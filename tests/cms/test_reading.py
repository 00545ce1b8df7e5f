"""What a reader finds at once: what closes soon, what a call is in one sentence, how to take part and to follow."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture
from wagtail.images import get_image_model

from cms import models
from procurement.opendata.search import index
from tests.cms import rows

pytestmark = pytest.mark.django_db

SEAL = (166, 27, 41)
ALTERNATE = re.compile(r'<link rel="alternate" type="([^"]+)" title="[^"]*" href="([^"]+)">')


def _part(body: str, begin: str, end: str = "</section>") -> str:
    start = body.index(begin)
    return body[start : body.index(end, start)]


class TestHome:
    def test_what_closes_soon_stands_apart(self, client: Client) -> None:
        now = timezone.now()
        rows.call(rows.project("今天就截止的"), deadline=now + timedelta(hours=5, minutes=10))
        rows.call(rows.project("下个月才截止的"), deadline=now + timedelta(days=20))
        body = client.get("/").content.decode()
        soon, later = _part(body, 'id="closing-soon"'), _part(body, 'id="open-calls"')
        assert "今天就截止的" in soon
        assert "还有 5 小时" in soon
        assert "以服务器时钟为准" in soon
        assert "下个月才截止的" not in soon
        assert "下个月才截止的" in later
        assert "今天就截止的" not in later

    def test_nothing_closes_soon(self, client: Client) -> None:
        rows.call(deadline=timezone.now() + timedelta(days=20))
        assert "closing-soon" not in client.get("/").content.decode()

    def test_all_close_soon(self, client: Client) -> None:
        rows.call(deadline=timezone.now() + timedelta(hours=30))
        assert "已列在上面" in _part(client.get("/").content.decode(), 'id="open-calls"')


class TestPlainWords:
    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("published", "在本平台递交加密的投标"),
            ("opened", "评审小组正在评审"),
            ("concluded", "承接方已经选定"),
            ("failed", "没有产生结果"),
        ],
    )
    def test_a_call_says_how_to_take_part(self, client: Client, state: str, words: str) -> None:
        call = rows.call(state=state)
        body = _part(client.get(f"/calls/{call.number.lower()}/").content.decode(), 'id="plainly"')
        assert "要为 120 名服务对象（儿童）购买" in body
        assert words in body

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("approved", "现在不用做什么"),
            ("tendering", "查看采购公告"),
            ("delivering", "请到所在村（社区）站点询问"),
            ("evaluating", "我来评价"),
            ("closed", "已经办完并评价"),
            ("failed", "项目已中止"),
        ],
    )
    def test_a_project_says_how_to_take_part(self, client: Client, state: str, words: str) -> None:
        project = rows.project(state=state)
        if state == "tendering":
            rows.call(project)
        body = client.get(f"/threads/{project.number}/").content.decode()
        assert words in _part(body, 'id="plainly"')

    def test_what_is_no_real_purchase_says_so(self, client: Client) -> None:
        for mark, words in (("rehearsal", "演练"), ("imported", "补录")):
            call = rows.call(rows.project(f"标记{mark}", **{mark: True}))
            for path in (f"/threads/{call.project.number}/", f"/calls/{call.number.lower()}/", "/calls/"):
                assert words in client.get(path).content.decode(), path


class TestFollowing:
    def test_a_project_is_followed_by_its_number(self, client: Client) -> None:
        call = rows.call()
        number = call.project.number
        body = client.get(f"/threads/{number}/").content.decode()
        assert f'href="/subscribe/?q={number}"' in body
        assert f'value="{number}"' in client.get(f"/subscribe/?q={number}").content.decode()

    def test_the_record_is_linked(self, client: Client) -> None:
        number = rows.call().project.number
        assert f"{number}.json" in client.get(f"/threads/{number}/").content.decode()

    def test_a_list_names_its_feeds_with_its_filters(self, client: Client) -> None:
        call = rows.call(rows.project("找得到的"))
        other = rows.call(rows.project("别人的", buyer=rows.organisation("另一单位", "13330199MC90008884")))
        index.rebuild()  # words are found by it
        asked = f"q=找得到&domain=children&buyer={call.project.buyer_id}&area=3301&sort=newest&page=1"
        found = ALTERNATE.findall(client.get(f"/calls/?{asked}").content.decode())
        assert [medium for medium, _path in found] == [
            "application/atom+xml", "application/rss+xml", "application/feed+json",
        ]  # fmt: skip
        for _medium, path in found:
            answer = client.get(path.replace("&amp;", "&"))
            assert answer.status_code == 200, answer.content.decode()
            assert "找得到的" in answer.content.decode()
            assert other.project.title not in answer.content.decode()

    def test_notices_too(self, client: Client) -> None:
        found = ALTERNATE.findall(client.get("/notices/?kind=call").content.decode())
        assert [path for _medium, path in found] == [
            "/feeds/notices.atom?kind=call", "/feeds/notices.rss?kind=call", "/feeds/notices.json?kind=call",
        ]  # fmt: skip


class TestAreas:
    def test_are_called_by_name_in_lists_and_pages(self, client: Client) -> None:
        buyer = rows.organisation()
        buyer.region = "330106"
        buyer.save()
        call = rows.call(rows.project(buyer=buyer))
        thread = f"/threads/{call.project.number}/"
        for path in ("/calls/", "/organisations/", "/statistics/", f"/calls/{call.number.lower()}/", thread):
            assert "浙江省杭州市西湖区" in client.get(path).content.decode(), path


@pytest.fixture
def picture() -> Any:
    """Grey, 1600 × 1600, with what matters, a red square, in the lower right corner."""
    drawn = Picture.new("RGB", (1600, 1600), (200, 200, 200))
    drawn.paste(SEAL, (1400, 1400, 1500, 1500))
    file = BytesIO()
    drawn.save(file, "PNG")
    return get_image_model().objects.create(
        title="暑托班",
        file=ContentFile(file.getvalue(), "summer.png"),
        focal_point_x=1450,
        focal_point_y=1450,
        focal_point_width=200,
        focal_point_height=200,
    )


class TestPictures:
    @staticmethod
    def _holds_the_square(rendition: Any) -> bool:
        with rendition.file.open() as file, Picture.open(file) as shown:
            colours = shown.convert("RGB").getcolors(shown.width * shown.height) or []
        return any(all(abs(a - b) < 12 for a, b in zip(colour, SEAL, strict=True)) for _n, colour in colours)

    @pytest.mark.parametrize("cut", ["fill-1440x480", "fill-780x520", "fill-960x540"])
    def test_are_cut_about_their_focal_point(self, picture: Any, cut: str) -> None:
        assert self._holds_the_square(picture.get_rendition(cut))
        picture.focal_point_x = picture.focal_point_y = 150
        assert not self._holds_the_square(picture.get_rendition(cut))

    def test_the_home_page_sends_a_small_file_that_may_be_kept(self, client: Client, picture: Any) -> None:
        home = models.HomePage.objects.get()
        home.picture, home.picture_alt = picture, "孩子们在社区暑托班"
        home.save_revision().publish()
        body = client.get("/").content.decode()
        found = re.search(r'<img class="lead-picture" src="([^"]+)" width="(\d+)" height="(\d+)" alt="([^"]+)"', body)
        assert found is not None
        assert found[1].endswith(".webp")
        assert (found[2], found[3], found[4]) == ("1440", "480", "孩子们在社区暑托班")
        assert "max-age=2592000" in client.get(found[1])["Cache-Control"]


class TestTheEditorsDesk:
    def test_names_what_there_is_to_do(self, client: Client) -> None:
        client.force_login(rows.person("网站编辑", rows.organisation(), "editor"))
        body = client.get("/cms/").content.decode()
        home = models.HomePage.objects.get()
        for words in ("从这里开始", "布置首页", "写文章", "发布活动", "上传图片", "网站名称、颜色和页脚"):
            assert words in body
        assert f"/cms/pages/{home.pk}/edit/" in body
        assert "搜索全部页面" in body
        for path in re.findall(r'href="(/cms/[^"]+)"', _part(body, 'id="begin"')):
            assert client.get(path, follow=True).status_code == 200, path
        listed = client.get(f"/cms/pages/{home.pk}/").content.decode()
        assert "活动日历页" in listed
        assert "Calendar page" not in listed
