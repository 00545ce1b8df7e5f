"""Yearly files are sent while they are written: the server holds no more for many rows than for few."""

from __future__ import annotations

import http.client
from pathlib import Path

import pytest
from django.utils import timezone

from tests import processes
from tests.benchmarks import bulk, measures

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

FEW, MANY = 500, 20_000
ROOM = 24 * 2**20  # bytes a process may grow by for reasons of its own; the rows as objects take several times that


def _taken(port: int, path: str) -> int:
    """Reads a file to its end without keeping it; its length in bytes."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    asked.request("GET", path)
    answer = asked.getresponse()
    assert answer.status == 200, answer.read()[:300]
    length = 0
    while piece := answer.read(1 << 16):
        length += len(piece)
    asked.close()
    return length


def test_memory_stays_flat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    year = timezone.localtime().year
    paths = [f"/data/{year}/{name}" for name in ("threads.jsonl", "calls.csv", "calls.xlsx")]
    bulk.plant(FEW)
    with processes.web(tmp_path / "web.log", workers=1, application="tests.benchmarks.site:application") as (web, port):
        few = {path: _taken(port, path) for path in paths}
        before = measures.memory(web)
        bulk.multiply(1, MANY // FEW - 1)
        for path in paths:
            many = _taken(port, path)
            grown = measures.memory(web) - before
            assert many > few[path] * 10
            with capsys.disabled():
                line = f"{path}: {few[path] / 1e6:.2f} → {many / 1e6:.1f} MB, the server grew by {grown / 2**20:.1f} MB"
                print(line)  # noqa: T201 - a benchmark's purpose
            assert grown < ROOM
