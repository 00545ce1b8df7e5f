"""A case file is read to its exact values; lots, early ends, and every file of the product."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from procurement.cases.reader import read_case, shifted, with_case_id
from procurement.cases.reading.times import BEIJING
from tests.cases.files import DATA, EX1, FILES, TEXT, plain, put, read_data, read_text, refusal


class TestEX1:
    case = read_case(EX1)

    def test_head(self) -> None:
        case = self.case
        assert (case.case, case.title) == ("EX1", "新市民子女暑期托管与成长陪伴")
        assert (case.buyer.kind, case.buyer.staffing, case.buyer.region) == (
            "trade_union",
            "administrative",
            "330199",
        )
        assert case.needs[0].raised == date(2026, 3, 2)
        assert case.needs[0].supporters == 86
        assert case.project.budget == Decimal("210000.00")
        assert case.project.term == (date(2026, 7, 1), date(2026, 12, 31))
        assert case.project.intended == datetime(2026, 3, 23, 12, tzinfo=BEIJING)

    def test_call_and_bids(self) -> None:
        call, bids = self.case.call, self.case.bids
        assert call.deadline == call.opened == datetime(2026, 5, 8, 9, 30, tzinfo=BEIJING)
        assert [(c.code, c.kind, c.weight) for c in call.criteria] == [
            ("P", "price", 20),
            ("S", "judged", 50),
            ("T", "judged", 20),
            ("H", "quantity", 10),
        ]
        assert bids[2].submitted == datetime(2026, 5, 8, 9, 29, 59, tzinfo=BEIJING)
        assert [bid.price for bid in bids] == [180000, 195000, 208000]
        assert bids[0].quantities == {"H": Decimal(39192)}
        assert [member.role for member in self.case.panel] == ["expert", "expert", "buyer"]

    def test_its_one_lot(self) -> None:
        (lot,) = self.case.lots
        assert (lot.code, lot.name, lot.ceiling, lot.fails) == ("", "", 210000, None)
        assert lot.sheets["甲社会工作服务中心"]["T"] == (16, 17, Decimal("16.5"))
        assert [m.percent for m in lot.contract.milestones] == [30, 40, 30]
        assert [m.on_signing for m in lot.contract.milestones] == [True, False, False]
        assert lot.contract.milestones[1].targets == {"sessions": 40, "people": 120}
        assert lot.delivery[0].scores == (88, 91)
        assert lot.delivery[1].paid == datetime(2026, 12, 31, 12, tzinfo=BEIJING)
        assert lot.evaluation.answers["overall"] == (58, 30, 7, 1, 1)
        assert (lot.evaluation.not_residents, lot.evaluation.buyer_score) == (4, 90)
        assert lot.evaluation.weights is None

    def test_quoting_does_not_matter(self, tmp_path: Path) -> None:
        assert read_data(tmp_path, plain()) == self.case
        assert read_text(tmp_path, TEXT.replace('"', "")) == self.case

    def test_space_instead_of_t(self, tmp_path: Path) -> None:
        text = TEXT.replace("2026-05-08T09:30:00+08:00", "2026-05-08 09:30:00 +08:00")
        assert read_text(tmp_path, text) == self.case

    def test_another_offset_is_the_same_moment(self, tmp_path: Path) -> None:
        text = TEXT.replace("2026-05-08T09:30:00+08:00", "2026-05-08T01:30:00Z")
        assert read_text(tmp_path, text) == self.case

    def test_bare_date_is_noon(self, tmp_path: Path) -> None:
        data = put(plain(), ["call", "opened"], "2026-05-08")
        assert read_data(tmp_path, data).call.opened == datetime(2026, 5, 8, 12, tzinfo=BEIJING)

    def test_invented_may_stand_in_any_map(self, tmp_path: Path) -> None:
        data = plain()
        data["invented"] = ["sheets"]
        data["call"]["criteria"][2]["invented"] = ["weight"]
        data["sheets"]["甲社会工作服务中心"]["invented"] = ["S"]
        data["evaluation"]["invented"] = "true"
        case = read_data(tmp_path, data)
        assert case.invented == (
            "sheets",
            "call.criteria[2].weight",
            "sheets.甲社会工作服务中心.S",
            "evaluation",
        )
        assert case.lots == self.case.lots

    def test_byte_order_mark(self, tmp_path: Path) -> None:
        assert read_text(tmp_path, b"\xef\xbb\xbf" + TEXT.encode()) == self.case


class TestLots:
    @pytest.fixture
    def data(self) -> dict[str, Any]:
        data = plain()
        data["call"]["lots"] = [
            {"code": "A", "name": "东片", "ceiling": "210000"},
            {"code": "B", "name": "西片", "ceiling": "0", "fails": "无人应答"},
        ]
        for bid in data["bids"]:
            bid["lot"] = "A"
        for section in ("sheets", "contract", "delivery", "evaluation"):
            data[section] = {"A": data[section]}
        return data

    def test_each_lot_has_its_own(self, data: dict[str, Any], tmp_path: Path) -> None:
        case = read_data(tmp_path, data)
        assert [(lot.code, lot.fails) for lot in case.lots] == [("A", None), ("B", "无人应答")]
        whole = read_case(EX1).lots[0]
        assert case.lots[0].sheets == whole.sheets
        assert case.lots[0].evaluation == whole.evaluation
        assert (case.lots[1].contract, case.lots[1].delivery) == (None, ())
        assert {bid.lot for bid in case.bids} == {"A"}

    @pytest.mark.parametrize(
        ("path", "value", "begins"),
        [
            (["bids", 0, "lot"], ..., "bids[0].lot: missing"),
            (["bids", 0, "lot"], "C", "bids[0].lot: “C” is no lot"),
            (["contract", "C"], {}, "contract.C: unknown key"),
            (["contract", "A"], ..., "contract.A: missing"),
            (["sheets", "B"], {}, "sheets.B: this lot fails"),
            (["call", "lots", 1, "code"], "A", "call.lots[1].code: "),
            (["sheets", "A", "甲社会工作服务中心", "S", 0], "51", "sheets.A.甲社会工作服务中心.S[0]: "),
            (["delivery", "A", 0, "actual", "cats"], "1", "delivery.A[0].actual.cats: "),
            (["contract", "A", "milestones", 0, "paid"], ..., "contract.A.milestones[0].paid: missing"),
        ],
    )
    def test_faults(self, data: dict[str, Any], path: list[str | int], value: Any, begins: str, tmp_path: Path) -> None:
        assert refusal(lambda: read_data(tmp_path, put(data, path, value))).startswith(begins)


class TestEarlyEnd:
    def ended(self, state: str, *absent: str) -> dict[str, Any]:
        data = plain() | {"ends": {"state": state, "date": "2026-05-09", "reason": "供应商不足三家"}}
        return {key: value for key, value in data.items() if key not in absent}

    LATER = ("award", "contract", "delivery", "evaluation")

    def test_too_few_bids(self, tmp_path: Path) -> None:
        data = self.ended("failed", "panel", "sheets", *self.LATER)
        del data["call"]["opened"]
        case = read_data(tmp_path, data)
        assert (case.ends.state, case.call.opened, case.award) == ("failed", None, None)
        assert len(case.lots) == 1

    def test_terminated_in_delivery(self, tmp_path: Path) -> None:
        data = self.ended("terminated", "evaluation")
        del data["delivery"][1], data["delivery"][0]["paid"], data["delivery"][0]["accepted"]
        assert read_data(tmp_path, data).lots[0].delivery[0].accepted is None

    def test_terminated_before_the_call(self, tmp_path: Path) -> None:
        case = read_data(tmp_path, self.ended("terminated", "call", "bids", "panel", "sheets", *self.LATER))
        assert case.call is None
        assert case.lots[0].ceiling == case.project.budget

    def test_faults(self, tmp_path: Path) -> None:
        for absent, begins in [
            (("evaluation", "call"), "call: missing"),
            (("evaluation", "panel"), "panel: missing"),
            ((), "evaluation: a project that terminated"),
        ]:
            data = self.ended("terminated", *absent)
            assert refusal(lambda data=data: read_data(tmp_path, data)).startswith(begins)
        data = self.ended("terminated", *self.LATER)
        del data["call"]["opened"]
        assert refusal(lambda: read_data(tmp_path, data)).startswith("call.opened: missing")


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(DATA).as_posix() for path in FILES])
class TestFilesOfTheProduct:
    def test_reads_and_moves(self, path: Path) -> None:
        case = read_case(path)
        assert case.lots
        assert shifted(shifted(case, 400), -400) == case
        assert with_case_id(case, "X").case == "X"

    def test_dates_move_by_whole_days(self, path: Path) -> None:
        case = read_case(path)
        moved = shifted(case, 30)
        assert moved.project.approved - case.project.approved == timedelta(days=30)
        assert moved.project.term[0] - case.project.term[0] == timedelta(days=30)
        if case.call is not None:
            assert moved.call.deadline - case.call.deadline == timedelta(days=30)
            assert moved.call.criteria == case.call.criteria


def test_case_ids_are_unique() -> None:
    ids = [read_case(path).case for path in FILES]
    assert len(set(ids)) == len(ids)
