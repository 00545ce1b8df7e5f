"""For every test: real PostgreSQL and Redis, current translations, a cache nobody else has written to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.models.signals import post_save

from cms import area_names
from cms.models import AreaName
from procurement.common import catalogues, embedded
from procurement.rules import rulebook, shelf, workdays
from tests import template


def pytest_configure(config: pytest.Config) -> None:
    if settings.HUIQUN_ENV != "test":
        raise pytest.UsageError(f"Tests run with HUIQUN_ENV=test, not {settings.HUIQUN_ENV!r}.")
    if not hasattr(config, "workerinput"):  # once, before the workers of xdist start
        catalogues.compile_stale()
    shelf.FRESH_FOR = 3600.0  # what a process keeps of the rules is read anew when they change, never in mid-count


def pytest_unconfigure() -> None:
    # xdist's workers may end without Python's own farewell
    embedded.release_all()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    """Has this process make its test database as a copy of one that is migrated."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template.ensure()


@pytest.fixture(autouse=True)
def _shelves_without_what_was_rolled_back() -> Iterator[None]:
    """Rules and days that a test writes are rolled back; what the process keeps of them for a moment goes too."""
    written: list[str] = []

    def note(sender: Any, **facts: Any) -> None:
        if sender._meta.app_label == "rules" or sender is AreaName:
            written.append(sender.__name__)

    post_save.connect(note)
    yield
    post_save.disconnect(note)
    if written:
        rulebook.shelf.clear()
        workdays.shelf.clear()
        area_names.shelf.put({})


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """What one test counts (logins, rate limits) is no other test's business."""
    yield
    if embedded.redis(settings.HUIQUN_VAR).in_use:
        caches["default"].clear()  # this process has a Redis database of its own: settings, lane
