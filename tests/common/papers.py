"""Sample papers for the renderer's own tests: plain facts, with long names, many rows and large amounts."""

import hashlib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from procurement.common.charts import Bar, Spread, bar_chart, spread_chart
from procurement.common.pdf import Paper, absolute

CHINA = timezone(timedelta(hours=8))
OPENED = datetime(2026, 5, 8, 9, 30, tzinfo=CHINA)
LONG = "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县城乡社区社会工作与志愿服务促进中心（民办非企业单位）"


def paper(stage: int = 4, number: str = "HQ-330199-2026-0007-C1", path: str = "/threads/HQ-330199-2026-0007/") -> Paper:
    return Paper("示例县总工会", "HQ-330199-2026-0007", number, stage, absolute(path), date(2026, 5, 25))


def sha(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()


def basics(supplier: str = "丙社会工作服务中心", title: str = "新市民子女暑期托管与成长陪伴") -> dict[str, Any]:
    return {
        "project": {
            "title": title,
            "number": "HQ-330199-2026-0007",
            "budget": Decimal("210000.00"),
            "domain": "儿童服务",
            "delivery_mode": "采购",
            "fund_source": "财政资金",
            "beneficiaries": 120,
            "term_start": date(2026, 7, 1),
            "term_end": date(2026, 12, 31),
        },
        "buyer": {"name": "示例县总工会", "code": "13330199MC90001741", "address": "", "contact": ""},
        "supplier": {"name": supplier, "code": "52330100MJ90001374"},
        "lot": "",
        "call": {
            "number": "HQ-330199-2026-0007-01",
            "method": "竞争性磋商",
            "award_by": "综合评分法",
            "papers": "响应文件",
            "published": datetime(2026, 4, 24, 9, tzinfo=CHINA),
            "deadline": OPENED,
            "opened": OPENED,
        },
    }


def receipt(**changes: Any) -> dict[str, Any]:
    return basics(**changes) | {
        "receipt": {
            "number": "HQ-330199-2026-0007-01-B03",
            "at": OPENED - timedelta(seconds=1),
            "sha256": sha("bid"),
            "size": 20211,
        }
    }


def opening(rows: int = 3, *, prices: bool = False, **changes: Any) -> dict[str, Any]:
    bids = [
        {
            "supplier": LONG if index % 7 == 3 else f"第{index + 1}社会工作服务中心",
            "receipt": f"HQ-330199-2026-0007-01-B{index + 1:02d}",
            "at": OPENED - timedelta(minutes=rows - index),
            "sha256": sha(index),
            "price": Decimal("1234567890.12") - index,
        }
        for index in range(rows)
    ]
    officers = [
        {"name": name, "organisation": "示例县总工会", "at": OPENED + timedelta(seconds=seconds)}
        for name, seconds in (("开启人员甲", 12), ("开启人员乙", 71))
    ]
    session = {"title": "响应文件开启", "at": OPENED, "rows": bids, "prices": prices, "officers": officers}
    return basics(**changes) | {"received": rows, "withdrawn": [], "sessions": [session], "lots": False}


def spread() -> str:
    return spread_chart(
        "各题答案分布",
        [Spread("需求契合", [60, 28, 0, 0, 0], 9), Spread("总体满意", [58, 30, 0, 0, 0], 9)],
        ("很满意", "满意", "一般", "不满意", "很不满意"),
    )


def bars() -> str:
    return bar_chart(
        "各部分得分",
        [Bar("居民评价", Decimal("86.98"), "86.98", "权重 35"), Bar("站点", Decimal(92), "92.00")],
    )


def scoring(bidders: int = 3, members: int = 3, **changes: Any) -> dict[str, Any]:
    names = [LONG if index % 7 == 3 else f"第{index + 1}社会工作服务中心" for index in range(bidders)]
    seats = [
        {
            "name": f"评审专家{index + 1}",
            "role": "采购人代表" if index == members - 1 else "评审专家",
            "origin": "采购人委派" if index == members - 1 else "专家库随机抽取",
            "declared": "已声明无利害关系",
            "signed_at": OPENED + timedelta(hours=6, minutes=index),
            "opinion": "同意",
            "dissent": "",
        }
        for index in range(members)
    ]
    seats[0] |= {
        "opinion": "保留不同意见",
        "dissent": "服务方案的人员配置与承诺时长不相称，建议在合同中明确到岗要求。",
    }
    prices = [Decimal("1234567890.12") - 1000 * index for index in range(bidders)]
    points = [Decimal("17.31"), Decimal("46.00"), Decimal("18.17"), Decimal("10.00")]
    kinds = [
        ("P", "价格", "价格", 20),
        ("S", "服务方案", "评委打分", 50),
        ("T", "团队与经验", "评委打分", 20),
    ]
    criteria = [
        {
            "code": code,
            "name": name,
            "kind": kind,
            "weight": Decimal(weight),
            "rule": "评委在零分至满分之间按采购文件打分",
        }
        for code, name, kind, weight in [*kinds, ("H", "承诺服务时长", "数量", 10)]
    ]
    return basics(**changes) | {
        "ceiling": Decimal("210000.00"),
        "received": bidders,
        "panel": {"title": "磋商小组", "seats": seats, "experts": members - 1, "note": "成员组成符合规定。"},
        "bids": [
            {"supplier": name, "rejected": "未提供有效的登记证书" if index == 1 else ""}
            for index, name in enumerate(names)
        ],
        "low": {
            "price_kind": "最后报价",
            "count": bidders,
            "mean": prices[0],
            "second": prices[-1],
            "ceiling": Decimal("210000.00"),
            "article": "财库〔2026〕2号",
            "lines": [
                {"label": "平均价 50%", "amount": Decimal("617283945.06")},
                {"label": "第二低价 50%", "amount": Decimal("97500.00")},
            ],
            "rows": [
                {
                    "supplier": name,
                    "price": price,
                    "hits": [False, index == 0],
                    "conclusion": "说明成立" if index == 0 else "未启动",
                    "explanation": "志愿者承担部分工作。" if index == 0 else "",
                }
                for index, (name, price) in enumerate(zip(names, prices, strict=True))
            ],
        },
        "criteria": criteria,
        "weight_total": Decimal(100),
        "computed": [
            {
                "name": "价格",
                "weight": Decimal(20),
                "formula": "得分 ＝ 最低有效报价 ÷ 本报价 × 20，四舍五入保留两位小数。",
                "measure": "报价（元）",
                "rows": [
                    {
                        "supplier": name,
                        "value": f"{price:,.2f}",
                        "working": f"{prices[-1]:,.2f} ÷ {price:,.2f} × 20",
                        "points": Decimal("17.31"),
                    }
                    for name, price in zip(names, prices, strict=True)
                ],
            }
        ],
        "judged": [
            {
                "name": name,
                "weight": Decimal(weight),
                "members": [seat["name"] for seat in seats],
                "rows": [
                    {"supplier": supplier, "scores": [Decimal("16.5")] * members, "points": Decimal("46.00")}
                    for supplier in names
                ],
            }
            for name, weight in (("服务方案", 50), ("团队与经验", 20))
        ],
        "comments": [],
        "ranking": [
            {"rank": index + 1, "supplier": name, "price": price, "points": points, "total": Decimal("91.48")}
            for index, (name, price) in enumerate(zip(names, prices, strict=True))
        ],
        "tie_note": "没有总分相同的供应商。",
        "chart": bar_chart("总分", [Bar(name[:9], Decimal("91.48"), "91.48") for name in names[:8]]),
        "conclusion": f"推荐第一成交候选供应商：{names[0]}，总分 91.48 分。",
    }


def acceptance(**changes: Any) -> dict[str, Any]:
    return basics(**changes) | {
        "contract": {"number": "HQ-330199-2026-0007-C1", "amount": Decimal("1234567890.12")},
        "milestone": {
            "name": "中期",
            "amount": Decimal("83200.00"),
            "percent": Decimal(40),
            "due": date(2026, 8, 31),
            "delivered": date(2026, 9, 3),
            "days_late": 3,
        },
        "deliverables": [{"name": "服务场次", "target": 40, "actual": 41, "rate": "102.5%", "note": ""}],
        "scores": [
            {"name": "评估员1", "score": Decimal(88), "opinion": ""},
            {"name": "评估员2", "score": Decimal(91), "opinion": "台账齐全。"},
        ],
        "score": Decimal("89.50"),
        "users_count": 3,
        "opinion": "孩子愿意来，希望延长到下午五点半。",
        "conclusion": "验收合格。",
        "members": ["评估员1", "评估员2", "服务对象代表 3 人"],
        "accepted": date(2026, 9, 3),
    }


def award_letter(**changes: Any) -> dict[str, Any]:
    return basics(**changes) | {
        "amount": Decimal("208000.00"),
        "amount_in_words": "贰拾万零捌仟元整",
        "winner_word": "成交",
        "panel_name": "磋商小组",
        "total": Decimal("91.48"),
        "rank": 1,
        "confirmed": date(2026, 5, 11),
        "noticed": date(2026, 5, 11),
        "notice_ends": date(2026, 5, 12),
        "challenge_until": date(2026, 5, 21),
        "sign_by": date(2026, 6, 10),
    }


def evaluation(needs: int = 1, *, insufficient: bool = False, **changes: Any) -> dict[str, Any]:
    names = [("居民评价", 35, "86.98"), ("站点评价", 15, "92.00"), ("评估员评分", 30, "91.25")]
    parts = [
        {
            "name": name,
            "weight": Decimal(weight),
            "score": Decimal(score),
            "basis": "有效答卷 97 份，各题平均",
            "weighted": Decimal(score) * weight / 100,
        }
        for name, weight, score in [*names, ("购买主体评价", 10, "90.00"), ("预算执行", 10, "100.00")]
    ]
    item = {
        "name": "需求契合",
        "shown": [60, 28, "并入", "并入", "并入"],
        "pooled": 9,
        "answers": 97,
        "score": Decimal("87.11"),
    }
    target = {"name": "服务场次", "target": 40, "actual": 41, "rate": "102.5%"}
    return basics(**changes) | {
        "contract": {
            "number": "HQ-330199-2026-0007-C1",
            "amount": Decimal("1234567890.12"),
            "term_start": date(2026, 7, 1),
            "term_end": date(2026, 12, 31),
        },
        "paid": Decimal("1234567890.12"),
        "needs": [
            {
                "number": f"XQ-{index + 1:04d}",
                "title": "暑期双职工家庭孩子没人带",
                "station": LONG,
                "supporters": 86,
            }
            for index in range(needs)
        ],
        "insufficient": insufficient,
        "parts": parts,
        "sample": {
            "population": 120,
            "needed": 92,
            "answers": 97,
            "rate": "80.83%",
            "margin": "±4.37 个百分点",
            "set_aside": 4,
            "text": "有效答卷达到所需样本。",
        },
        "total": Decimal("90.62"),
        "grade": "优",
        "parts_chart": bars(),
        "levels": ("很满意", "满意", "一般", "不满意", "很不满意"),
        "items": [item, item | {"name": "总体满意"}],
        "items_chart": spread(),
        "item_texts": ["各题中得分最高的是“需求契合”（87.11 分）。"],
        "stations": [{"name": "城东社区党群服务中心", "score": Decimal("92.00"), "opinion": ""}],
        "milestones": [
            {
                "name": "中期",
                "due": date(2026, 8, 31),
                "accepted": date(2026, 9, 3),
                "targets": [
                    target,
                    target | {"name": "服务人次", "target": 120, "actual": 118, "rate": "98.3%"},
                ],
                "score": Decimal("89.50"),
            }
        ],
        "targets_chart": bars(),
        "payments": [
            {
                "name": "合同签订",
                "at": date(2026, 6, 1),
                "amount": Decimal("62400.00"),
                "cumulative": "30.00%",
            }
        ],
        "execution": "100.00%",
        "strengths": ["站点评价 92.00 分。"],
        "problems": ["中期节点“服务人次”完成 118，少于约定的 120。"],
        "causes": [],
        "advice": ["下一轮合同中把服务人次的统计口径写清楚。"],
        "reply": "承接主体在公开前的陈述期内没有提出意见。",
        "reported": date(2027, 1, 8),
        "evidence": [{"name": "合同", "number": "HQ-330199-2026-0007-C1", "at": date(2026, 5, 25)}],
    }


def contract(clauses: int = 16, milestones: int = 3, **changes: Any) -> dict[str, Any]:
    text = "乙方应当自行完成本合同项下的服务，不得转包给他人（《政府购买服务管理办法》第二十六条）。" * 3
    row = {
        "condition": "本节点验收合格",
        "targets": [{"name": "服务场次", "target": 40}],
        "due": date(2026, 8, 31),
        "percent": Decimal(30),
        "amount": Decimal("62400.00"),
    }
    return basics(**changes) | {
        "noticed": date(2026, 5, 11),
        "contract": {
            "number": "HQ-330199-2026-0007-C1",
            "signed": date(2026, 5, 25),
            "amount": Decimal("208000.00"),
            "term_start": date(2026, 7, 1),
            "term_end": date(2026, 12, 31),
        },
        "amount_in_words": "贰拾万零捌仟元整",
        "winner_word": "成交",
        "legal_basis": "《中华人民共和国政府采购法》及其实施条例、《政府购买服务管理办法》",
        "clauses": [
            {"key": "payment" if index == 5 else f"c{index}", "title": "禁止转包", "paragraphs": [text]}
            for index in range(clauses)
        ],
        "milestones": [row | {"name": f"节点{index + 1}"} for index in range(milestones)],
        "percent_total": Decimal(100),
        "signatures": {"buyer": {"name": "签约代表甲", "at": date(2026, 5, 25)}},
        "content_sha256": sha("contract"),
        "needs": evaluation()["needs"],
        "commitments": [
            {
                "code": "P",
                "name": "价格",
                "weight": 20,
                "rule": "按采购文件",
                "promise": "208,000.00 元",
                "points": None,
            }
        ],
    }
