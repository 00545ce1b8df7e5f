"""The facts of the scoring report, table by table, from one lot's bids and sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from procurement.awards import lowprice
from procurement.awards.models import Panel, ScoreSheet, Seat
from procurement.awards.scoring import outliers, points
from procurement.bids.enums import STILL_IN
from procurement.bids.models import Bid
from procurement.calls.enums import CriterionKind
from procurement.calls.models import Criterion, Lot
from procurement.calls.wording import CRITERION_KINDS
from procurement.common.charts import Bar, bar_chart
from procurement.rules import rulebook

LINES = {"mean": "有效报价平均价", "second": "第二低报价", "ceiling": "最高限价"}


@dataclass(frozen=True)
class Material:
    """Everything one lot's report is made from, read in a fixed number of queries."""

    lot: Lot
    panel: Panel
    seats: Sequence[Seat]
    bids: Sequence[Bid]
    criteria: Sequence[Criterion]
    sheets: Sequence[ScoreSheet]

    @property
    def valid(self) -> list[Bid]:
        return [bid for bid in self.bids if bid.state in STILL_IN]

    @property
    def ranked(self) -> list[Bid]:
        return sorted((bid for bid in self.valid if bid.rank is not None), key=lambda bid: bid.rank or 0)

    def score(self, seat: Seat, bid: Bid, criterion: Criterion) -> Decimal | None:
        """What one member gave one bid for one factor, or nothing."""
        for sheet in self.sheets:
            if sheet.seat_id == seat.pk and sheet.bid_id == bid.pk:
                for score in sheet.scores.all():
                    if score.criterion_id == criterion.pk:
                        return score.points
        return None


def gather(lot: Lot) -> Material:
    """Reads a lot with its call, panel, bids, criteria and sheets."""
    lot = Lot.objects.select_related("call__project__buyer", "call__panel").get(pk=lot.pk)
    panel = lot.call.panel
    return Material(
        lot=lot,
        panel=panel,
        seats=list(panel.seats.select_related("user")),
        bids=list(lot.bids.filter(opened_at__isnull=False).select_related("supplier").order_by("pk")),
        criteria=list(lot.call.criteria.all()),
        sheets=list(ScoreSheet.objects.filter(bid__lot=lot).prefetch_related("scores")),
    )


def low_price(material: Material) -> dict[str, Any]:
    """B4 with its figures: lines, prices, who fell below which, what was explained (财库〔2026〕2号)."""
    call = material.lot.call
    rule = rulebook.find(
        "B4", on=material.panel.scoring_at or call.opened_at or call.deadline, region=call.project.buyer.region
    )
    judged = [
        bid for bid in material.bids if bid.price is not None and (bid.state in STILL_IN or bid.reject_rule == "B4")
    ]
    if rule is None:
        return {"exempt": "本项目评审时，异常低价审查的规定尚未施行，未作审查。"}
    if not judged:
        return {"exempt": "本项目价格固定，供应商不报价，不作异常低价审查。"}
    prices = sorted(bid.price for bid in judged if bid.price is not None)
    mean = sum(prices, Decimal(0)) / len(prices)
    bases = {"mean": mean, "second": prices[1] if len(prices) > 1 else None, "ceiling": material.lot.ceiling}
    rates = lowprice.rates(call, rule)
    lines = [
        {"key": key, "label": f"{LINES[key]}的 {rates[key] * 100:.0f}%", "amount": points(base * rates[key])}
        for key, base in bases.items()
        if base is not None
    ]
    return {
        "price_kind": "最后报价" if call.has_final_offers else "投标报价",
        "article": rule.article,
        "count": len(prices),
        "mean": points(mean),
        "second": bases["second"],
        "ceiling": material.lot.ceiling,
        "lines": lines,
        "rows": [_low_row(bid, [str(line["key"]) for line in lines]) for bid in judged],
    }


def _low_row(bid: Bid, keys: Sequence[str]) -> dict[str, Any]:
    if not bid.low_price_rules:
        conclusion = "未启动"
    else:
        conclusion = {True: "说明成立", False: "说明不成立，作无效处理", None: "待说明"}[bid.low_price_accepted]
    return {
        "supplier": bid.supplier.name,
        "price": bid.price,
        "hits": [key in bid.low_price_rules for key in keys],
        "conclusion": conclusion,
        "explanation": bid.low_price_explanation,
    }


def criteria_rows(criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    """The factors as the report and the contract's annex print them."""
    return [
        {
            "code": item.code,
            "name": item.name,
            "kind": CRITERION_KINDS[CriterionKind(item.kind)],
            "weight": item.weight,
            "rule": item.rule or "按采购文件",
        }
        for item in criteria
    ]


def computed(material: Material) -> list[dict[str, Any]]:
    """Price and quantity factors with the working of every bid (S2, S5)."""
    tables = []
    for item in material.criteria:
        if item.kind == CriterionKind.JUDGED or not material.ranked:
            continue
        price = item.kind == CriterionKind.PRICE
        values = [(bid, _offered(bid, item)) for bid in material.ranked]
        best = min(value for _bid, value in values) if price else max(value for _bid, value in values)
        tables.append(
            {
                "name": item.name,
                "weight": item.weight,
                "measure": "报价（元）" if price else "承诺数量",
                "formula": "得分 ＝ 最低有效报价 ÷ 本报价 × 权重"
                if price
                else "得分 ＝ 承诺数量 ÷ 最高承诺数量 × 权重",
                "rows": [
                    {
                        "supplier": bid.supplier.name,
                        "value": _figure(value, price),
                        "working": _working(value, best, item, price),
                        "points": _earned(bid, item),
                    }
                    for bid, value in values
                ],
            }
        )
    return tables


def _offered(bid: Bid, item: Criterion) -> Decimal:
    if item.kind == CriterionKind.PRICE:
        return bid.price or Decimal(0)
    return Decimal(str(bid.quantities.get(item.code, "0")))


def _figure(value: Decimal, price: bool) -> str:
    return f"{value:,.2f}" if price else f"{value:,f}"


def _working(value: Decimal, best: Decimal, item: Criterion, price: bool) -> str:
    weight = f"{item.weight.normalize():f}"
    first, second = (best, value) if price else (value, best)
    return f"{_figure(first, price)} ÷ {_figure(second, price)} × {weight}"


def _earned(bid: Bid, item: Criterion) -> Decimal | None:
    value = bid.points.get(item.code)
    return None if value is None else Decimal(str(value))


def judged(material: Material) -> list[dict[str, Any]]:
    """The judged factors: one table each, one column a member."""
    return [
        {
            "name": item.name,
            "weight": item.weight,
            "members": [str(seat.user) for seat in material.seats],
            "rows": [
                {
                    "supplier": bid.supplier.name,
                    "scores": [material.score(seat, bid, item) for seat in material.seats],
                    "points": _earned(bid, item),
                }
                for bid in material.ranked
            ],
        }
        for item in material.criteria
        if item.kind == CriterionKind.JUDGED
    ]


def far_scores(material: Material) -> list[dict[str, Any]]:
    """S6: scores far from the mean of the other members, with the words written for them."""
    call = material.lot.call
    rule = rulebook.find(
        "S6", on=material.panel.signed_at or call.opened_at or call.deadline, region=call.project.buyer.region
    )
    if rule is None:
        return []
    share = Decimal(str(rule.values["share"]))
    comments = {(sheet.seat_id, sheet.bid_id): sheet.comment for sheet in material.sheets}
    rows = []
    for item in (item for item in material.criteria if item.kind == CriterionKind.JUDGED):
        for bid in material.ranked:
            pairs = [(seat, material.score(seat, bid, item)) for seat in material.seats]
            given = [(seat, score) for seat, score in pairs if score is not None]
            values = [score for _seat, score in given]
            for index in outliers(values, item.weight, share):
                others = values[:index] + values[index + 1 :]
                rows.append(
                    {
                        "member": str(given[index][0].user),
                        "supplier": bid.supplier.name,
                        "criterion": item.name,
                        "score": values[index],
                        "others": points(sum(others, Decimal(0)) / len(others)),
                        "text": comments.get((given[index][0].pk, bid.pk), ""),
                    }
                )
    return rows


def ranking(material: Material) -> list[dict[str, Any]]:
    """The table of totals, best first."""
    return [
        {
            "rank": bid.rank,
            "supplier": bid.supplier.name,
            "price": bid.price,
            "points": [_earned(bid, item) for item in material.criteria],
            "total": bid.total,
        }
        for bid in material.ranked
    ]


def totals_chart(material: Material) -> str:
    """The totals as bars; names are cut to fit, the table above has them in full."""
    bars = [
        Bar(_short(bid.supplier.name), bid.total, f"{bid.total:.2f}")
        for bid in material.ranked[:12]
        if bid.total is not None
    ]
    return bar_chart("各供应商总分", bars) if bars else ""


def _short(name: str) -> str:
    return name if len(name) <= 11 else f"{name[:10]}…"
