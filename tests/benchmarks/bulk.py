"""A site with very many rows, written directly: these figures are about reading, not about the acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, models
from django.utils import timezone

from procurement.accounts.models import Organisation
from procurement.awards.models import Award
from procurement.bids.models import Bid
from procurement.calls.models import Call, Criterion, Lot
from procurement.contracts.models import Contract
from procurement.needs.models import Need
from procurement.projects.models import Project
from tests.cms import rows

BUYERS, SUPPLIERS, BATCH = 300, 500, 5000
STRIDE = 1_000_000  # between the keys of a row and of its copy
COPIED: tuple[type[models.Model], ...] = (Project, Call, Lot, Criterion, Bid, Award, Contract, Need)
DOMAINS = ("worker", "youth", "children", "family")
METHODS = ("open_tender", "consultation", "negotiation", "own_rule")
TITLES = ("暑期托管与成长陪伴", "困境家庭探访", "骑手驿站运营", "青少年心理服务", "就业技能培训")


def _save(model: type[models.Model], made: Iterator[Any]) -> None:
    while batch := list(islice(made, BATCH)):
        model._base_manager.bulk_create(batch)


def _organisations() -> tuple[list[Organisation], list[Organisation]]:
    kinds = {"trade_union": BUYERS, "social_service": SUPPLIERS}
    for place, (kind, count) in enumerate(kinds.items()):
        if not Organisation.objects.filter(kind=kind, name__startswith="示例").exists():
            fixed: dict[str, Any] = {"staffing": "administrative", "level": "county"} if kind == "trade_union" else {}
            _save(
                Organisation,
                (
                    Organisation(
                        name=f"示例{kind}{n:04d}",
                        code=f"BULK{place}{n:013d}",
                        kind=kind,
                        region=f"3301{n % 12:02d}",
                        **fixed,
                    )
                    for n in range(count)
                ),
            )
    found = Organisation.objects.filter(name__startswith="示例").order_by("pk")
    return list(found.filter(kind="trade_union")), list(found.filter(kind="social_service"))


def _stage(number: int) -> str:
    """One call in twenty is open, whatever their number; of a hundred thousand most are history."""
    return "published" if number % 20 == 0 else "failed" if number % 20 == 1 else "concluded"


def _projects(count: int, pattern: Project, buyers: list[Organisation]) -> Iterator[Project]:
    states = {"published": "tendering", "failed": "failed", "concluded": "delivering"}
    for n in range(count):
        state = states[_stage(n)]
        yield Project(
            number=f"HQ-BULK-{n:06d}",
            title=f"{TITLES[n % 5]}（{n}）",
            summary="为居民提供服务。",
            buyer=buyers[n % BUYERS],
            domain=DOMAINS[n % 4],
            delivery_mode="purchase",
            fund_source="fiscal",
            budget=Decimal(50_000 + n % 97 * 20_000),
            catalogue_item_id=pattern.catalogue_item_id,
            budget_line_id=pattern.budget_line_id,
            term_start=date(2026, 7, 1),
            term_end=date(2026, 12, 31),
            beneficiaries=120,
            state=state,
            formed_at=_then(n),
            drafted_by_id=pattern.drafted_by_id,
            approved_at=_then(n),
            approved_by_id=pattern.approved_by_id,
            end_reason="不足三家。" if state == "failed" else "",
        )


def _then(n: int) -> datetime:
    """A moment of the past two years, the same for the same number."""
    return timezone.now() - timedelta(days=60 + n % 700, minutes=n % 1440)


def _calls(projects: list[Project]) -> Iterator[Call]:
    for project in projects:
        n = int(project.number[-6:])
        state, then = _stage(n), _then(n)
        deadline = timezone.now() + timedelta(days=1 + n % 25) if state == "published" else then + timedelta(days=20)
        yield Call(
            project=project,
            number=f"{project.number}-01",
            method=METHODS[n // 20 % 4],
            ceiling=project.budget,
            requirements="每周一至周五托管，含午餐与安全接送交接；每周两次成长陪伴活动。" * 4,
            qualifications="依法登记的社会组织。",
            deadline=deadline,
            state=state,
            drafted_by_id=project.drafted_by_id,
            published_at=then,
            published_by_id=project.approved_by_id,
            public_key=b"0" * 32,
            opened_at=deadline if state == "concluded" else None,
            ended_at=deadline if state != "published" else None,
            end_reason="不足三家。" if state == "failed" else "",
        )


def _outcomes(lots: list[Lot], suppliers: list[Organisation]) -> None:
    """What followed on every concluded call: bid, award, contract."""
    done = [lot for lot in lots if lot.call.state == "concluded"]
    bids = [
        Bid(
            lot=lot,
            supplier=suppliers[lot.pk % SUPPLIERS],
            number=f"R-{lot.call.number}",
            state="won",
            submitted_at=lot.call.published_at,
            submitted_by_id=lot.call.drafted_by_id,
            opened_at=lot.call.deadline,
            price=lot.ceiling,
            total=Decimal("90.00"),
            rank=1,
        )
        for lot in done
    ]
    _save(Bid, iter(bids))
    by, then = done[0].call.published_by_id, timezone.now() - timedelta(days=30)
    awards = [
        Award(
            lot=bid.lot,
            bid=bid,
            amount=bid.price,
            state="final",
            proposed_at=then,
            confirmed_at=then,
            confirmed_by_id=by,
            noticed_at=then,
            notice_ends=then.date(),
            challenge_until=then.date(),
            final_at=then,
        )
        for bid in bids
    ]
    _save(Award, iter(awards))
    contracts = (
        Contract(
            award=award,
            number=f"{award.lot.call.number}-C1",
            amount=award.amount,
            term_start=date(2026, 7, 1),
            term_end=date(2026, 12, 31),
            state="completed",
            drafted_at=then,
            drafted_by_id=award.lot.call.drafted_by_id,
            signed_at=award.lot.call.deadline,
            published_at=then,
            completed_at=then,
        )
        for award in awards
    )
    _save(Contract, contracts)


def _needs(count: int) -> Iterator[Need]:
    station, buyer, officer = rows.station(), rows.organisation(), rows.person("站点干部")
    for n in range(count):
        yield Need(
            number=f"N-BULK-{n:06d}",
            title=f"{TITLES[n % 5]}（{n}）",
            text="两个孩子放暑假后白天没有人看护。",
            station=station,
            addressed_to=buyer,
            raised_on=date(2026, 3, 2),
            supporters=86,
            state=("submitted", "screened", "adopted")[n % 3],
            submitted_at=_then(n),
            submitted_by=officer,
        )


def plant(count: int) -> None:
    """So many calls with their projects, lots, contracts, and as many needs."""
    buyers, suppliers = _organisations()
    pattern = Project.objects.order_by("pk").first() or rows.project()
    _save(Project, _projects(count, pattern, buyers))
    _save(Call, _calls(list(Project.objects.filter(number__startswith="HQ-BULK-"))))
    calls = list(Call.objects.filter(number__startswith="HQ-BULK-"))
    _save(Lot, (Lot(call=call, ceiling=call.ceiling) for call in calls))
    _save(
        Criterion,
        (
            Criterion(call=call, position=place, code=code, name=name, kind=kind, weight=weight)
            for call in calls
            for place, (code, name, kind, weight) in enumerate(
                (("P", "价格", "price", 20), ("S", "服务方案", "judged", 80))
            )
        ),
    )
    _outcomes(list(Lot.objects.filter(call__in=calls).select_related("call")), suppliers)
    _save(Need, _needs(count))
    _analyse()


def multiply(first: int, last: int) -> None:
    """Copies of everything planted, number ``first`` to ``last``: made inside the database, which is much quicker."""
    with connection.cursor() as cursor:
        for model in COPIED:
            columns = [field.column for field in model._meta.local_concrete_fields]
            values = ", ".join(_copied(field) for field in model._meta.local_concrete_fields)
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values}"  # noqa: S608 - our own names
                f" FROM {model._meta.db_table} CROSS JOIN generate_series({first}, {last}) AS copy WHERE id < {STRIDE}"
            )
    _analyse()


def _copied(field: Any) -> str:
    if field.primary_key or field.related_model in COPIED:
        return f"{field.column} + copy * {STRIDE}"
    if field.unique and isinstance(field, models.CharField):
        return f"{field.column} || '-' || copy"
    return str(field.column)


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
