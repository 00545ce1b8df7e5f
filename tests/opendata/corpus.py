"""Rows for the search: made up from the words of the field, the same every time."""

from __future__ import annotations

import random
import unicodedata
from datetime import UTC, datetime, timedelta

from procurement.opendata.search import index
from procurement.opendata.search.models import SearchEntry

PLACES = ["绍兴市", "越城区", "柯桥区", "长沙市", "重庆市", "厦门市", "西湖区", "城南街道", "新桥社区", "东山村"]
WHOM = [
    "青少年",
    "困境儿童",
    "留守儿童",
    "新就业形态劳动者",
    "外卖骑手",
    "单亲家庭",
    "残疾人家庭",
    "女职工",
    "老年人",
    "双职工家庭",
]
WHAT = ["关爱成长", "心理健康服务", "课后托管", "法律援助", "就业技能培训", "家庭教育指导", "婚姻调解",
"暑期夏令营", "体检与慢病管理", "爱心驿站运营"]  # fmt: skip
TAILS = [
    "项目",
    "服务采购",
    "购买服务",
    "（二期）",
    "三年行动",
    "Pilot 2026",
    "AI 辅导计划",
    "12355热线",
    "E家园",
    "项目（重新采购）",
]
SENTENCES = [
    "由社会工作者每周入户两次，建立一人一档。",
    "采购预算 208,000.00 元，最高限价 210000 元。",
    "依据财库〔2020〕46号文件，本项目面向社会组织。",
    "服务期限自2026年3月1日起，至2026年12月31日止。",
    "Family Support Programme：每月一次小组活动。",
    "联系社区党群服务中心报名，名额 120 人。",
    "评价以居民满意度为主，权重不低于 35%。",
    "响应文件应当在截止时间前通过平台密封提交。",
    "开展青春期教育与自护教育，关注少年心理。",
    "为环卫工人、快递员提供休息、饮水、充电服务。",
]


def entries(count: int, seed: int = 7) -> list[SearchEntry]:
    """So many entries, not saved."""
    dice, start = random.Random(seed), datetime(2024, 1, 1, tzinfo=UTC)  # noqa: S311 - made-up rows
    rows = []
    for number in range(count):
        title = dice.choice(PLACES) + dice.choice(WHOM) + dice.choice(WHAT) + dice.choice(TAILS)
        body = [f"HQ-{330000 + number % 900}-{2024 + number % 3}-{number:04d}-01", *dice.sample(SENTENCES, 3)]
        entry = SearchEntry(
            kind=dice.choice(["call", "notice", "thread", "need"]),
            subject_id=number + 1,
            title=title,
            body="\n".join(body),
            url=f"/calls/{number}/",
            domain=dice.choice(["worker", "youth", "children", "family"]),
            region=dice.choice(["330602", "330603", "430100"]),
            state=dice.choice(["current", "done", "ended"]),
            at=start + timedelta(hours=number),
        )
        rows.append(index.finished(entry))
    return rows


def plant(count: int, seed: int = 7) -> list[SearchEntry]:
    rows = entries(count, seed)
    return SearchEntry.objects.bulk_create(rows, batch_size=2000)


SAME_IN_PRINT = str.maketrans("關愛長課後託", "关爱长课后托")
NO_WORD = str.maketrans(dict.fromkeys("〔〕［］[]()（）-－—.．", " "))


def plain(words: str) -> str:
    """Another, simpler way to compare: widths and cases alike, no thousands commas, every sign and space gone."""
    folded = unicodedata.normalize("NFKC", words).casefold().translate(SAME_IN_PRINT).translate(NO_WORD)
    return "".join(folded.replace(",", "").split())


def holds(entry: SearchEntry, asked: str) -> bool:
    """Whether every word of ``asked`` stands in the entry's title or text."""
    texts = [plain(piece) for piece in (entry.title, *entry.body.splitlines())]
    return all(any(plain(word) in piece for piece in texts) for word in asked.split())
