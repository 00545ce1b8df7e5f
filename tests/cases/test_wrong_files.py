"""A wrong case file is refused quickly with one line that names the path, whatever is wrong with it."""

from __future__ import annotations

import copy
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.cases.reader import CaseError, read_case
from procurement.cases.reading import tree
from tests.cases.files import EX1, TEXT, plain, put, read_data, read_text, refusal

WRONG_VALUES = [
    (["colour"], "red", "colour: unknown key"),
    (["title"], ..., "title: missing"),
    (["title"], [], "title: expected text, found a list"),
    (["title"], 5, "title: expected text"),
    (["title"], "", "title: "),
    (["title"], "字" * 201, "title: 201 characters"),
    (["case"], "../../etc", "case: "),
    (["buyer"], "x", "buyer: expected a map"),
    (["buyer", "code"], "13330199MC90001742", "buyer.code: "),
    (["buyer", "code"], "13330199MC90001742 1", "buyer.code: "),
    (["buyer", "kind"], "bank", "buyer.kind: expected one of trade_union"),
    (["buyer", "region"], "33019", "buyer.region: expected six digits"),
    (["needs", 0, "supporters"], "-1", "needs[0].supporters: "),
    (["needs", 0, "supporters"], "1.5", "needs[0].supporters: "),
    (["needs", 0, "raised"], "2026-02-30", "needs[0].raised: "),
    (["needs", 0, "text"], "长" * 20001, "needs[0].text: 20001 characters"),
    (["project", "budget"], "-1", "project.budget: "),
    (["project", "budget"], "1.001", "project.budget: “1.001” has more than 2 decimals"),
    (["project", "budget"], "10000000000000", "project.budget: "),
    (["project", "budget"], "1e5", "project.budget: "),
    (["project", "budget"], ".nan", "project.budget: "),
    (["project", "budget"], ".inf", "project.budget: "),
    (["project", "budget"], "210_000", "project.budget: "),
    (["project", "budget"], "210,000", "project.budget: "),
    (["project", "budget"], "0x10", "project.budget: "),
    (["project", "budget"], "010", "project.budget: "),
    (["project", "budget"], "２１００", "project.budget: "),
    (["project", "budget"], "9" * 19000, "project.budget: "),
    (["project", "term"], ["2026-07-01"], "project.term: expected 2 entries"),
    (["project", "term"], ["2026-12-31", "2026-07-01"], "project.term: begins on 2026-12-31"),
    (["project", "term", 0], "2026-07-01T00:00:00+08:00", "project.term[0]: expected a date"),
    (["project", "approved"], "0001-01-01", "project.approved: the year 1"),
    (["project", "domain"], "sport", "project.domain: expected one of"),
    (["call", "method"], "lottery", "call.method: expected one of"),
    (["call", "deadline"], ..., "call.deadline: missing"),
    (["call", "deadline"], "2026-05-08T09:30:00", "call.deadline: “2026-05-08T09:30:00” carries no offset"),
    (["call", "deadline"], "2026-05-08T25:00:00+08:00", "call.deadline: "),
    (["call", "deadline"], "2026-05-08T09:30:00+99:00", "call.deadline: "),
    (["call", "deadline"], "tomorrow", "call.deadline: "),
    (["call", "opened"], ..., "call.opened: missing"),
    (["call", "criteria"], [], "call.criteria: "),
    (["call", "criteria", 2, "weight"], "21", "call.criteria: the weights sum to 101"),
    (["call", "criteria", 2, "weight"], "x", "call.criteria[2].weight: "),
    (["call", "criteria", 2, "code"], "S", "call.criteria[2].code: "),
    (["call", "criteria", 2, "kind"], "guess", "call.criteria[2].kind: "),
    (["call", "approval"], {"number": "1"}, "call.approval.date: missing"),
    (["call", "low_price_rates"], {"median": "0.5"}, "call.low_price_rates.median: unknown key"),
    (["call", "lots"], [], "call.lots: "),
    (["bids", 1], "x", "bids[1]: expected a map"),
    (["bids", 1, "price"], "-0.01", "bids[1].price: "),
    (["bids", 1, "supplier", "code"], "52330100MJ90001298", "bids[1].supplier.code: "),
    (["bids", 1, "supplier", "name"], "甲社会工作服务中心", "bids[1].supplier.name: another supplier"),
    (["bids", 1, "quantities"], {}, "bids[1].quantities.H: missing"),
    (["bids", 1, "quantities", "S"], "1", "bids[1].quantities.S: "),
    (["bids", 1, "lot"], "A", "bids[1].lot: "),
    (
        ["bids", 1, "low_price_explanation"],
        {"accepted": "yes", "text": "…"},
        "bids[1].low_price_explanation.accepted: ",
    ),
    (["bids", 1, "withdrawn"], "2026-05-01", "bids[1].withdrawn: "),
    (["panel", 0, "role"], "friend", "panel[0].role: "),
    (["sheets", "丁"], {}, "sheets.丁: no supplier"),
    (["sheets", "甲社会工作服务中心"], ..., "sheets.甲社会工作服务中心: missing"),
    (["sheets", "甲社会工作服务中心", "S"], ..., "sheets.甲社会工作服务中心.S: missing"),
    (["sheets", "甲社会工作服务中心", "P"], ["1", "1", "1"], "sheets.甲社会工作服务中心.P: "),
    (
        ["sheets", "甲社会工作服务中心", "S"],
        ["42", "44"],
        "sheets.甲社会工作服务中心.S: 2 scores for a panel of 3",
    ),
    (["sheets", "甲社会工作服务中心", "S", 1], "50.5", "sheets.甲社会工作服务中心.S[1]: 50.5 is above"),
    (["sheets", "甲社会工作服务中心", "S", 1], "-1", "sheets.甲社会工作服务中心.S[1]: "),
    (["award", "winner"], "甲", "award.winner: unknown key"),
    (["award", "noticed"], ..., "award.noticed: missing"),
    (["contract", "milestones", 1, "percent"], "41", "contract.milestones: the percents sum to 101"),
    (["contract", "milestones", 1, "name"], "结项", "contract.milestones[2].name: "),
    (["contract", "milestones", 1, "on_signing"], "true", "contract.milestones[1]"),
    (["contract", "milestones", 0, "paid"], ..., "contract.milestones[0].paid: missing"),
    (["contract", "milestones", 1, "paid"], "2026-09-10", "contract.milestones[1].paid: "),
    (["contract", "milestones", 0, "on_signing"], "True", "contract.milestones[0].on_signing: "),
    (["delivery", 0, "milestone"], "合同签订", "delivery[0].milestone: "),
    (["delivery", 0, "milestone"], "结项", "delivery[1].milestone: "),
    (["delivery", 1], ..., "delivery: no entry for the milestone “结项”"),
    (["delivery", 0, "scores"], [], "delivery[0].scores: "),
    (["delivery", 0, "scores", 1], "100.5", "delivery[0].scores[1]: "),
    (["delivery", 0, "actual", "people"], ..., "delivery[0].actual.people: missing"),
    (["delivery", 0, "actual", "cats"], "1", "delivery[0].actual.cats: "),
    (["delivery", 0, "accepted"], ..., "delivery[0].accepted: missing"),
    (["evaluation"], ..., "evaluation: missing"),
    (["evaluation", "population"], "0", "evaluation.population: "),
    (["evaluation", "population"], "96", "evaluation.answers.need_fit: 97 answers"),
    (["evaluation", "answers", "taste"], ["1", "1", "1", "1", "1"], "evaluation.answers.taste: unknown key"),
    (
        ["evaluation", "answers", "overall"],
        ["1", "1", "1", "1"],
        "evaluation.answers.overall: expected 5 entries",
    ),
    (
        ["evaluation", "answers", "overall"],
        ["0", "0", "0", "0", "0"],
        "evaluation.answers.overall: 0 answers",
    ),
    (["evaluation", "answers", "overall", 0], "100001", "evaluation.answers.overall[0]: "),
    (["evaluation", "weights"], {"residents": "99"}, "evaluation.weights: the weights sum to 99"),
    (["evaluation", "stations", 0, "score"], "101", "evaluation.stations[0].score: "),
    (["ends"], {"state": "failed", "date": "2026-05-08", "reason": "…"}, "award: "),
    (["ends"], {"state": "lost", "date": "2026-05-08", "reason": "…"}, "ends.state: "),
    (["reasons"], {"W6": ["x"]}, "reasons.W6: expected text"),
    (["invented"], "price", "invented: "),
]


@pytest.mark.parametrize(("path", "value", "begins"), WRONG_VALUES, ids=[str(n) for n in range(len(WRONG_VALUES))])
def test_wrong_value_names_its_path(path: list[str | int], value: Any, begins: str, tmp_path: Path) -> None:
    message = refusal(lambda: read_data(tmp_path, put(plain(), path, value)))
    assert message.startswith(begins)


DEEP = "[" * 5000 + "]" * 5000

WRONG_TEXTS = [
    ("", "the file is empty"),
    ("\n# nothing\n", "the file is empty"),
    ("- a\n", "the file: expected a map"),
    ("EX1", "the file: expected a map"),
    ("case: [unclosed\n", "line "),
    ("case: a\n\tb: c", "line "),
    ("%YAML 9.9\n---\ncase: a", ""),
    (TEXT + "---\ncase: again\n", "line "),
    (TEXT + "case: EX2\n", "case: the key is there twice"),
    (TEXT.replace("title: 新", "title: &a 新", 1), "title: anchors and aliases"),
    (TEXT + "reasons: {W6: *a}\n", "reasons.W6: anchors and aliases"),
    (TEXT.replace("case: EX1", "case: !!python/name:os.system EX1"), "case: tags"),
    (TEXT.replace("case: EX1", "case: !!str EX1"), "case: tags"),
    (TEXT.replace("case: EX1", "<<: {case: EX1}"), "<<: unknown key"),
    (TEXT.replace("case: EX1", "? [case]\n: EX1"), "the file: a key must be text"),
    (TEXT.replace("case: EX1", "case: " + DEEP), "line "),
    (TEXT.replace("case: EX1", "case: " + "{a: " * 3000 + "}" * 3000), "line "),
    (TEXT.replace("case: EX1", 'case: "a\\0b"'), "case: holds the control character U+0000"),
    (TEXT.replace("case: EX1", 'case: "a\\x1b[2J"'), "case: holds the control character U+001B"),
    (TEXT.replace("case: EX1", 'case: "a\\u202eb"'), "case: holds the control character U+202E"),
    (TEXT.replace("case: EX1", 'case: "\\ud800"'), ""),
    (TEXT.replace("case: EX1", 'case: "a\\nb"'), "case: expected one line"),
    (TEXT.replace("case: EX1", "case: a\x00b"), ""),
    (TEXT.replace("case: EX1", 'case: EX1\n"\\0": x'), "the file: holds the control character"),
    (TEXT.replace("title: 新市民子女暑期托管与成长陪伴", "title: null"), "title: expected text"),
    (TEXT.replace("title: 新市民子女暑期托管与成长陪伴", "title:"), "title: expected text, found nothing"),
    (TEXT.encode("gb18030"), "“"),
    (TEXT.encode("utf-16"), "“"),
    (b"\xff\xfe\x00\x00", "“"),
    (b"case: \xed\xa0\x80", "“"),
    (b"\x00" * 100, ""),
    ("#" * (tree.MAX_BYTES + 1), "“"),
    ("case: " + "9" * (tree.MAX_BYTES - 10), "case: "),
    ("- 1\n" * 300_000, "line "),
]


@pytest.mark.parametrize(("text", "begins"), WRONG_TEXTS, ids=[str(n) for n in range(len(WRONG_TEXTS))])
def test_wrong_text_is_refused_quickly(text: str | bytes, begins: str, tmp_path: Path) -> None:
    started = time.perf_counter()
    assert refusal(lambda: read_text(tmp_path, text)).startswith(begins)
    assert time.perf_counter() - started < 5


def test_places_that_are_no_file(tmp_path: Path) -> None:
    assert "no such file" in refusal(lambda: read_case(tmp_path / "none.yaml"))
    assert "not a file" in refusal(lambda: read_case(tmp_path))
    refusal(lambda: read_case(Path("/dev/zero")))
    refusal(lambda: read_case(tmp_path / ("x" * 5000)))
    refusal(lambda: read_case(Path("a\0b")))
    refusal(lambda: read_case(EX1 / "below"))
    os.mkfifo(tmp_path / "pipe")
    assert "not a file" in refusal(lambda: read_case(tmp_path / "pipe"))


def places(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of the tree but the root."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = [path] if path else []
    for key, value in items:
        found += places(value, (*path, key))
    return found


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.sampled_from(["", "0", "EX1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.sampled_from(places(plain())), ANYTHING | st.just(...)), min_size=1, max_size=4))
def test_any_change_reads_or_is_refused(changes: list[tuple[Any, Any]], tmp_path: Path) -> None:
    data = copy.deepcopy(plain())
    for path, value in changes:
        try:
            put(data, list(path), value)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    try:
        read_data(tmp_path, data)
    except CaseError as error:
        assert "\n" not in str(error)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(TEXT)), length=st.integers(0, 30), new=st.text(max_size=20))
def test_any_text_reads_or_is_refused(at: int, length: int, new: str, tmp_path: Path) -> None:
    try:
        read_text(tmp_path, TEXT[:at] + new + TEXT[at + length :])
    except CaseError as error:
        assert "\n" not in str(error)
