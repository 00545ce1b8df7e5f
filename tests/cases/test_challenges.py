"""The section ``challenges`` of a case file: read strictly, judged by the rules of its day, answered in the summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from procurement.awards.models import Award
from procurement.cases.reader import CaseError, read_case
from procurement.cases.replay.driver import Outcome, replay
from tests.threads import DATA

TEXT = (DATA / "EX6.yaml").read_text()
FIRST = "  - supplier: 丙社会工作服务中心\n    kind: challenge"


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    text = TEXT
    for was, becomes in changes:
        assert was in text
        text = text.replace(was, becomes, 1)
    path = folder / "case.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        (FIRST, FIRST.replace("丙", "丁"), "challenges[0].supplier: no supplier of this name has bid"),
        (FIRST, FIRST.replace("kind: challenge", "kind: complaint"), "challenges[0].kind: expected one of"),
        (FIRST, FIRST.replace("kind: challenge", "kind: query"), "challenges[0].outcome: a query is answered"),
        (FIRST, FIRST + "\n    lot: A", "challenges[0].lot: “A”; expected one of the lots"),
        ("    facts: 我方方案列明了每周课表，得分仍低于其他供应商。\n", "", "challenges[0].facts: missing"),
        ("decided: 2025-03-31T15:00", "decided: 2025-03-24T15:00", "challenges[0].decided: before it was filed"),
        ("outcome: dismissed", "outcome: dismissed\n    changes_result: true", "challenges[0].changes_result: only"),
        ("    changes_result: true\n", "", "challenges[1].next_candidate: the result was not changed"),
        ("named: 2025-04-09", "named: 2025-04-07", "challenges[1].next_candidate.named: expected a time after"),
        ("      reason: 合格", "      winner: 乙\n      reason: 合格", "challenges[1].next_candidate.winner: unknown"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, was: str, becomes: str, words: str) -> None:
    with pytest.raises(CaseError) as error:
        read_case(written(tmp_path, (was, becomes)))
    assert str(error.value).startswith(words)


def driven(path: Path) -> Outcome:
    return replay(read_case(path), documents=False)


@pytest.mark.django_db
class TestReplay:
    def test_the_next_candidate_is_computed_and_answered(self) -> None:
        outcome = driven(DATA / "EX6.yaml")
        assert [(row["state"], row["changes_result"]) for row in outcome.answer["challenges"]] == [
            ("dismissed", False), ("upheld", True),
        ]  # fmt: skip
        award = outcome.answer["award"]
        assert (award["supplier"], award["in_place_of"]) == ("乙社会工作服务中心", "甲社会工作服务中心")
        assert outcome.answer["contract"]["amount"] == "152000.00"
        assert sorted(Award.objects.values_list("state", flat=True))[-1] == "revoked"

    def test_a_challenge_that_came_too_late_is_refused(self, tmp_path: Path) -> None:
        late = (("filed: 2025-03-25", "filed: 2025-04-02"), ("decided: 2025-03-31T15:00", "decided: 2025-04-03T15:00"))
        outcome = driven(written(tmp_path, *late))
        assert outcome.refused
        assert [(row["act"], row["rule"]) for row in outcome.answer["refusals"]] == [("challenge.file", "T5")]

    def test_a_contract_signed_while_one_is_pending_is_refused(self, tmp_path: Path) -> None:
        pending = FIRST.replace("丙", "甲") + (
            "\n    about: result\n    filed: 2025-04-21T09:00:00+08:00\n    claims: 请求恢复原结果。"
            "\n    facts: 处罚决定已被撤销。\n    decided: 2025-04-29T09:00:00+08:00\n    outcome: dismissed"
            "\n    reply: 不成立。\n    published: 不成立。\n"
        )
        outcome = driven(written(tmp_path, ("contract:\n  signed", f"{pending}contract:\n  signed")))
        assert outcome.refused
        assert {(row["act"], row["rule"]) for row in outcome.answer["refusals"]} == {("contract.sign", "T10")}
