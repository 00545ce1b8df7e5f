"""Binding a person's WeChat to their account here: a code shown in their settings, scanned with their own telephone.

The code is worth ten minutes and one use. WeChat then says by which number (openid) the official account knows the one
who scanned it; that number is all that is kept: no name, no picture. The person removes it again in their settings.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from procurement.accounts.enums import Channel
from procurement.accounts.models import PersonalSettings, User
from procurement.accounts.notifications.channels import ChannelError
from procurement.accounts.notifications.channels.base import call
from procurement.accounts.notifications.channels.official import address_of, checked
from workflows.clock import database_now

SECONDS = 600


def offered() -> bool:
    return Channel.OFFICIAL in settings.HUIQUN_CHANNELS


def _place(code: str) -> str:
    return f"wechat-binding-{code[:64]}"


def new_code(user: User) -> str:
    """A code for this person alone."""
    code = secrets.token_urlsafe(24)
    cache.set(_place(code), user.pk, SECONDS)
    return code


def whose(code: str) -> User | None:
    """Who asked for this code; nobody where it is used, over or made up."""
    return User.objects.filter(pk=cache.get(_place(code))).first()


def way_to_wechat(code: str) -> str:
    """Where WeChat asks nothing and sends back who it is (snsapi_base)."""
    query = {
        "appid": settings.WECHAT_APP_ID,
        "redirect_uri": settings.HUIQUN_BASE_URL + reverse("wechat_back"),
        "response_type": "code",
        "scope": "snsapi_base",
        "state": code,
    }
    return f"{settings.WECHAT_AUTHORISE}?{urlencode(query)}#wechat_redirect"


def _openid(answered: str) -> str:
    query = {
        "appid": settings.WECHAT_APP_ID,
        "secret": settings.WECHAT_APP_SECRET,
        "code": answered,
        "grant_type": "authorization_code",
    }
    found = str(checked(call(address_of("sns/oauth2/access_token", **query)), "the binding").get("openid", ""))
    if not 0 < len(found) <= 64:
        raise ChannelError("WeChat named nobody")
    return found


def bind(code: str, answered: str) -> bool:
    """Binds whoever scanned ``code``; ``answered`` is WeChat's own code for them. False where the code is used or over.

    Raises ``ChannelError`` where WeChat does not say who it was. A number stands for one person: it leaves another's.
    """
    user_id = cache.get(_place(code))
    if user_id is None or not cache.delete(_place(code)):
        return False
    openid = _openid(answered)
    with transaction.atomic():
        PersonalSettings.objects.filter(openid=openid).exclude(user=user_id).update(openid="", openid_at=None)
        PersonalSettings.objects.update_or_create(
            user_id=user_id, defaults={"openid": openid, "openid_at": database_now()}
        )
    return True


def remove(user: User) -> None:
    PersonalSettings.objects.filter(user=user).update(openid="", openid_at=None)
