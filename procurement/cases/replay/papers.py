"""The documents of a replayed thread, as PDF files."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from procurement.awards import documents as award_documents
from procurement.awards.models import Award, Panel
from procurement.bids import documents as bid_documents
from procurement.bids.models import Bid
from procurement.cases.replay.play import Play
from procurement.common.pdf_press import Press
from procurement.contracts import documents as contract_documents
from procurement.contracts.models import Contract
from procurement.delivery import documents as delivery_documents
from procurement.delivery.models import Acceptance
from procurement.evaluation import documents as evaluation_documents
from procurement.evaluation.models import Evaluation


def _wanted(play: Play) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """``(kind, file name, how to make it)`` of every document the thread has come to."""
    call = play.call
    if call is None:
        return
    bids = Bid.objects.filter(lot__call=call).exclude(state="draft").order_by("pk")
    for number, bid in enumerate(bids, start=1):
        yield "receipt", f"receipt-{number}.pdf", lambda bid=bid: bid_documents.receipt(bid)
    call.refresh_from_db()
    if call.opened_at is not None:
        yield "opening_record", "opening_record.pdf", lambda: bid_documents.opening_record(call)
    if Panel.objects.filter(call=call, state="signed").exists():
        for lot in call.lots.filter(failed_reason="").order_by("pk"):
            name = _name("scoring_report", lot.code)
            yield "scoring_report", name, lambda lot=lot: award_documents.scoring_report(lot)
    noticed = Award.objects.filter(lot__call=call, state__in=["noticed", "challenged", "dismissed", "final"]).order_by(
        "lot_id"
    )
    for award in noticed.select_related("lot"):
        yield (
            "award_letter",
            _name("award_letter", award.lot.code),
            lambda a=award: award_documents.award_letter(a),
        )
    for contract in Contract.objects.filter(award__lot__call=call, signed_at__isnull=False).order_by("pk"):
        code = contract.award.lot.code
        yield "contract", _name("contract", code), lambda c=contract: contract_documents.contract(c)
        for row in Acceptance.objects.filter(milestone__contract=contract).order_by("milestone__position"):
            name = _name("acceptance", code, str(row.milestone.position + 1))
            yield "acceptance", name, lambda r=row: delivery_documents.acceptance(r.milestone)
    reported = Evaluation.objects.filter(contract__award__lot__call=call, reported_at__isnull=False).order_by("pk")
    for found in reported.select_related("contract__award__lot"):
        name = _name("evaluation_report", found.contract.award.lot.code)
        yield "evaluation_report", name, lambda e=found: evaluation_documents.evaluation_report(e)


def _name(kind: str, *parts: str) -> str:
    """A lot's code may hold anything; only letters and digits go into a file name."""
    clean = ["".join(c for c in part if c.isalnum()) for part in parts if part]
    return "-".join([kind, *clean]) + ".pdf"


def write(play: Play, folder: Path, *, say: Callable[[str], None], seconds: dict[str, float]) -> list[dict[str, Any]]:
    """Writes every document into ``folder`` and lists them: kind, file, SHA-256, pages."""
    started = time.perf_counter()
    with Press() as press:
        ordered = []
        for kind, name, make in _wanted(play):
            ordered.append((kind, name, press.order(make)))
        seconds["documents composed"] = time.perf_counter() - started
        started = time.perf_counter()
        listed = []
        for kind, name, coming in ordered:
            pdf = coming.result()
            (folder / name).write_bytes(pdf.bytes)
            say(f"{name}: {pdf.pages} pages")
            listed.append({"kind": kind, "file": name, "sha256": pdf.sha256, "pages": pdf.pages})
    seconds["documents printed"] = time.perf_counter() - started
    return listed


def move(folder: Path, out: Path) -> None:
    """Puts finished files in place, each in one step, so that no half-written file is ever seen."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        half = out / f".{path.name}.part"
        shutil.copyfile(path, half)
        os.replace(half, out / path.name)
