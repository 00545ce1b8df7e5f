"""What a person chooses: channels and rhythm for each group of events, language, type size, addresses."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement.accounts.enums import Channel, EventGroup, Rhythm
from procurement.accounts.models import NotificationPreference, PersonalSettings, User
from procurement.accounts.notifications.telling import choice, offered
from procurement.common.preferences import THEMES

ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")  # one member; never @all, never a list
ROBOT = re.compile(r"[0-9A-Za-z-]{16,100}")
THEME_NAMES = {"normal": _("normal type"), "large": _("large type, high contrast")}


class PreferencesForm(forms.Form):
    """``rows`` are the groups of events with their two fields each, for a table."""

    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of the pages in this browser, and of your mail.")
    )
    theme = forms.ChoiceField(
        label=pgettext_lazy("letters", "Type"),
        choices=[(value, THEME_NAMES[value]) for value in THEMES],
        help_text=_("In this browser."),
    )
    wecom_account = forms.CharField(label=_("WeCom account"), required=False, max_length=64)
    wecom_robot = forms.CharField(label=_("Key of a WeCom group robot"), required=False, max_length=100)

    def __init__(self, *args: Any, user: User, **more: Any) -> None:
        super().__init__(*args, **more)
        self.user = user
        self.channels = offered()
        stored = {row.group: row for row in user.notification_preferences.all()}
        for channel in (Channel.WECOM, Channel.WECOM_ROBOT):
            if channel not in self.channels:
                del self.fields["wecom_account" if channel == Channel.WECOM else "wecom_robot"]
        for group in EventGroup:
            channels, rhythm = choice(group, stored.get(group))
            self.fields[f"{group}_rhythm"] = forms.ChoiceField(
                label=group.label, choices=Rhythm.choices, initial=rhythm
            )
            self.fields[f"{group}_channels"] = forms.MultipleChoiceField(
                label=group.label,
                required=False,
                choices=[(channel.value, channel.label) for channel in self.channels],
                initial=channels,
                widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            )
        for field in self.fields.values():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            if not isinstance(field.widget, forms.CheckboxSelectMultiple):
                field.widget.attrs["class"] = css

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"group": group, "rhythm": self[f"{group}_rhythm"], "channels": self[f"{group}_channels"]}
            for group in EventGroup
        ]

    def own(self) -> list[forms.BoundField]:
        """The fields outside the table."""
        names = ("language", "theme", "wecom_account", "wecom_robot")
        return [self[name] for name in names if name in self.fields]

    def clean_wecom_account(self) -> str:
        value = self.cleaned_data["wecom_account"].strip()
        if value and not ACCOUNT.fullmatch(value):
            raise ValidationError(now("Write the account of one member: letters, digits, . _ @ and -."))
        return value

    def clean_wecom_robot(self) -> str:
        value = self.cleaned_data["wecom_robot"].strip()
        if value and not ROBOT.fullmatch(value):
            raise ValidationError(now("Copy only the key of the robot's address: what stands after key=."))
        return value

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for group in EventGroup:
            rhythm, channels = given.get(f"{group}_rhythm"), given.get(f"{group}_channels")
            if rhythm in (Rhythm.AT_ONCE, Rhythm.DAILY) and not channels and self.channels:
                self.add_error(
                    f"{group}_channels", now("Choose a channel, or “%(none)s”.") % {"none": Rhythm.NONE.label}
                )
        return given

    @transaction.atomic
    def save(self) -> None:
        """Keeps every choice. A channel that the site does not offer now keeps what was chosen before."""
        given = self.cleaned_data
        personal: dict[str, Any] = {
            name: given[name] for name in ("language", "wecom_account", "wecom_robot") if name in given
        }
        PersonalSettings.objects.update_or_create(user=self.user, defaults=personal)
        stored = {row.group: row for row in self.user.notification_preferences.all()}
        offered_now = {str(channel) for channel in self.channels}
        for group in EventGroup:
            hidden = [one for one in (stored[group].channels if group in stored else []) if one not in offered_now]
            NotificationPreference.objects.update_or_create(
                user=self.user,
                group=group,
                defaults={"rhythm": given[f"{group}_rhythm"], "channels": [*given[f"{group}_channels"], *hidden]},
            )
