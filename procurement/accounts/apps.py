from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


def _plant(**facts: Any) -> None:
    from procurement.accounts import consents

    consents.plant(**facts)


class AccountsConfig(AppConfig):
    name = "procurement.accounts"
    label = "accounts"

    def ready(self) -> None:
        autodiscover_modules("desk")  # what each stage offers at the workspace
        autodiscover_modules("tables")  # which of its rows are shown there as tables
        autodiscover_modules("notifications")  # of which of its events people are told
        from procurement.accounts import checking, deadlines, tasks  # noqa: F401 - they register themselves
        from procurement.accounts.notifications import own, sending  # noqa: F401 - these too
        from procurement.accounts.workspace import exporting  # noqa: F401 - and this

        post_migrate.connect(_plant, sender=self, dispatch_uid="plant-consent-notices")
