from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save


def _forget(**_facts: Any) -> None:
    from procurement.rules import rulebook, workdays

    rulebook.shelf.clear()
    workdays.shelf.clear()


def _plant(**facts: Any) -> None:
    from procurement.rules import seed

    seed.plant(**facts)
    _forget()


class RulesConfig(AppConfig):
    name = "procurement.rules"
    label = "rules"

    def ready(self) -> None:
        for model in self.get_models():
            post_save.connect(_forget, sender=model, dispatch_uid=f"forget-{model.__name__}")
        post_migrate.connect(_plant, sender=self, dispatch_uid="plant-rulebook")
