"""The facts of the evaluation report and the sentences they bear; nothing is praised that no figure shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from procurement.common.charts import Bar, Spread, bar_chart, spread_chart
from procurement.delivery.documents import deliverable_rows
from procurement.delivery.models import Milestone
from procurement.evaluation import formulas
from procurement.evaluation.enums import Item, Part
from procurement.evaluation.models import Evaluation, StationRating

PARTS = {
    Part.RESIDENTS: "居民评价",
    Part.STATION: "站点评价",
    Part.EVALUATORS: "评估员评分",
    Part.BUYER: "购买主体评价",
    Part.BUDGET_EXECUTION: "预算执行",
}
ITEMS = {
    Item.NEED_FIT: "需求契合",
    Item.CONTENT: "服务内容",
    Item.STAFF: "服务态度",
    Item.PLACE_TIME: "时间地点",
    Item.EFFECT: "服务成效",
    Item.OVERALL: "总体满意",
}
LEVELS = ("很满意", "满意", "一般", "不满意", "很不满意")
SMALLEST_CELL = 5  # E6: fewer answers than this are not shown apart
EXCELLENT, GOOD = Decimal(90), Decimal(80)


@dataclass(frozen=True)
class Pooled:
    """A distribution with its small cells taken together: ``counts`` best level first, none where pooled."""

    counts: list[int | None]
    pooled: int


def pool(counts: Sequence[int]) -> Pooled:
    """Takes cells under five together, with the next smallest until the sum cannot point at anyone (E6)."""
    hidden = {index for index, count in enumerate(counts) if 0 < count < SMALLEST_CELL}
    while 0 < sum(counts[index] for index in hidden) < SMALLEST_CELL:
        rest = [(count, index) for index, count in enumerate(counts) if count and index not in hidden]
        if not rest:
            break
        hidden.add(min(rest)[1])
    return Pooled(
        [None if index in hidden else count for index, count in enumerate(counts)],
        sum(counts[index] for index in hidden),
    )


def item_rows(table: Mapping[str, Mapping[int, int]]) -> list[dict[str, Any]]:
    """Each question that was asked: its distribution, how many answered, its satisfaction (0–100)."""
    rows = []
    for item in Item:
        if item not in table:
            continue
        levels = table[item]
        spread = pool([levels.get(level, 0) for level in (5, 4, 3, 2, 1)])
        rows.append(
            {
                "name": ITEMS[item],
                "shown": ["并入" if count is None else count for count in spread.counts],
                "spread": spread,
                "pooled": spread.pooled or "",
                "answers": sum(levels.values()),
                "score": formulas.shown(formulas.item_satisfaction(levels)),
            }
        )
    return rows


def items_chart(rows: Sequence[Mapping[str, Any]]) -> str:
    """The distributions as stacked bars."""
    spreads = [
        Spread(row["name"], [count or 0 for count in row["spread"].counts], row["spread"].pooled) for row in rows
    ]
    return spread_chart("居民评价各题答案分布", spreads, LEVELS) if spreads else ""


def part_rows(evaluation: Evaluation, bases: Mapping[str, str]) -> list[dict[str, Any]]:
    """The five parts with what each rests on; a part that was not heard has no score."""
    rows = []
    for part in Part:
        raw = evaluation.parts.get(part)
        value = Decimal(raw) if raw is not None else None
        weight = evaluation.weight_of[part]
        rows.append(
            {
                "name": PARTS[part],
                "basis": bases[part],
                "weight": weight,
                "score": None if value is None else formulas.shown(value),
                "weighted": None if value is None else formulas.shown(value * weight / 100),
            }
        )
    return rows


def parts_chart(rows: Sequence[Mapping[str, Any]]) -> str:
    """The parts as bars, with their weights."""
    bars = [
        Bar(row["name"], row["score"], f"{row['score']:.2f}", f"权重 {row['weight'].normalize():f}")
        for row in rows
        if row["score"] is not None
    ]
    return bar_chart("各评价部分得分", bars)


def milestone_rows(milestones: Sequence[Milestone]) -> list[dict[str, Any]]:
    """Each milestone that had something to deliver, with targets, dates and score."""
    rows = []
    for item in milestones:
        if item.on_signing:
            continue
        delivered = timezone.localdate(item.delivered_at) if item.delivered_at else None
        rows.append(
            {
                "name": item.name,
                "due": item.due,
                "delivered": delivered,
                "days_late": max((delivered - item.due).days, 0) if delivered else 0,
                "accepted": timezone.localdate(item.accepted_at) if item.accepted_at else None,
                "score": None if item.score is None else formulas.shown(item.score),
                "targets": deliverable_rows(list(item.deliverables.all())),
                "comments": [score.comment for score in item.scores.all() if score.comment],
            }
        )
    return rows


def targets_chart(rows: Sequence[Mapping[str, Any]]) -> str:
    """Share of each target reached; the axis ends at the largest share, never under 100%."""
    bars = [
        Bar(target["name"], target["share"], target["rate"], row["name"])
        for row in rows
        for target in row["targets"]
        if target["share"] is not None
    ]
    if not bars:
        return ""
    top = max(Decimal(100), *(bar.value for bar in bars))
    return bar_chart("约定指标完成率（%）", bars, maximum=-(-top // 20) * 20)


@dataclass(frozen=True)
class Findings:
    """What the figures say: each list holds whole sentences."""

    strengths: list[str]
    problems: list[str]
    causes: list[str]
    advice: list[str]


def findings(
    parts: Sequence[Mapping[str, Any]],
    items: Sequence[Mapping[str, Any]],
    milestones: Sequence[Mapping[str, Any]],
    stations: Sequence[StationRating],
    sample: Mapping[str, Any],
) -> Findings:
    """Sentences from figures: 90 and above is a strength; below 80, a missed target, lateness a problem."""
    found = Findings([], [], [], [])
    _judge_scores(found, parts, items)
    for row in milestones:
        _judge_milestone(found, row)
    _judge_sample(found, sample)
    for row in milestones:
        found.causes.extend(f"评估员对“{row['name']}”节点的书面意见：{text}" for text in row["comments"])
    found.causes.extend(f"{row.station.name}的书面意见：{row.comment}" for row in stations if row.comment)
    return found


def _judge_scores(found: Findings, parts: Sequence[Mapping[str, Any]], items: Sequence[Mapping[str, Any]]) -> None:
    scored = [(f"{row['name']}一项", row["score"]) for row in parts if row["score"] is not None]
    scored += [(f"居民评价中的“{row['name']}”", row["score"]) for row in items]
    for name, score in scored:
        if score >= EXCELLENT:
            found.strengths.append(f"{name}得 {score} 分，达到优等标准。")
        elif score < GOOD:
            found.problems.append(f"{name}得 {score} 分，低于良等标准。")
    for row in items:
        if row["score"] < GOOD:
            found.advice.append(f"就“{row['name']}”再听取服务对象意见，公布改进措施和完成时间。")


def _judge_milestone(found: Findings, row: Mapping[str, Any]) -> None:
    missed = [item for item in row["targets"] if item["share"] is not None and item["share"] < 100]
    reached = [item for item in row["targets"] if item["share"] is not None and item["share"] >= 100]
    if reached and not missed:
        names = "、".join(f"{item['name']}（{item['rate']}）" for item in reached)
        found.strengths.append(f"“{row['name']}”节点完成全部约定指标：{names}。")
    for item in missed:
        found.problems.append(
            f"“{row['name']}”节点的“{item['name']}”完成 {_plain(item['actual'])}，"
            f"约定 {_plain(item['target'])}，完成率 {item['rate']}。"
        )
        found.advice.append(
            f"核实“{row['name']}”节点“{item['name']}”未完成的部分是否补做，并在以后的合同中写明统计口径。"
        )
    if row["days_late"]:
        found.problems.append(f"“{row['name']}”节点的成果晚于约定 {row['days_late']} 日提交。")
        found.advice.append(f"在“{row['name']}”一类节点到期前安排一次中间检查，及早发现延误。")


def _judge_sample(found: Findings, sample: Mapping[str, Any]) -> None:
    if not sample["sufficient"]:
        found.problems.append(
            f"有效答卷 {sample['answers']} 份，少于所需的 {sample['needed']} 份，居民评价的代表性不足。"
        )
        found.advice.append("以后在每次服务签到时发放填答代码，答卷达到所需样本后再结束调查。")
    asked = sample["answers"] + sample["not_residents"]
    if sample["not_residents"] and asked:
        share = formulas.shown(Decimal(sample["not_residents"]) * 100 / asked)
        found.problems.append(f"收到的答卷中有 {sample['not_residents']} 份（{share}%）由非服务对象填写，已剔除。")


def _plain(value: Decimal | None) -> str:
    return "—" if value is None else f"{value.normalize():f}"
