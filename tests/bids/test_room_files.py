"""Files of an offer: whole, by pieces, resumed after a lost one, refused in words; and what is left behind: nothing."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.test import override_settings

from procurement.bids import attachments, deadlines
from procurement.bids.models import Attachment, BidDraft
from procurement.common import vault
from procurement.common.models import PrivateFile
from tests.bids import rooms
from tests.common import upload_files
from workflows.clock import database_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, settings) -> None:
    private = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "private"), "base_url": None},
    }
    settings.STORAGES = settings.STORAGES | {"private": private}


def stored() -> list[Path]:
    return [path for path in Path(storages["private"].path("")).rglob("*") if path.is_file()]


class TestWhole:
    def test_is_attached_and_read_back(self) -> None:
        room = rooms.room()
        content = upload_files.pdf(author="张三")
        assert room.attach("方案.pdf", content, criterion="S").status_code == 302
        attachment = Attachment.objects.get()
        told = attachments.details(attachment)
        assert (told["name"], told["criterion"], told["author"]) == ("方案.pdf", "S", "张三")
        assert told["sha256"] == hashlib.sha256(content).hexdigest()
        answer = room.client.get(f"/workspace/bids/files/{attachment.file_id}/")
        assert b"".join(answer) == content
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"

    def test_its_name_and_hash_are_readable_nowhere(self) -> None:
        room = rooms.room()
        content = upload_files.pdf()
        room.attach("方案机密.pdf", content)
        row = Attachment.objects.get()
        assert (row.name, row.sha256, row.author, row.file.name) == ("", "", "", "")
        assert hashlib.sha256(content).hexdigest().encode() not in bytes(row.details)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("方案.pdf", upload_files.EXE),
            ("方案.exe", upload_files.EXE),
            ("方案.docx", upload_files.docx({"word/big.bin": b"\x00" * 60_000_000})),
            ("方案.pdf", upload_files.pdf(b"7 0 obj <</S /JavaScript /JS (x)>> endobj\n")),
            ("方案.pdf", b""),
        ],
        ids=["program", "program by name", "bomb", "script", "empty"],
    )
    def test_what_is_refused_is_told_and_left_nowhere(self, name: str, content: bytes) -> None:
        room = rooms.room()
        answer = room.attach(name, content)
        assert answer.status_code == 400
        assert "方案" in answer.content.decode()
        assert stored() == []
        assert not PrivateFile.objects.exists()
        assert not Attachment.objects.exists()

    def test_nothing_at_all_is_named(self) -> None:
        room = rooms.room()
        assert room.client.post(f"{room.path}files/", {}).status_code == 400

    @override_settings(UPLOAD_REQUEST_BYTES=1024 * 1024)
    def test_a_request_too_large_is_told_before_it_is_taken(self) -> None:
        room = rooms.room()
        answer = room.attach("方案.pdf", rooms.big_pdf())
        assert answer.status_code == 413
        assert "1 MB" in answer.content.decode()
        assert stored() == []

    @override_settings(ATTACHMENTS_BYTES=2000)
    def test_all_files_together_have_a_limit(self) -> None:
        room = rooms.room()
        assert room.attach("a.pdf", upload_files.pdf(filler=b" " * 1200)).status_code == 302
        assert room.attach("b.pdf", upload_files.pdf(filler=b" " * 1200)).status_code == 400
        assert Attachment.objects.count() == 1


class TestPieces:
    def test_a_lost_piece_is_sent_again_and_the_rest_is_not(self) -> None:
        room = rooms.room()
        content = rooms.big_pdf()
        begun = room.start("方案.pdf", content).json()
        assert begun["pieces"] == 3
        pieces = [content[n * vault.PIECE : (n + 1) * vault.PIECE] for n in range(3)]
        room.send(begun["id"], 0, pieces[0])
        room.send(begun["id"], 2, pieces[2])
        assert room.finish(begun["id"]).status_code == 409  # one is missing: the upload stays
        status = room.client.get(f"{room.path}uploads/{begun['id']}/").json()
        assert (status["received"], status["complete"]) == ([0, 2], False)
        assert room.send(begun["id"], 1, pieces[1]).json()["received"] == [0, 1, 2]
        assert room.send(begun["id"], 1, pieces[1]).status_code == 200  # the answer was lost, not the piece
        done = room.finish(begun["id"]).json()
        assert done["sha256"] == hashlib.sha256(content).hexdigest()
        assert room.finish(begun["id"]).status_code == 200
        assert b"".join(room.client.get(f"/workspace/bids/files/{begun['id']}/")) == content
        assert len(stored()) == 3

    def test_a_piece_that_changed_on_its_way_is_refused(self) -> None:
        room = rooms.room()
        begun = room.start("方案.pdf", rooms.big_pdf()).json()
        assert room.send(begun["id"], 0, b"x" * vault.PIECE, hashlib.sha256(b"y").hexdigest()).status_code == 409
        assert room.send(begun["id"], 0, b"short").status_code == 409
        assert room.send(begun["id"], 7, b"x").status_code == 409
        assert room.send(begun["id"], 0, b"x" * vault.PIECE, "no hash").status_code == 400
        assert room.send(begun["id"], 0, b"x" * (vault.PIECE + 1)).status_code == 413
        assert stored() == []

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("方案.pdf", upload_files.EXE + b"x" * 100),
            ("方案.pdf", upload_files.pdf(b"7 0 obj <</S /JavaScript /JS (x)>> endobj\n")),
            ("方案.docx", upload_files.docx({"word/big.bin": b"\x00" * 60_000_000})),
        ],
        ids=["program", "script", "bomb"],
    )
    def test_content_that_is_refused_is_deleted(
        self, name: str, content: bytes, django_capture_on_commit_callbacks
    ) -> None:
        room = rooms.room()
        begun = room.start(name, content).json()
        room.send(begun["id"], 0, content)
        with django_capture_on_commit_callbacks(execute=True):
            answer = room.finish(begun["id"])
        assert answer.status_code == 400
        assert name in answer.json()["error"]
        assert stored() == []
        assert not Attachment.objects.exists()
        assert not PrivateFile.objects.exists()

    def test_another_file_than_was_promised_is_refused(self) -> None:
        room = rooms.room()
        content = upload_files.pdf()
        begun = room.start("方案.pdf", content, sha256="0" * 64).json()
        room.send(begun["id"], 0, content)
        assert room.finish(begun["id"]).status_code == 400

    @pytest.mark.parametrize(
        ("given", "named"),
        [
            ({"name": "a.exe", "size": "10"}, "a.exe"),
            ({"name": "a.pdf", "size": "0"}, "a.pdf"),
            ({"name": "a.pdf", "size": str(200 * 1024 * 1024)}, "200 MB"),
            ({"name": "a.pdf", "size": "-1"}, "size"),
            ({"name": "a.pdf", "size": "x"}, "size"),
            ({"name": "a.pdf"}, "size"),
            ({"size": "10"}, "file"),
            ({"name": "a.pdf", "size": "10", "sha256": "zz"}, "sha256"),
        ],
    )
    def test_what_need_not_be_sent_is_told_at_once(self, given: dict[str, str], named: str) -> None:
        room = rooms.room()
        answer = room.client.post(f"{room.path}uploads/", given, **rooms.JSON)
        assert answer.status_code == 400
        assert named in answer.json()["error"]
        assert not Attachment.objects.exists()

    def test_an_unfinished_upload_is_not_sealed(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        begun = room.start("方案.pdf", rooms.big_pdf()).json()
        assert "disabled" in room.client.get(f"{room.path}review/").content.decode()
        assert room.seal().status_code == 409
        room.client.post(f"{room.path}uploads/{begun['id']}/remove/")
        assert room.seal().status_code == 302

    def test_a_stranger_to_the_upload_finds_nothing(self) -> None:
        room = rooms.room()
        assert room.client.get(f"{room.path}uploads/{uuid4()}/").status_code == 404
        assert room.client.get(f"/workspace/bids/files/{uuid4()}/").status_code == 404


class TestSweeping:
    def test_abandoned_uploads_go_after_two_days(self, django_capture_on_commit_callbacks) -> None:
        room = rooms.room()
        left = room.start("方案.pdf", rooms.big_pdf()).json()["id"]
        room.send(left, 0, rooms.big_pdf()[: vault.PIECE])
        kept = room.upload("表.pdf", upload_files.pdf())
        assert list(deadlines.due(database_now())) == []
        PrivateFile.objects.update(created_at=database_now() - timedelta(days=2, minutes=1))
        with django_capture_on_commit_callbacks(execute=True):
            for _when, action in deadlines.due(database_now()):
                action()
        assert [str(row.file_id) for row in Attachment.objects.all()] == [kept]
        assert len(stored()) == 1

    def test_drafts_go_a_month_after_the_deadline(self, django_capture_on_commit_callbacks) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        room.upload("表.pdf", upload_files.pdf())
        call = room.lot.call
        type(call).objects.filter(pk=call.pk).update(deadline=database_now() - timedelta(days=31))
        with django_capture_on_commit_callbacks(execute=True):
            for _when, action in deadlines.due(database_now()):
                action()
        assert not BidDraft.objects.exists()
        assert stored() == []
