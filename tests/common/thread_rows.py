"""One whole thread as rows, straight into the database: what the papers' tests print.

The figures are those of the worked example in docs/case-files.md. No act is performed here: how the rows come to be
is tested with the stages.
"""

import hashlib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from procurement.accounts.models import Organisation, User
from procurement.awards.models import Award, Panel, Score, ScoreSheet, Seat
from procurement.bids.models import Bid, Envelope, OpeningConfirmation
from procurement.calls.models import Call, Criterion, Lot
from procurement.contracts import clauses
from procurement.contracts.models import Clause, Contract, Instalment, Signature
from procurement.delivery.models import Acceptance, Deliverable, Milestone, MilestoneScore, Payment
from procurement.evaluation.models import Answer, AnswerSheet, Evaluation, StationRating, Survey
from procurement.needs.models import Need
from procurement.projects.models import BudgetLine, CatalogueItem, NeedLink, Project

CHINA = timezone(timedelta(hours=8))
OPENED = datetime(2026, 5, 8, 9, 30, tzinfo=CHINA)
BIDS = [
    (
        "甲社会工作服务中心",
        "52330100MJ9000110C",
        datetime(2026, 5, 7, 16, tzinfo=CHINA),
        "180000.00",
        39192,
        3,
    ),
    (
        "乙社会工作服务中心",
        "52330100MJ90001299",
        datetime(2026, 5, 7, 18, 20, tzinfo=CHINA),
        "195000.00",
        44000,
        2,
    ),
    ("丙社会工作服务中心", "52330100MJ90001374", OPENED - timedelta(seconds=1), "208000.00", 48356, 1),
]
SHEETS = [
    {"S": ["42", "44", "43"], "T": ["16", "17", "16.5"]},
    {"S": ["45", "44", "46"], "T": ["17", "17", "18"]},
    {"S": ["46", "47", "45"], "T": ["18", "18.5", "18"]},
]
POINTS = [
    {"P": "20.00", "S": "43.00", "T": "16.50", "H": "8.10"},
    {"P": "18.46", "S": "45.00", "T": "17.33", "H": "9.10"},
    {"P": "17.31", "S": "46.00", "T": "18.17", "H": "10.00"},
]
CRITERIA = [
    ("P", "价格", "price", 20),
    ("S", "服务方案", "judged", 50),
    ("T", "团队与经验", "judged", 20),
    ("H", "承诺服务时长", "quantity", 10),
]
ANSWERS = {"need_fit": [60, 28, 6, 2, 1], "overall": [58, 30, 7, 1, 1]}


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=CHINA)


def person(name: str) -> User:
    found, _made = User.objects.get_or_create(username=name, defaults={"display_name": name})
    return found


def project(**changes: Any) -> SimpleNamespace:
    """Buyer, station, need and project."""
    buyer = Organisation.objects.create(
        name="示例县总工会",
        code="13330199MC90001741",
        kind="trade_union",
        staffing="administrative",
        region="330199",
    )
    station = Organisation.objects.create(name="城东社区党群服务中心", kind="station", region="330199")
    need = Need.objects.create(
        number="N-0001",
        title="暑期双职工家庭孩子没人带",
        text="两个孩子放暑假后白天没有人看护",
        station=station,
        addressed_to=buyer,
        raised_on=date(2026, 3, 2),
        supporters=86,
    )
    row = Project.objects.create(
        **{
            "number": "HQ-330199-2026-0007",
            "title": "新市民子女暑期托管与成长陪伴",
            "buyer": buyer,
            "domain": "children",
            "delivery_mode": "purchase",
            "fund_source": "fiscal",
            "budget": Decimal("210000.00"),
            "catalogue_item": CatalogueItem.objects.create(organisation=buyer, name="儿童关爱服务"),
            "budget_line": BudgetLine.objects.create(
                organisation=buyer,
                year=2026,
                name="购买服务",
                fund_source="fiscal",
                amount=Decimal("210000.00"),
            ),
            "term_start": date(2026, 7, 1),
            "term_end": date(2026, 12, 31),
            "beneficiaries": 120,
            "state": "closed",
            "formed_at": noon(2026, 3, 19),
            "drafted_by": person("起草人"),
            "approved_at": noon(2026, 3, 20),
            "approved_by": person("批准人"),
            "closed_at": noon(2027, 1, 8),
        }
        | changes
    )
    NeedLink.objects.create(project=row, need=need)
    return SimpleNamespace(buyer=buyer, station=station, need=need, project=row)


def bidding(rows: SimpleNamespace, **changes: Any) -> SimpleNamespace:
    """The call, its bids and envelopes, opened by two officers."""
    rows.call = Call.objects.create(
        **{
            "project": rows.project,
            "number": "HQ-330199-2026-0007-01",
            "method": "consultation",
            "ceiling": Decimal("210000.00"),
            "deadline": OPENED,
            "state": "concluded",
            "drafted_by": person("起草人"),
            "published_at": datetime(2026, 4, 24, 9, tzinfo=CHINA),
            "published_by": person("批准人"),
            "public_key": b"k",
            "opened_at": OPENED,
            "final_offers_until": OPENED + timedelta(hours=1),
            "final_opened_at": OPENED + timedelta(hours=1),
        }
        | changes
    )
    rows.lot = Lot.objects.create(call=rows.call, ceiling=Decimal("210000.00"))
    rows.criteria = [
        Criterion.objects.create(
            call=rows.call,
            position=position,
            code=code,
            name=name,
            kind=kind,
            weight=Decimal(weight),
            rule="按响应文件打分",
        )
        for position, (code, name, kind, weight) in enumerate(CRITERIA)
    ]
    rows.bids = [_bid(rows, index) for index in range(len(BIDS))]
    for round_, at in (("first", OPENED), ("final", OPENED + timedelta(hours=1))):
        for name, seconds in (("开启人员甲", 60), ("开启人员乙", 0)):
            OpeningConfirmation.objects.create(
                call=rows.call, round=round_, officer=person(name), at=at - timedelta(seconds=seconds)
            )
    return rows


def _bid(rows: SimpleNamespace, index: int) -> Bid:
    name, code, at, price, hours, rank = BIDS[index]
    supplier = Organisation.objects.create(name=name, code=code, kind="social_service")
    bid = Bid.objects.create(
        lot=rows.lot,
        supplier=supplier,
        number=f"{rows.call.number}-B{index + 1:02d}",
        state="won" if rank == 1 else "lost",
        submitted_at=at,
        submitted_by=person(f"{name}员工"),
        opened_at=OPENED,
        first_price=Decimal(price),
        price=Decimal(price),
        quantities={"H": str(hours)},
        points=POINTS[index],
        total=sum(Decimal(value) for value in POINTS[index].values()),
        rank=rank,
    )
    for round_, sealed_at in (("first", at), ("final", OPENED + timedelta(minutes=30))):
        sealed = f"{name}{round_}".encode() * 40
        Envelope.objects.create(
            bid=bid,
            round=round_,
            sealed=sealed,
            sha256=hashlib.sha256(sealed).hexdigest(),
            sealed_at=sealed_at,
        )
    return bid


def award(rows: SimpleNamespace) -> SimpleNamespace:
    """The panel with its sheets, and the award."""
    moment = noon(2026, 5, 11)
    rows.panel = Panel.objects.create(
        call=rows.call,
        state="signed",
        drawn_at=OPENED,
        scoring_at=OPENED + timedelta(hours=2),
        signed_at=moment,
    )
    names = (("评委甲", "expert"), ("评委乙", "expert"), ("采购人代表", "buyer"))
    seats = [
        Seat.objects.create(
            panel=rows.panel,
            user=person(name),
            role=role,
            position=position,
            declared_at=OPENED,
            signed_at=moment,
        )
        for position, (name, role) in enumerate(names)
    ]
    criteria = {item.code: item for item in rows.criteria}
    for bid, given in zip(rows.bids, SHEETS, strict=True):
        for position, seat in enumerate(seats):
            sheet = ScoreSheet.objects.create(seat=seat, bid=bid, saved_at=moment)
            for code, scores in given.items():
                Score.objects.create(sheet=sheet, criterion=criteria[code], points=Decimal(scores[position]))
    rows.seats = seats
    rows.award = Award.objects.create(
        lot=rows.lot,
        bid=rows.bids[2],
        amount=Decimal("208000.00"),
        state="noticed",
        proposed_at=moment,
        confirmed_at=moment,
        confirmed_by=person("批准人"),
        noticed_at=moment,
        notice_ends=date(2026, 5, 12),
        challenge_until=date(2026, 5, 21),
    )
    return rows


def contract(rows: SimpleNamespace, *, signed: bool = True) -> SimpleNamespace:
    """The contract with three instalments, signed or still a draft."""
    moment = noon(2026, 5, 25)
    rows.contract = Contract.objects.create(
        award=rows.award,
        number="HQ-330199-2026-0007-C1",
        amount=Decimal("208000.00"),
        term_start=date(2026, 7, 1),
        term_end=date(2026, 12, 31),
        state="completed" if signed else "drafted",
        drafted_at=moment,
        drafted_by=person("起草人"),
        signed_at=moment if signed else None,
        published_at=moment if signed else None,
    )
    plan = (
        ("合同签订", date(2026, 5, 25), "30", "62400.00"),
        ("中期", date(2026, 8, 31), "40", "83200.00"),
        ("结项", date(2026, 12, 31), "30", "62400.00"),
    )
    rows.instalments = [
        Instalment.objects.create(
            contract=rows.contract,
            position=position,
            name=name,
            due=due,
            percent=Decimal(percent),
            amount=Decimal(amount),
            on_signing=position == 0,
            targets={} if position == 0 else {"sessions": 40, "people": 120},
        )
        for position, (name, due, percent, amount) in enumerate(plan)
    ]
    for position, (key, heading, text) in enumerate(clauses.draft(rows.contract)):
        Clause.objects.create(contract=rows.contract, position=position, key=key, heading=heading, text=text)
    for party in ("buyer", "supplier") if signed else ():
        Signature.objects.create(
            contract=rows.contract,
            party=party,
            by=person(f"签约代表{party}"),
            at=moment,
            content_sha256="ab" * 32,
        )
    return rows


def delivery(rows: SimpleNamespace) -> SimpleNamespace:
    """Three milestones, two of them delivered, scored, accepted; all paid."""
    done = (
        (noon(2026, 5, 25), noon(2026, 5, 25), noon(2026, 6, 1), (), {}, 0),
        (
            noon(2026, 8, 29),
            noon(2026, 9, 3),
            noon(2026, 9, 10),
            ("88", "91"),
            {"sessions": 41, "people": 118},
            3,
        ),
        (
            noon(2026, 12, 28),
            noon(2026, 12, 30),
            noon(2026, 12, 31),
            ("92", "94"),
            {"sessions": 40, "people": 120},
            2,
        ),
    )
    rows.milestones = []
    for row, (delivered, accepted, paid, scores, actual, users) in zip(rows.instalments, done, strict=True):
        milestone = Milestone.objects.create(
            contract=rows.contract,
            instalment=row,
            position=row.position,
            name=row.name,
            due=row.due,
            amount=row.amount,
            on_signing=row.on_signing,
            state="paid",
            delivered_at=None if row.on_signing else delivered,
            delivered_by=None if row.on_signing else person("承接主体员工"),
            score=sum(map(Decimal, scores)) / len(scores) if scores else None,
            accepted_at=accepted,
            paid_at=paid,
        )
        for name, value in actual.items():
            Deliverable.objects.create(
                milestone=milestone, name=name, target=Decimal(row.targets[name]), actual=Decimal(value)
            )
        for position, score in enumerate(scores, start=1):
            MilestoneScore.objects.create(
                milestone=milestone,
                evaluator=person(f"评估员{position}"),
                score=Decimal(score),
                scored_at=accepted,
            )
        if users:
            Acceptance.objects.create(
                milestone=milestone,
                number=f"{rows.contract.number}-A{row.position + 1}",
                at=accepted,
                members=["评估员1", "评估员2", f"服务对象代表 {users} 人"],
                service_users=users,
            )
        Payment.objects.create(
            contract=rows.contract,
            milestone=milestone,
            amount=row.amount,
            paid_at=paid,
            paid_by=person("财务"),
        )
        rows.milestones.append(milestone)
    return rows


def evaluation(rows: SimpleNamespace, population: int = 120) -> SimpleNamespace:
    """The evaluation with 97 answers, computed and published."""
    moment = noon(2027, 1, 8)
    rows.evaluation = Evaluation.objects.create(
        contract=rows.contract,
        state="published",
        weights={
            "residents": "35",
            "station": "15",
            "evaluators": "30",
            "buyer": "10",
            "budget_execution": "10",
        },
        buyer_score=Decimal("90"),
        parts={
            "residents": "86.9845360824742268",
            "station": "92",
            "evaluators": "91.25",
            "buyer": "90",
            "budget_execution": "100",
        },
        total=Decimal("90.62"),
        grade="优",
        collecting_since=moment,
        computed_at=moment,
        reported_at=moment,
        published_at=moment,
    )
    survey = Survey.objects.create(evaluation=rows.evaluation, population=population, closed_at=moment)
    sheets = [AnswerSheet.objects.create(survey=survey, answered_on=date(2027, 1, 8)) for _n in range(97)]
    for item, counts in ANSWERS.items():
        levels = [level for level, count in zip((5, 4, 3, 2, 1), counts, strict=True) for _n in range(count)]
        Answer.objects.bulk_create(
            [Answer(sheet=sheet, item=item, level=level) for sheet, level in zip(sheets, levels, strict=True)]
        )
    for _n in range(4):
        AnswerSheet.objects.create(survey=survey, answered_on=date(2027, 1, 8), eligible=False)
    StationRating.objects.create(evaluation=rows.evaluation, station=rows.station, score=Decimal("92"), rated_at=moment)
    return rows


def whole(population: int = 120) -> SimpleNamespace:
    """Everything, from the need to the verdict."""
    return evaluation(delivery(contract(award(bidding(project())))), population)
