"""That no transition goes untested, and that times and their authors are bound together in the database."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.workflows.transition import TESTED
from workflows import chain

TESTS = Path(__file__).parents[1]


def test_every_transition_has_its_class() -> None:
    for path in TESTS.glob("*/test_*transitions.py"):
        import_module(f"tests.{path.parent.name}.{path.stem}")
    there = {(model._meta.label_lower, name) for model in chain.machines() for name in model.transitions}
    assert there - TESTED.keys() == set(), "a transition without a test class"
    assert TESTED.keys() - there == set(), "a test class whose transition is gone"
