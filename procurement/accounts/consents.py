"""The notices on personal data and who agreed to which version, when (I4).

A page that takes data shows ``current(key)`` and calls ``record(key, …)`` with what it took.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.db.models.functions import Now, TruncDate

from procurement.accounts.models import Consent, ConsentNotice
from workflows.clock import database_now

DATA = Path(__file__).parent / "data" / "consent_notices.yaml"


def current(key: str) -> ConsentNotice:
    """The version of the notice ``key`` in force today. Raises ``ConsentNotice.DoesNotExist`` for an unknown key."""
    in_force = ConsentNotice.objects.filter(key=key, effective_from__lte=TruncDate(Now()))
    return in_force.latest("effective_from", "version")


def record(key: str, user: Any = None, subject: str = "") -> Consent:
    """Keeps that ``user``, or whoever ``subject`` refers to, agreed to the version in force now.

    ``subject``: for people without an account a reference that tells nobody who they are, at most 80 characters.
    """
    return Consent.objects.create(notice=current(key), user=user, subject=subject, at=database_now())


def rows() -> list[dict[str, Any]]:
    """The notices that come with the platform."""
    found: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return [{"effective_from": row.pop("from"), **row} for row in found]


def plant(**_facts: Any) -> None:
    """Adds what is missing; runs after every ``migrate``, so that an upgrade brings new versions along."""
    there = set(ConsentNotice.objects.values_list("key", "version"))
    ConsentNotice.objects.bulk_create(
        ConsentNotice(**row) for row in rows() if (row["key"], row["version"]) not in there
    )
