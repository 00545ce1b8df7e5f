"""A person's WeChat bound to the account by a code of ten minutes and one use; removed by the person."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from procurement.accounts.models import PersonalSettings, User
from procurement.accounts.notifications import binding
from tests.accounts.test_channels import Gateway, gateway
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
__all__ = ["gateway"]
HERE = "/accounts/preferences/wechat/"


def at_home(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(client: Client) -> str:
    """The path that the code on the page leads to."""
    page = client.post(HERE).content.decode()
    found = re.search(r'href="https?://[^/"]+(/accounts/wechat/[^"]+)"', page)
    assert found is not None
    return found[1]


def scan(path: str, answered: str = "c1") -> Any:
    """A telephone follows the code and the button there to WeChat, which sends it back with a code of its own."""
    telephone = Client()
    answer = telephone.get(path)
    if answer.status_code != 200:
        return answer
    way = re.search(r'href="(https://open\.weixin[^"]+)"', answer.content.decode())
    assert way is not None
    asked = parse_qs(urlsplit(html.unescape(way[1])).query)
    assert (asked["appid"], asked["scope"]) == (["wx1"], ["snsapi_base"])
    back = urlsplit(asked["redirect_uri"][0]).path
    return telephone.get(back, {"code": answered, "state": asked["state"][0]})


@pytest.fixture(autouse=True)
def wechat(gateway: Gateway) -> None:
    def name(query: Any, body: Any) -> Any:
        if query["secret"] != ["app-secret"] or query["code"] not in (["c1"], ["c2"]):
            return 200, {"errcode": 40029, "errmsg": "invalid code"}
        return 200, {"access_token": "x", "openid": f"o-{query['code'][0]}", "scope": "snsapi_base"}

    gateway.answers["/sns/oauth2/access_token"] = name


def test_bound_by_scanning_and_removed_again() -> None:
    user = UserFactory()
    client = at_home(user)
    assert scan(shown(client)).status_code == 200
    own = PersonalSettings.objects.get(user=user)
    assert (own.openid, own.openid_at is not None) == ("o-c1", True)
    assert "o-c1" not in client.get(HERE).content.decode()
    assert client.post(f"{HERE}remove/").status_code == 302
    own.refresh_from_db()
    assert (own.openid, own.openid_at) == ("", None)


def test_a_telephone_is_told_whose_code_it_is_before_anything_is_bound() -> None:
    user = UserFactory(display_name="王丽")
    page = Client().get(shown(at_home(user)))
    assert page.status_code == 200
    assert "王丽" in page.content.decode()
    assert not PersonalSettings.objects.exclude(openid="").exists()


def test_a_code_is_used_once_and_ends() -> None:
    client = at_home(UserFactory())
    path = shown(client)
    assert scan(path).status_code == 200
    assert scan(path, "c2").status_code == 410
    path = shown(client)
    cache.clear()  # as after ten minutes
    assert scan(path).status_code == 410
    assert scan("/accounts/wechat/guessed/").status_code == 410
    assert set(PersonalSettings.objects.values_list("openid", flat=True)) == {"o-c1"}


def test_a_wechat_that_is_not_named_binds_nobody() -> None:
    user = UserFactory()
    assert scan(shown(at_home(user)), "forged").status_code == 502
    assert not PersonalSettings.objects.filter(user=user).exclude(openid="").exists()


def test_one_wechat_stands_for_one_person() -> None:
    first, second = UserFactory(), UserFactory()
    for user in (first, second):
        assert scan(shown(at_home(user))).status_code == 200
    assert [one.user_id for one in PersonalSettings.objects.filter(openid="o-c1")] == [second.pk]


def test_only_ones_own_and_only_where_it_is_offered(settings: Any) -> None:
    assert Client().get(HERE).status_code == 302
    user = UserFactory()
    assert HERE in at_home(user).get("/accounts/preferences/").content.decode()
    settings.HUIQUN_CHANNELS = ["email"]
    assert HERE not in at_home(user).get("/accounts/preferences/").content.decode()
    for path in (HERE, "/accounts/wechat/back/", "/accounts/wechat/x/"):
        assert at_home(user).get(path).status_code == 404
    assert at_home(user).post(f"{HERE}remove/").status_code == 404


def test_tries_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procurement.accounts.notifications.wechat_views.TRIES_AN_HOUR", 1)
    assert [scan("/accounts/wechat/x/").status_code for _try in range(2)] == [410, 429]
    assert binding.whose("x") is None
