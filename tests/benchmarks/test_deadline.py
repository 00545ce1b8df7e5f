"""A deadline under fire: 200 suppliers in the last seconds before it and the first after it, over two processes.

Asserted is what must be right on any machine: whoever was told "accepted" has a receipt and an envelope that opens with
the very price that was typed; whoever was refused was told why; nobody is lost; nobody late gets in. Speed is printed.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from procurement.accounts.enums import Role
from procurement.bids import drafts
from procurement.bids.enums import Round
from procurement.bids.models import Bid, BidDraft, Envelope
from procurement.calls.models import Call, Lot
from tests import processes
from tests.bids import openings
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.calls import CallFactory
from workflows import chain
from workflows.clock import database_now

SUPPLIERS, WORKERS = 200, 2
BEFORE, AFTER = 10.0, 5.0  # seconds around the deadline in which they send
LEAD = 8.0  # seconds until the first sends
INSERTS = 1000
KEPT = "tests.benchmarks.kept:application"


@dataclass
class Attempt:
    """One supplier's try: when it is sent (seconds from the start), and what came of it."""

    visitor: processes.Visitor
    supplier: Any
    price: Decimal
    at: float
    status: int = 0
    leads_to: str = ""
    page: str = ""
    took: float = 0.0

    @property
    def accepted(self) -> bool:
        return self.status == 302 and self.leads_to.endswith("/receipt/")

    @property
    def refused(self) -> bool:
        return self.status == 409 and "B1" in self.page


def ready(lot: Lot, port: int) -> list[Attempt]:
    """Every supplier with a draft of a price of its own, logged in."""
    chance = random.Random(20260101)  # noqa: S311 - the same storm in every run
    found = []
    for number in range(SUPPLIERS):
        supplier = OrganisationFactory(supplier=True)
        person, price = who(supplier, Role.SUPPLIER)["by"], Decimal(60_000 + number)
        flat = {"price": str(price), "quantity_H": "400", "proposal": f"方案{number}"}
        drafts.save(lot, supplier, str(Round.FIRST), flat, version=0, by=person)
        found.append(Attempt(processes.Visitor(port, person), supplier, price, chance.uniform(0, BEFORE + AFTER)))
    return found


def send(attempt: Attempt, path: str, start: float) -> None:
    time.sleep(max(0.0, start + attempt.at - time.monotonic()))
    sent = time.monotonic()
    attempt.status, attempt.leads_to, attempt.page = attempt.visitor.post(f"{path}review/", version="1", sure="on")
    attempt.took = time.monotonic() - sent


def storm(call: Call, attempts: list[Attempt]) -> datetime:
    """Sets the deadline, lets everybody send at their moment, and returns the deadline."""
    path, start = f"/workspace/bids/{call.lots.get().pk}/", time.monotonic() + LEAD
    deadline = database_now() + timedelta(seconds=LEAD + BEFORE)
    Call.objects.filter(pk=call.pk).update(deadline=deadline)
    with ThreadPoolExecutor(SUPPLIERS) as everybody:
        list(everybody.map(lambda attempt: send(attempt, path, start), attempts))
    return deadline


def inserts() -> float:
    """Bare single-row inserts a second, each its own transaction, on the same database."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (id serial PRIMARY KEY, word text, at timestamptz DEFAULT now())")
        started = time.perf_counter()
        for number in range(INSERTS):
            cursor.execute("INSERT INTO bench_row (word) VALUES (%s)", [str(number)])
        spent = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_row")
    return INSERTS / spent


def judge(call: Call, attempts: list[Attempt], deadline: datetime) -> tuple[int, int]:
    """Compares what each was told with what is there; opens everything. Returns accepted and refused."""
    accepted = [attempt for attempt in attempts if attempt.accepted]
    refused = [attempt for attempt in attempts if attempt.refused]
    others = [(attempt.status, attempt.leads_to, attempt.page[:300]) for attempt in attempts
              if not attempt.accepted and not attempt.refused]  # fmt: skip
    assert others == []  # nobody is lost
    bids = {bid.supplier_id: bid for bid in Bid.objects.filter(lot__call=call, state="submitted")}
    assert set(bids) == {attempt.supplier.pk for attempt in accepted}
    assert set(BidDraft.objects.values_list("supplier", flat=True)) == {attempt.supplier.pk for attempt in refused}
    assert not Envelope.objects.filter(sealed_at__gt=deadline).exists()  # none late gets in
    assert not Bid.objects.filter(submitted_at__gt=deadline).exists()
    for attempt in accepted:
        status, _leads_to, page = attempt.visitor.get(attempt.leads_to)
        assert status == 200
        assert bids[attempt.supplier.pk].number in page
    openings.open_up(call)
    opened = dict(Bid.objects.filter(lot__call=call, state="opened").values_list("supplier", "price"))
    assert opened == {attempt.supplier.pk: attempt.price for attempt in accepted}
    assert list(chain.faults()) == []
    return len(accepted), len(refused)


@pytest.mark.benchmark
@pytest.mark.django_db(transaction=True)
def test_deadline_under_fire(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = CallFactory(published=True)
    Call.objects.filter(pk=call.pk).update(deadline=database_now() + timedelta(days=1))
    with processes.web(tmp_path / "web.log", workers=WORKERS, application=KEPT) as (server, port):
        attempts = ready(call.lots.get(), port)
        rate, used = inserts(), server.processor_seconds()
        deadline = storm(call, attempts)
        used = server.processor_seconds() - used
        assert database_now() > deadline
        accepted, refused = judge(call, attempts, deadline)
    spent = sorted(attempt.took for attempt in attempts)
    p50, p95 = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
    with capsys.disabled():
        print(  # noqa: T201 - a benchmark's purpose
            f"\ndeadline: {SUPPLIERS} suppliers in {BEFORE + AFTER:.0f} s over {WORKERS} processes:"
            f" {accepted} accepted, {refused} refused, {SUPPLIERS - accepted - refused} lost;"
            f" p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms;"
            f" {used / SUPPLIERS * 1000:.0f} ms of the web's processor each; bare single-row inserts {rate:,.0f}/s"
        )
