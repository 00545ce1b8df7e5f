"""Case files to change and read in tests, and the refusal that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from procurement.cases.reader import CaseError, read_case

DATA = Path(__file__).parents[2] / "procurement" / "cases" / "data"
EX1 = DATA / "EX1.yaml"
TEXT = EX1.read_text(encoding="utf-8")
FILES = sorted(DATA.rglob("*.yaml"))


def plain() -> dict[str, Any]:
    return yaml.load(TEXT, Loader=yaml.BaseLoader)  # noqa: S506 - strings only, from our own file


def put(data: Any, path: list[str | int], value: Any) -> Any:
    """``data`` with ``value`` at ``path``; ``...`` takes the key away."""
    *way, last = path
    place = data
    for key in way:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


def read_data(folder: Path, data: Any) -> Any:
    return read_text(folder, yaml.safe_dump(data, allow_unicode=True, sort_keys=False))


def read_text(folder: Path, text: str | bytes) -> Any:
    path = folder / "case.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return read_case(path)


def refusal(read: Callable[[], Any]) -> str:
    with pytest.raises(CaseError) as caught:
        read()
    message = str(caught.value)
    assert message
    assert "\n" not in message
    assert len(message) < 600
    assert message.encode("utf-8")
    return message
