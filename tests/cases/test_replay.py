"""The worked example replayed to its numbers, and what a replay refuses."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.db import connection

from procurement.bids.models import Bid, Envelope
from procurement.cases.reader import read_case
from procurement.cases.replay.driver import replay
from procurement.projects.models import Project
from workflows import chain
from workflows.models import TransitionLog

DATA = Path(__file__).parents[2] / "procurement" / "cases" / "data"
EX1 = DATA / "EX1.yaml"


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def answer(self) -> dict[str, Any]:
        return json.loads(self.out)


def run(path: Path, *options: str) -> Ran:
    """``manage.py replay`` as a person would call it, within the test's database."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("replay", str(path), *options, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture
def ex1() -> dict[str, Any]:
    return yaml.load(EX1.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - reads text only


@pytest.fixture
def case_file(tmp_path: Path):
    def write(data: dict[str, Any]) -> Path:
        path = tmp_path / "case.yaml"
        path.write_text(yaml.safe_dump(json.loads(json.dumps(data)), allow_unicode=True), encoding="utf-8")
        return path

    return write


@pytest.mark.django_db
@pytest.mark.both_languages
class TestEX1:
    @pytest.fixture
    def ran(self, tmp_path: Path) -> Ran:
        ran = run(EX1, "--out", str(tmp_path / "out"))
        assert ran.code == 0, ran.err
        return ran

    def test_numbers(self, ran: Ran, tmp_path: Path) -> None:
        answer = ran.answer
        assert answer["case"] == "EX1"
        assert answer["project"]["state"] == "closed"
        assert answer["refusals"] == []
        assert answer["warnings"] == []
        assert answer["notes"] == []
        assert answer["call"]["state"] == "concluded"
        assert answer["call"]["earliest_deadline"] == "2026-05-06"
        self.check_bids(answer["bids"])
        self.check_money(answer)
        self.check_verdict(answer["evaluation"])
        self.check_documents(answer["documents"], tmp_path / "out")

    def check_bids(self, bids: list[dict[str, Any]]) -> None:
        found = {bid["supplier"][0]: (bid["state"], bid["points"], bid["total"], bid["rank"]) for bid in bids}
        assert found == {
            "甲": ("lost", {"P": "20.00", "S": "43.00", "T": "16.50", "H": "8.10"}, "87.60", 3),
            "乙": ("lost", {"P": "18.46", "S": "45.00", "T": "17.33", "H": "9.10"}, "89.89", 2),
            "丙": ("won", {"P": "17.31", "S": "46.00", "T": "18.17", "H": "10.00"}, "91.48", 1),
        }
        assert {len(bid["sealed_sha256"]) for bid in bids} == {64}

    def check_money(self, answer: dict[str, Any]) -> None:
        assert answer["award"]["amount"] == "208000.00"
        assert answer["award"]["notice_ends"] == "2026-05-12"
        assert answer["award"]["challenge_until"] == "2026-05-21"
        assert answer["contract"]["state"] == "completed"
        assert answer["contract"]["amount_in_words"] == "贰拾万零捌仟元整"
        assert [(m["name"], m["state"], m["score"], m["paid"]) for m in answer["milestones"]] == [
            ("合同签订", "paid", None, "62400.00"),
            ("中期", "paid", "89.50", "83200.00"),
            ("结项", "paid", "93.00", "62400.00"),
        ]

    def check_verdict(self, verdict: dict[str, Any]) -> None:
        assert {key: verdict[key] for key in ("residents", "station", "evaluators", "buyer", "budget_execution")} == {
            "residents": "86.98",
            "station": "92.00",
            "evaluators": "91.25",
            "buyer": "90.00",
            "budget_execution": "100.00",
        }
        assert (verdict["total"], verdict["grade"], verdict["answers"], verdict["sample_needed"]) == (
            "90.62",
            "优",
            97,
            92,
        )

    def check_documents(self, documents: list[dict[str, Any]], out: Path) -> None:
        kinds = [document["kind"] for document in documents]
        assert set(kinds) == {
            "receipt",
            "opening_record",
            "scoring_report",
            "award_letter",
            "contract",
            "acceptance",
            "evaluation_report",
        }
        assert kinds.count("receipt") == 3
        assert kinds.count("acceptance") == 2
        assert {path.name for path in out.iterdir()} == {document["file"] for document in documents}

    def test_chains_are_whole_and_both_times_are_kept(self, ran: Ran) -> None:
        assert list(chain.faults()) == []
        rows = TransitionLog.objects.exclude(thread=None)
        assert rows.exists()
        assert not [row for row in rows if row.at == row.recorded_at]

    def test_twice_is_refused_and_changes_nothing(self, ran: Ran, tmp_path: Path) -> None:
        before = TransitionLog.objects.count()
        again = run(EX1, "--out", str(tmp_path / "again"))
        assert again.code == 3
        assert again.answer["refusals"][0]["act"] == "case.begin"
        assert TransitionLog.objects.count() == before
        assert Project.objects.count() == 1
        assert not (tmp_path / "again").exists()


def nothing_is_left(out: Path) -> bool:
    return not (Project.objects.exists() or Bid.objects.exists() or TransitionLog.objects.exists() or out.exists())


@pytest.mark.django_db
@pytest.mark.both_languages
class TestRefusals:
    def refused(self, case_file, data: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
        ran = run(case_file(data), "--out", str(tmp_path / "out"))
        assert ran.code == 3, ran.err
        assert nothing_is_left(tmp_path / "out")
        return ran.answer["refusals"][0]

    def test_deadline_one_day_early(self, ex1, case_file, tmp_path) -> None:
        ex1["call"] |= {"deadline": "2026-05-05T09:30:00+08:00", "opened": "2026-05-05T09:30:00+08:00"}
        for bid in ex1["bids"]:
            bid["submitted"] = "2026-05-04T16:00:00+08:00"
        refusal = self.refused(case_file, ex1, tmp_path)
        assert (refusal["act"], refusal["rule"], refusal["article"]) == (
            "call.publish",
            "P1",
            "磋商办法 art 10",
        )
        assert "2026-05-06" in refusal["message"]

    def test_first_lawful_day_is_accepted(self, ex1, case_file, tmp_path) -> None:
        ex1["call"] |= {"deadline": "2026-05-06T00:00:00+08:00", "opened": "2026-05-06T09:30:00+08:00"}
        for bid in ex1["bids"]:
            bid["submitted"] = "2026-05-04T16:00:00+08:00"
        ran = run(case_file(ex1), "--until", "tendering")
        assert ran.code == 0
        assert ran.answer["project"]["state"] == "tendering"

    def test_bid_a_second_late(self, ex1, case_file, tmp_path) -> None:
        ex1["bids"][2]["submitted"] = "2026-05-08T09:30:01+08:00"
        refusal = self.refused(case_file, ex1, tmp_path)
        assert (refusal["act"], refusal["rule"]) == ("bid.submit", "B1")

    def test_second_bid(self, ex1, case_file, tmp_path) -> None:
        ex1["bids"].append(dict(ex1["bids"][0], submitted="2026-05-07T17:00:00+08:00"))
        refusal = self.refused(case_file, ex1, tmp_path)
        assert (refusal["act"], refusal["rule"]) == ("bid.submit", "B2")

    def test_even_panel(self, ex1, case_file, tmp_path) -> None:
        ex1["panel"].append({"name": "评委丁", "role": "expert"})
        for sheet in ex1["sheets"].values():
            for scores in sheet.values():
                scores.append(scores[0])
        refusal = self.refused(case_file, ex1, tmp_path)
        assert (refusal["act"], refusal["rule"], refusal["article"]) == (
            "panel.draw",
            "P5",
            "磋商办法 art 14",
        )

    def test_bid_above_the_ceiling(self, ex1, case_file, tmp_path) -> None:
        ex1["bids"][2]["price"] = "210000.01"
        refusal = self.refused(case_file, ex1, tmp_path)
        assert refusal["rule"] == "B3"

    def test_too_few_bidders(self, ex1, case_file, tmp_path) -> None:
        ex1["bids"] = ex1["bids"][:1]
        ex1["sheets"] = {ex1["bids"][0]["supplier"]["name"]: ex1["sheets"][ex1["bids"][0]["supplier"]["name"]]}
        refusal = self.refused(case_file, ex1, tmp_path)
        assert (refusal["act"], refusal["rule"]) == ("call.open", "P7")

    def test_abnormally_low_price_without_explanation(self, ex1, case_file, tmp_path) -> None:
        ex1["bids"][0]["price"] = "94000.00"
        refusal = self.refused(case_file, ex1, tmp_path)
        assert refusal["rule"] == "B4"


@pytest.mark.django_db
class TestUntil:
    @pytest.mark.parametrize(
        "state",
        [
            "formed",
            "approved",
            "intended",
            "tendering",
            "opened",
            "awarded",
            "contracted",
            "delivering",
            "evaluating",
            "closed",
        ],
    )
    def test_stops_where_asked(self, state: str) -> None:
        outcome = replay(read_case(EX1), until=state)
        assert not outcome.refused
        assert outcome.answer["project"]["state"] == state
        assert list(chain.faults()) == []


@pytest.mark.django_db(transaction=True)
def test_sealed_bid_is_nowhere_in_plain(tmp_path: Path, settings) -> None:
    """Before the opening neither a dump of the database nor the files hold a bid's price."""
    replay(read_case(EX1), until="tendering")
    case = read_case(EX1)
    marked = "195000.77"
    from procurement.cases.replay.cast import Cast
    from procurement.cases.replay.play import Play
    from workflows import clock

    play = Play(case, Cast(case.case))
    play.project = Project.objects.get()
    play.call = play.project.calls.get()
    play.lots = {lot.code: lot for lot in play.call.lots.all()}
    from procurement.bids import actions

    entry = case.bids[1]
    supplier = play.cast.supplier(entry.supplier)
    content = actions.offer(entry.price.__class__(marked), {}, "只在这里密封的暗号")
    with clock.at_time(entry.submitted):
        actions.submit_bid(play.lots[""], content, **play.as_org(supplier, "supplier"))
    assert Envelope.objects.count() == 1
    dump = everything_in_the_database()
    assert "需求" in dump or "暑期" in dump  # the dump holds what is public
    for secret in (marked, "只在这里密封的暗号", marked.encode().hex(), "只在这里密封的暗号".encode().hex()):
        assert secret not in dump
    found = subprocess.run(  # noqa: S603 - our own words
        ["/bin/grep", "-rlaF", "只在这里密封的暗号", str(settings.HUIQUN_VAR)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""


def everything_in_the_database() -> str:
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - our own tables
            parts += [row[0] for row in cursor.fetchall()]
    return "\n".join(parts)


@pytest.mark.django_db
def test_a_rule_that_came_later_is_noted_not_applied() -> None:
    ran = run(DATA / "C16.yaml", "--until", "opened")
    assert ran.code == 0, ran.err
    notes = {note["rule"]: note for note in ran.answer["notes"]}
    assert "W12" in notes  # 2016; the intent has been asked for since 2020
    assert notes["W12"]["article"] == "意向通知"
    assert notes["W12"]["act"] == "call.publish"
    assert not set(notes) & {refusal["rule"] for refusal in ran.answer["warnings"]}
    noted = TransitionLog.objects.get(action="bring_in")
    assert noted.facts["notes"] == ran.answer["notes"]
