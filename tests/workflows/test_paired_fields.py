"""A time and its author (``approved_at``, ``approved_by``) belong together, and the database says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

OURS = ("procurement", "workflows")
SEEDED = "a rule of the law is seeded with a time and by nobody"
EXCEPTIONS = {
    "rules.RuleVersion.added": SEEDED,
    "rules.OfficialDay.added": SEEDED,
    "rules.OfficialYear.entered": SEEDED,
    "evaluation.StationRating.rated": "open: only evaluation.actions.rate_as_station keeps the two together",
}


def pairs() -> Iterator[tuple[str, type[models.Model], models.Field[Any, Any], models.Field[Any, Any]]]:
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in OURS:
            continue  # cms: the only such pair, locked_at and locked_by, is Wagtail's own
        fields = {field.name: field for field in model._meta.concrete_fields}
        for name, field in fields.items():
            author = fields.get(f"{name.removesuffix('_at')}_by")
            if name.endswith("_at") and author is not None:
                yield f"{model._meta.label}.{name.removesuffix('_at')}", model, field, author


def checks(model: type[models.Model]) -> list[set[str]]:
    """The columns of each check that the database itself has on the model's table."""
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, model._meta.db_table)
    return [set(one["columns"]) for one in there.values() if one["check"]]


@pytest.fixture
def loose(db: None) -> set[str]:
    """Pairs of which one can be there without the other, for all that the database knows."""
    return {
        name
        for name, model, time, author in pairs()
        if (time.null or author.null) and not any({time.column, author.column} <= check for check in checks(model))
    }


def test_a_time_and_its_author_are_bound_together(loose: set[str]) -> None:
    assert loose - EXCEPTIONS.keys() == set()


def test_the_exceptions_are_still_needed(loose: set[str]) -> None:
    assert EXCEPTIONS.keys() - loose == set()


def test_the_walk_finds_what_it_is_for() -> None:
    assert {"needs.Need.submitted", "projects.Project.approved", "awards.Award.confirmed"} <= {
        name for name, *_rest in pairs()
    }
