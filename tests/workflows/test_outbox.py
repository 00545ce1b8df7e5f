"""Whatever an act leaves in the outbox is heard by somebody: every kind of job in the product has a handler."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

from workflows import jobs

ROOT = Path(__file__).parents[2]
UNHEARD: dict[str, str] = {}  # kind: why nobody needs to hear it


def _kinds(module: str, argument: ast.expr) -> list[str]:
    """What the first argument of ``jobs.enqueue`` can be: a text, or a constant of that module or of one it imports."""
    if isinstance(argument, ast.Constant):
        return [argument.value]
    if isinstance(argument, ast.Subscript):  # a table of kinds
        return list(_named(module, ast.unparse(argument.value)).values())
    return [_named(module, ast.unparse(argument))]


def _named(module: str, name: str) -> Any:
    return attrgetter(name)(import_module(module))


def left_in_the_outbox() -> Iterator[tuple[str, str]]:
    for top in ("procurement", "workflows", "cms"):
        for path in sorted((ROOT / top).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "jobs.enqueue":
                    for kind in _kinds(module, node.args[0]):
                        yield kind, module


def test_every_kind_of_job_has_a_handler_or_a_reason() -> None:
    found = dict(left_in_the_outbox())
    assert {"duty.due", "need.disputed", "notification.send"} <= set(found)  # each way of writing a kind is read
    deaf = {kind: module for kind, module in found.items() if not jobs.handlers(kind)}
    assert set(deaf) == set(UNHEARD), deaf


def test_every_handler_waits_for_a_kind_that_is_left() -> None:
    assert set(jobs._handlers) - {kind for kind, _module in left_in_the_outbox()} == set()
