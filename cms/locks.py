"""Why a page cannot be changed, told in the editor."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from wagtail.locks import BaseLock


class PublishedLock(BaseLock):
    """What is published stays as it is (N2); nobody holds the key."""

    def for_user(self, user: Any) -> bool:
        return True

    def get_message(self, user: Any) -> str:
        return _("This notice is published. Its words stay; a change is made by a correction notice (N2).")

    def get_locked_by(self, user: Any) -> str:
        return _("Published")

    def get_description(self, user: Any) -> str:
        return _("A published notice is never edited (N2). What is wrong is put right by a correction notice.")
