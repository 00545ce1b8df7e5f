"""Rows as the acts would leave them, written directly: these tests are about what pages show, not about the acts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from procurement.accounts.models import Membership, Organisation, User
from procurement.awards.models import Award
from procurement.bids.models import Bid
from procurement.calls.models import Call, Criterion, Lot
from procurement.contracts.models import Contract
from procurement.evaluation.models import Evaluation
from procurement.needs.models import Need
from procurement.projects.models import BudgetLine, CatalogueItem, Notice, Project

_serial = count(1)
# 统一社会信用代码 that pass both checks (RULES §9); the second is the supplier's
BUYER_CODE, SUPPLIER_CODE = "13330199MC90001741", "52330100MJ90001374"


def person(name: str, organisation: Organisation | None = None, *roles: str) -> User:
    user, made = User.objects.get_or_create(username=name, defaults={"display_name": name})
    if made:
        user.set_password("Correct-horse-9")
        user.save()
    if organisation is not None:
        Membership.objects.update_or_create(user=user, organisation=organisation, defaults={"roles": list(roles)})
    return user


def organisation(name: str = "示例县总工会", code: str = BUYER_CODE, kind: str = "trade_union") -> Organisation:
    found, _made = Organisation.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "kind": kind,
            "staffing": "administrative",
            "level": "county",
            "region": "330199",
        },
    )
    return found


def station(name: str = "城东社区党群服务中心") -> Organisation:
    found, _made = Organisation.objects.get_or_create(name=name, region="330199", kind="station")
    return found


def project(title: str = "新市民子女暑期托管与成长陪伴", state: str = "tendering", **more: Any) -> Project:
    buyer = more.pop("buyer", None) or organisation()
    drafter, approver = person("起草人"), person("审批人")
    now = timezone.now()
    item, _made = CatalogueItem.objects.get_or_create(organisation=buyer, name="儿童关爱服务")
    line, _made = BudgetLine.objects.get_or_create(
        organisation=buyer,
        year=2026,
        name="服务职工",
        fund_source="fiscal",
        defaults={"amount": Decimal(90_000_000)},
    )
    values = {
        "number": f"HQ-330199-2026-{next(_serial):04d}",
        "summary": "为 120 名新市民子女提供暑期托管与成长陪伴。",
        "domain": "children",
        "delivery_mode": "purchase",
        "fund_source": "fiscal",
        "budget": Decimal("210000.00"),
        "term_start": date(2026, 7, 1),
        "term_end": date(2026, 12, 31),
        "beneficiaries": 120,
        "formed_at": now - timedelta(days=60),
        "approved_at": now - timedelta(days=50),
        "intended_at": now - timedelta(days=45),
        "closed_at": now if state == "closed" else None,
        "end_reason": "有效投标人不足三家。" if state in ("failed", "terminated") else "",
    } | more
    return Project.objects.create(
        title=title,
        state=state,
        buyer=buyer,
        catalogue_item=item,
        budget_line=line,
        drafted_by=drafter,
        approved_by=approver,
        **values,
    )


def call(
    of: Project | None = None,
    state: str = "published",
    deadline: datetime | None = None,
    criteria: bool = True,
    lots: int = 1,
    **more: Any,
) -> Call:
    of = of or project()
    now = timezone.now()
    deadline = deadline or now + timedelta(days=9)
    public = state != "draft"
    values = {
        "number": f"{of.number}-01",
        "method": "consultation",
        "ceiling": of.budget,
        "requirements": "每周一至周五 8:30–17:30 托管，含午餐与安全接送交接；每周两次成长陪伴活动。",
        "qualifications": "依法登记的社会组织，具有青少年服务经验，近三年无重大违法记录。",
        "published_at": now - timedelta(days=14) if public else None,
        "published_by": person("审批人") if public else None,
        "public_key": b"0" * 32 if public else None,
        "opened_at": deadline if state in ("opened", "concluded") else None,
        "ended_at": now if state in ("concluded", "failed", "cancelled") else None,
        "end_reason": "有效供应商不足两家。" if state in ("failed", "cancelled") else "",
    } | more
    made = Call.objects.create(project=of, state=state, deadline=deadline, drafted_by=person("起草人"), **values)
    for number in range(lots):
        Lot.objects.create(
            call=made,
            code="" if lots == 1 else f"L{number + 1}",
            name="" if lots == 1 else f"第 {number + 1} 包",
            ceiling=made.ceiling,
        )
    if criteria:
        for position, (code, name, kind, weight) in enumerate(
            (
                ("P", "价格", "price", 20),
                ("S", "服务方案", "judged", 50),
                ("T", "团队与经验", "judged", 20),
                ("H", "承诺服务时长", "quantity", 10),
            )
        ):
            Criterion.objects.create(call=made, position=position, code=code, name=name, kind=kind, weight=weight)
    return made


def notice(of: Call, kind: str = "call", **fields: str) -> Notice:
    return Notice.objects.create(
        project=of.project,
        number=f"{of.project.number}-N{next(_serial)}",
        kind=kind,
        title=of.project.title,
        fields={"number": of.number, "name": of.project.title} | fields,
        published_at=of.published_at or timezone.now(),
        published_by=person("审批人"),
    )


def need(title: str = "暑期双职工家庭孩子没人带", state: str = "submitted", **more: Any) -> Need:
    public = state != "draft"
    values = {
        "number": f"N-{next(_serial):05d}",
        "text": "两个孩子放暑假后白天没有人看护。",
        "raised_on": date(2026, 3, 2),
        "supporters": 86,
        "submitted_at": timezone.now() if public else None,
        "submitted_by": person("站点干部") if public else None,
        "decline_reason": "属交警职责，已转交。" if state == "declined" else "",
    } | more
    return Need.objects.create(title=title, state=state, station=station(), addressed_to=organisation(), **values)


def bid(of: Call, state: str = "submitted", **more: Any) -> Bid:
    supplier = more.pop("supplier", None) or organisation("丙社会工作服务中心", SUPPLIER_CODE, "social_service")
    return Bid.objects.create(
        lot=of.lots.first(),
        supplier=supplier,
        number=f"R-{next(_serial)}",
        state=state,
        submitted_at=timezone.now(),
        submitted_by=person("承接方"),
        **more,
    )


def evaluation(
    title: str = "职工亲子阅读计划", grade: str = "优", total: str = "92.30", state: str = "published"
) -> Evaluation:
    now = timezone.now()
    of = call(
        project(title, state="closed"),
        state="concluded",
        deadline=now - timedelta(days=200),
        published_at=now - timedelta(days=230),
    )
    won = bid(of, state="won", total=Decimal("91.48"), rank=1, price=Decimal("208000.00"))
    award = Award.objects.create(
        lot=won.lot,
        bid=won,
        amount=won.price,
        state="final",
        proposed_at=now,
        confirmed_at=now,
        confirmed_by=person("审批人"),
        noticed_at=now,
        notice_ends=date(2026, 5, 12),
        challenge_until=date(2026, 5, 21),
        final_at=now,
    )
    contract = Contract.objects.create(
        award=award,
        number=f"{of.project.number}-C1",
        amount=award.amount,
        term_start=date(2026, 7, 1),
        term_end=date(2026, 12, 31),
        state="completed",
        drafted_at=now,
        drafted_by=person("起草人"),
        signed_at=now,
        published_at=now,
        completed_at=now,
    )
    return Evaluation.objects.create(
        contract=contract,
        state=state,
        weights={},
        parts={"residents": "86.98"},
        total=Decimal(total),
        grade=grade,
        computed_at=now,
        published_at=now if state == "published" else None,
    )
