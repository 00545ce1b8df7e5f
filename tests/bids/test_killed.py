"""Kill -9 in the middle of a submission, of an opening, of a job after an award: nothing half done, nothing missing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from procurement.accounts.enums import Role
from procurement.bids import drafts, verification
from procurement.bids.enums import Round
from procurement.bids.models import Attachment, Bid, BidDraft, Envelope
from procurement.calls.models import Call
from procurement.common import leftovers, vault
from tests import processes
from tests.bids import openings
from tests.common import upload_files
from tests.factories.accounts import OrganisationFactory, pdf_bytes, who
from tests.factories.awards import AwardFactory
from tests.factories.calls import CallFactory
from workflows import chain
from workflows.clock import database_now
from workflows.models import Job
from workflows.tasks import run_due_jobs

pytestmark = pytest.mark.django_db(transaction=True)
HALTING = "tests.halting:application"
SECONDS = 60


def until(what: Callable[[], Any], says: Callable[[], str]) -> Any:
    ends = time.monotonic() + SECONDS
    while not (found := what()):
        assert time.monotonic() < ends, says()
        time.sleep(0.1)
    return found


def killed_while(ask: Callable[[int], Any], at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asks a server that stands still at ``at``, and kills it there with all it has started."""
    sign = tmp_path / "halted"
    monkeypatch.setenv("HALT_AT", at)
    monkeypatch.setenv("HALT_SIGN", str(sign))

    def asking() -> None:
        with suppress(OSError, EOFError):
            ask(port)

    with processes.web(tmp_path / "halting.log", application=HALTING) as (server, port):
        asker = threading.Thread(target=asking)
        asker.start()
        until(sign.exists, server.said)
        server.kill()
        asker.join(timeout=SECONDS)
    monkeypatch.delenv("HALT_AT")


def test_a_submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = CallFactory(published=True)
    Call.objects.filter(pk=call.pk).update(deadline=database_now() + timedelta(days=1))
    lot, supplier = call.lots.get(), OrganisationFactory(supplier=True)
    person = who(supplier, Role.SUPPLIER)["by"]
    flat = {"price": "8万", "quantity_H": "400", "proposal": "每周五天。"}
    drafts.save(lot, supplier, str(Round.FIRST), flat, version=0, by=person)
    path = f"/workspace/bids/{lot.pk}/"

    def submit(port: int) -> tuple[int, str, str]:
        return processes.Visitor(port, person).post(f"{path}review/", version="1", sure="on")

    killed_while(submit, "workflows.jobs.enqueue", tmp_path, monkeypatch)  # sealed and logged, not committed
    assert not Bid.objects.filter(lot=lot).exists()
    assert not Envelope.objects.exists()
    assert drafts.read(BidDraft.objects.get()) == flat
    assert list(chain.faults()) == []
    with processes.web(tmp_path / "again.log") as (_server, port):
        status, leads_to, _page = submit(port)
        assert (status, leads_to) == (302, f"{path}receipt/")
        bid = Bid.objects.get(lot=lot)
        assert bid.number in processes.Visitor(port, person).get(leads_to)[2]
    assert (bid.state, bid.envelopes.count(), BidDraft.objects.count()) == ("submitted", 1, 0)
    assert Job.objects.filter(kind="bid.submitted", arguments={"bid_id": bid.pk}).count() == 1
    assert list(chain.faults()) == []


def test_an_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = openings.past_deadline()
    first, second = (who(call.project.buyer, Role.OFFICER, number)["by"] for number in (1, 2))
    path = f"/workspace/bids/openings/{call.pk}/"
    form = {"do": "confirm", "round": "first", "sure": "on"}

    def confirm(port: int, person: Any = second) -> tuple[int, str, str]:
        return processes.Visitor(port, person).post(path, **form)

    openings.officer(call).do("confirm")
    # every envelope is open and logged, nothing is committed
    killed_while(confirm, "procurement.bids.similarity.flag", tmp_path, monkeypatch)
    assert call.fresh().state == "published"
    assert set(Bid.objects.values_list("state", flat=True)) == {"submitted"}
    assert not Bid.objects.filter(price__isnull=False).exists()
    assert [word.officer for word in call.confirmations.all()] == [first]
    assert not Job.objects.filter(kind="call.opened").exists()
    assert list(chain.faults()) == []
    with processes.web(tmp_path / "again.log") as (_server, port):
        assert confirm(port)[0] == 302
    assert call.fresh().state == "opened"
    assert call.project.fresh().state == "opened"
    assert [str(price) for price in Bid.objects.values_list("price", flat=True)] == ["80000.00"] * 3
    assert Job.objects.filter(kind="call.opened", arguments={"call_id": call.pk}).count() == 1
    assert list(verification.faults(call)) == []
    assert list(chain.faults()) == []


def test_a_worker_after_an_award(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    award = AwardFactory(noticed=True)
    wanted = Job.objects.get(kind="award.noticed", arguments={"award_id": award.pk})
    Job.objects.exclude(pk=wanted.pk).delete()  # the others' papers and pages are not what is asked here
    monkeypatch.setenv("HALT_SIGN", str(tmp_path / "halted"))
    monkeypatch.setenv("HALT_JOB", "award.noticed")
    worker = ["-m", "celery", "--app", "tests.halting", "worker", "--pool", "solo"]
    first = processes.Process(worker, tmp_path / "worker.log")
    try:
        run_due_jobs.delay()
        until((tmp_path / "halted").exists, first.said)
    finally:
        first.kill()
    wanted.refresh_from_db()
    assert (wanted.state, wanted.attempts) == ("pending", 1)
    assert wanted.leased_until is not None
    assert not (tmp_path / "halted.told").exists()
    # five minutes pass, in which the row is the killed worker's
    Job.objects.filter(pk=wanted.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    second = processes.Process(worker, tmp_path / "worker2.log")
    try:
        run_due_jobs.delay()
        until(lambda: Job.objects.filter(pk=wanted.pk, state="done").exists(), second.said)
    finally:
        second.stop()
    assert (tmp_path / "halted.told").read_text().splitlines() == [str({"award_id": award.pk})]
    assert Job.objects.get(pk=wanted.pk).attempts == 2
    assert award.fresh().state == "noticed"
    assert list(chain.faults()) == []


def test_a_whole_file_upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Its ciphertext lies there, named by nobody; it is swept after the grace period, and nothing else is."""
    call = CallFactory(published=True)
    Call.objects.filter(pk=call.pk).update(deadline=database_now() + timedelta(days=1))
    lot, supplier = call.lots.get(), OrganisationFactory(supplier=True)
    person = who(supplier, Role.SUPPLIER)["by"]
    kept = vault.keep(SimpleUploadedFile("证书.pdf", pdf_bytes(), "application/pdf"), owner="test")
    before = {path for path, _pk in leftovers.unnamed()}
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="plan.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + upload_files.pdf() + b"\r\n--x--\r\n"
    )

    def upload(port: int) -> tuple[int, str, str]:
        headers = {"Content_Type": "multipart/form-data; boundary=x"}
        return processes.Visitor(port, person).send("POST", f"/workspace/bids/{lot.pk}/files/", form, **headers)

    killed_while(upload, "procurement.bids.attachments._count_in", tmp_path, monkeypatch)  # stored, not committed
    assert not Attachment.objects.exists()
    (left,) = {path for path, _pk in leftovers.unnamed()} - before
    leftovers.sweep(database_now())
    assert storages["private"].listdir(left)[1]  # it may still be on its way
    leftovers.sweep(database_now() + leftovers.GRACE + timedelta(minutes=1))
    assert left not in {path for path, _pk in leftovers.unnamed()}
    assert left.rpartition("/")[2] in caplog.text.replace("-", "")
    assert vault.fault(kept) == ""
    vault.discard(kept)
