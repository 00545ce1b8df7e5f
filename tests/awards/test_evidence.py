"""Evidence to a challenge and to its reply: judged by content, encrypted, read by those whom it concerns alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction
from django.test import Client

from procurement.awards import evidence
from procurement.awards.models import Challenge, Evidence
from procurement.common.models import PrivateFile
from tests.awards.test_challenge_pages import REPLY, WORDS, Scene, scene
from tests.factories.accounts import pdf_bytes
from workflows.models import TransitionLog

__all__ = ["scene"]
pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
SECRET = "评分截图与录音说明"


def pdf(name: str = f"{SECRET}.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes() if content is None else content, "application/pdf")


def filed(scene: Scene, *files: Any) -> Challenge:
    return scene.file(files=list(files))


def address(found: Evidence) -> str:
    return f"/workspace/awards/challenges/{found.challenge_id}/evidence/{found.file_id}/"


class TestFiling:
    def test_files_come_with_the_challenge_and_lie_encrypted(self, scene: Scene) -> None:
        found = filed(scene, pdf(), pdf("二.pdf"))
        rows = list(found.evidence.select_related("file"))
        assert [(row.part, row.file.name) for row in rows] == [("filing", f"{SECRET}.pdf"), ("filing", "二.pdf")]
        stored = storages["private"].open(f"vault/{rows[0].file_id.hex[:2]}/{rows[0].file_id.hex}/00000").read()
        assert b"%PDF" not in stored
        log = TransitionLog.objects.get(subject_type="awards.challenge", action="add_evidence")
        assert log.facts["sha256"] == [row.file.sha256 for row in rows]
        assert SECRET not in str(log.facts)

    @pytest.mark.parametrize(
        ("name", "content"),
        [("说明.pdf", b"MZ\x90\x00 no paper"), ("说明.exe", b"MZ"), ("空.pdf", b""), ("图.png", pdf_bytes())],
        ids=["another content", "another type", "empty", "a paper named picture"],
    )
    def test_what_is_not_taken_is_told_and_nothing_is_filed(self, scene: Scene, name: str, content: bytes) -> None:
        given = {
            "kind": "challenge",
            "about": f"result-{scene.award.pk}",
            **WORDS,
            "files": [pdf(), pdf(name, content)],
        }
        answer = scene.client("loser").post(f"/workspace/awards/calls/{scene.call.pk}/file/", given)
        assert answer.status_code == 400
        assert name in answer.content.decode() or not content
        assert WORDS["claims"] in answer.content.decode()
        assert (Challenge.objects.count(), PrivateFile.objects.filter(owner__startswith="challenge").count()) == (0, 0)

    def test_all_files_of_one_request_have_a_limit(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(evidence, "MOST_BYTES", len(pdf_bytes()) * 2 - 1)
        given = {"kind": "challenge", "about": f"result-{scene.award.pk}", **WORDS, "files": [pdf(), pdf("二.pdf")]}
        answer = scene.client("loser").post(f"/workspace/awards/calls/{scene.call.pk}/file/", given)
        assert (answer.status_code, Evidence.objects.count()) == (400, 0)

    def test_more_is_added_until_the_reply_and_not_after_it(self, scene: Scene) -> None:
        found = filed(scene, pdf())
        page = f"/workspace/awards/challenges/{found.pk}/"
        assert scene.client("loser").post(page, {"act": "evidence", "files": [pdf("二.pdf")]}).status_code == 302
        assert scene.client("loser").post(page, {"act": "evidence"}).status_code == 400
        assert scene.client("officer").post(page, {"act": "evidence", "files": [pdf("三.pdf")]}).status_code == 403
        assert found.evidence.count() == 2
        scene.client("officer").post(page, REPLY | {"outcome": "dismiss"})
        assert scene.client("loser").post(page, {"act": "evidence", "files": [pdf("四.pdf")]}).status_code == 409
        assert found.evidence.count() == 2

    def test_a_filing_has_room_for_so_many(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(evidence, "MOST_FILES", 1)
        found = filed(scene, pdf())
        page = f"/workspace/awards/challenges/{found.pk}/"
        assert scene.client("loser").post(page, {"act": "evidence", "files": [pdf("二.pdf")]}).status_code == 409
        assert found.evidence.count() == 1

    def test_it_is_only_added(self, scene: Scene) -> None:
        row = filed(scene, pdf()).evidence.get()
        with pytest.raises(InternalError), transaction.atomic():
            row.delete()


class TestReading:
    def test_the_filer_the_buyer_and_the_supervisors_read_it_and_nobody_else(self, scene: Scene) -> None:
        row = filed(scene, pdf()).evidence.get()
        found = {name: scene.client(name).get(address(row)).status_code for name in scene.people}
        readers = {"loser", "officer", "approver", "supervisor"}
        assert found == {name: 200 if name in readers else 404 for name in scene.people}
        assert Client().get(address(row)).status_code == 302
        answer = scene.client("officer").get(address(row))
        assert b"".join(answer.streaming_content) == pdf_bytes()
        assert answer["Content-Disposition"].startswith("attachment")

    def test_files_of_the_reply_are_read_by_the_same(self, scene: Scene) -> None:
        found = filed(scene)
        page = f"/workspace/awards/challenges/{found.pk}/"
        reply = REPLY | {"outcome": "dismiss", "files": [pdf("复核记录.pdf")]}
        assert scene.client("officer").post(page, reply).status_code == 302
        row = found.evidence.get()
        assert (row.part, scene.client("loser").get(address(row)).status_code) == ("reply", 200)
        assert scene.client("rival").get(address(row)).status_code == 404
        assert "复核记录.pdf" in scene.client("loser").get(page).content.decode()

    def test_a_file_of_another_filing_is_not_there(self, scene: Scene) -> None:
        first = filed(scene, pdf())
        scene.client("officer").post(f"/workspace/awards/challenges/{first.pk}/", REPLY | {"outcome": "dismiss"})
        second = scene.file(about="process")
        other = f"/workspace/awards/challenges/{second.pk}/evidence/{first.evidence.get().file_id}/"
        assert scene.client("loser").get(other).status_code == 404

    def test_the_public_reads_of_no_file(self, scene: Scene) -> None:
        filed(scene, pdf())
        for page in (f"/threads/{scene.project.number}/", f"/threads/{scene.project.number}/log/?page=99"):
            assert SECRET not in Client().get(page).content.decode()
