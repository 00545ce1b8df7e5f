"""Who may add to the rulebook. Accounts stand above this package, so their predicate is named, not imported."""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string

ADMINISTRATOR = "procurement.accounts.permissions.is_administrator"


def may_add(user: Any) -> bool:
    return bool(import_string(ADMINISTRATOR)(user))
