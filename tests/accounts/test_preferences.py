"""A person's settings: channels and rhythm by group of events, language, type size."""

from __future__ import annotations

from typing import Any

import pytest

from procurement.accounts.enums import EventGroup
from procurement.accounts.models import PersonalSettings
from tests.accounts.test_notifications import logged_in
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


class TestPreferences:
    def _form(self, **more: Any) -> dict[str, Any]:
        form: dict[str, Any] = {"language": "en", "theme": "large"}
        for group in EventGroup:
            form |= {f"{group}_rhythm": "daily", f"{group}_channels": ["email"]}
        return form | more

    def test_choices_are_kept_and_shown(self) -> None:
        user = UserFactory()
        client = logged_in(user)
        answer = client.post("/accounts/preferences/", self._form(calls_rhythm="none", calls_channels=[]))
        assert answer.status_code == 302
        assert answer.cookies["huiqun_theme"].value == "large"
        assert user.personal_settings.language == "en"
        stored = {row.group: (row.rhythm, row.channels) for row in user.notification_preferences.all()}
        assert stored["calls"] == ("none", [])
        assert stored["awards"] == ("daily", ["email"])
        assert "selected" in client.get("/accounts/preferences/").content.decode()

    def test_what_is_wrong_is_named_and_nothing_kept(self) -> None:
        user = UserFactory()
        client = logged_in(user)
        answer = client.post("/accounts/preferences/", self._form(calls_channels=["telegram"], awards_channels=[]))
        assert answer.status_code == 400
        assert answer.content.decode().count("invalid-feedback") >= 2
        assert not user.notification_preferences.exists()

    @pytest.mark.parametrize("account", ["@all", "a|b", "a b", "王五", "x" * 70])
    def test_a_wecom_account_is_one_member(self, settings: Any, account: str) -> None:
        settings.HUIQUN_CHANNELS = ["email", "wecom"]
        user = UserFactory()
        answer = logged_in(user).post("/accounts/preferences/", self._form(wecom_account=account))
        assert answer.status_code == 400
        assert not PersonalSettings.objects.exists()

    def test_a_channel_switched_off_keeps_its_choice(self, settings: Any) -> None:
        settings.HUIQUN_CHANNELS = ["email", "sms"]
        user = UserFactory()
        client = logged_in(user)
        client.post("/accounts/preferences/", self._form(calls_channels=["email", "sms"]))
        settings.HUIQUN_CHANNELS = ["email"]
        client.post("/accounts/preferences/", self._form())
        assert set(user.notification_preferences.get(group="calls").channels) == {"email", "sms"}
