"""A real worker, woken through the real queue, runs what the transaction left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, transaction

from workflows import jobs
from workflows.models import Job

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 40


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker on this test's own database and queue; no beat, so only a wake-up can set it going."""
    facts = connection.get_connection_params()
    address = f"postgres://{facts['user']}@/{facts['dbname']}?host={quote(str(facts['host']), safe='')}"
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app", "procurement.celery", "worker", "--pool", "solo"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "procurement.settings.test"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        yield process
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_a_commit_wakes_the_worker(worker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    if not settings.HUIQUN_EMBEDDED_DATABASE:
        pytest.skip("the address of a given database is not taken apart here")
    with transaction.atomic():
        job = jobs.enqueue("tests.nothing-to-do", number=1)
    until = time.monotonic() + SECONDS
    while job.state == Job.State.PENDING and time.monotonic() < until:
        assert worker.poll() is None, (tmp_path / "worker.log").read_text()
        time.sleep(0.1)
        job.refresh_from_db()
    assert job.state == Job.State.DONE, (tmp_path / "worker.log").read_text()
    assert job.attempts == 1


class ChangedMindError(Exception):
    pass


@transaction.atomic
def enqueue_and_fail() -> None:
    jobs.enqueue("tests.nothing-to-do", number=2)
    raise ChangedMindError


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_run() -> None:
    with pytest.raises(ChangedMindError):
        enqueue_and_fail()
    assert not Job.objects.filter(kind="tests.nothing-to-do").exists()
