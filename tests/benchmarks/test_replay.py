"""How long one full case takes, papers included, beside the ten seconds it may take and beside bare inserts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from procurement.cases.reader import with_case_id
from procurement.cases.replay.driver import replay
from procurement.common.models import next_number
from tests import threads

LIMIT = 10.0  # seconds for one case, warm, papers included
ROUNDS = 3
INSERTS = 500


@pytest.mark.benchmark
@pytest.mark.django_db
def test_replay_of_the_worked_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, spent = threads.case(), []
    replay(with_case_id(case, "WARM"), out=tmp_path)
    for number in range(ROUNDS):
        started = time.perf_counter()
        outcome = replay(with_case_id(case, f"BENCH-{number}"), out=tmp_path)
        spent.append(time.perf_counter() - started)
        assert not outcome.refused
    started = time.perf_counter()
    for _number in range(INSERTS):
        next_number("bench")
    row = (time.perf_counter() - started) / INSERTS
    with capsys.disabled():
        print(  # noqa: T201 - a benchmark's purpose
            f"\nEX1 replayed: {min(spent):.2f}–{max(spent):.2f} s, {max(spent) / LIMIT:.0%} of {LIMIT:.0f} s;"
            f" {min(spent) / row:,.0f} × one numbered row ({row * 1000:.2f} ms)"
        )
