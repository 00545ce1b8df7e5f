"""Every case file of the product, driven to where it says it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from procurement.cases.reader import read_case
from procurement.cases.replay.driver import replay
from tests.threads import DATA

ENDS = sorted(path for path in (*DATA.glob("*.yaml"), *DATA.glob("demo/*.yaml")))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ENDS, ids=[path.stem for path in ENDS])
def test_is_driven_to_its_end(path: Path) -> None:
    case = read_case(path)
    outcome = replay(case, documents=False)
    assert outcome.answer["refusals"] == []
    assert outcome.answer["project"]["state"] == (case.ends.state if case.ends else "closed")


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(DATA.glob("refused/*.yaml")), ids=lambda path: path.stem)
def test_is_refused_with_p1(path: Path) -> None:
    outcome = replay(read_case(path), documents=False)
    assert outcome.refused
    assert "P1" in {refusal["rule"] for refusal in outcome.answer["refusals"]}
