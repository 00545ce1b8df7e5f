"""What may be uploaded: the content decides, and nothing is written anywhere to find out."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory, override_settings

from procurement.common import upload_handler
from procurement.common.uploads import UploadRefused, accept, check_upload, clean_name
from tests.common import upload_files as files

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of this test's own: what is written there is this test's doing."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


TAKEN = [
    ("方案.pdf", files.pdf(), "application/pdf"),
    ("开到首页.PDF", files.pdf(catalog=b"/OpenAction [3 0 R /FitH null]"), "application/pdf"),
    ("turns.pdf", files.pdf(b"8 0 obj <</S /GoTo /D [3 0 R]>> endobj\n", b"/OpenAction 8 0 R"), "application/pdf"),
    ("packed.pdf", files.pdf(files.object_stream(b"7 0 <</Title (x)>>")), "application/pdf"),
    ("方案.docx", files.docx(), files.WORDS),
    ("方案.odt", files.odt(), "application/vnd.oasis.opendocument.text"),
    ("方案.doc", files.ole("WordDocument"), "application/msword"),
    ("表.xls", files.ole("Workbook"), "application/vnd.ms-excel"),
    ("照片.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 40, "image/jpeg"),
    ("照片.png", files.PNG, "image/png"),
    ("照片.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
]
SCRIPT = b"<</S /JavaScript /JS (app.alert(1))>>"
REFUSED = [
    ("program named .pdf", "方案.pdf", files.EXE),
    ("program", "方案.exe", files.EXE),
    ("hidden ending", "方案.pdf.exe", files.pdf()),
    ("no ending", "方案", files.pdf()),
    ("page", "方案.html", b"<script>"),
    ("picture named .pdf", "方案.pdf", files.PNG),
    ("document named .xlsx", "方案.xlsx", files.docx()),
    ("plain archive named .docx", "方案.docx", files.odt()),
    ("empty", "方案.pdf", b""),
    ("cut off", "方案.pdf", b"%PDF-1.7\n1 0 obj"),
    ("script", "方案.pdf", files.pdf(b"7 0 obj " + SCRIPT + b" endobj\n")),
    ("script escaped", "方案.pdf", files.pdf(b"7 0 obj <</S /J#61va#53cript /JS (x)>> endobj\n")),
    ("script packed", "方案.pdf", files.pdf(files.object_stream(b"7 0 " + SCRIPT))),
    (
        "script packed and escaped", "方案.pdf",
        files.pdf(files.object_stream(b"7 0 <</S /#4aavaScript /#4A#53 (x)>>", b"/F#69lter [ /FlateDecode ]")),
    ),
    ("packed otherwise", "方案.pdf", files.pdf(files.object_stream(b"x", b"/Filter /ASCII85Decode"))),
    ("packed twice", "方案.pdf", files.pdf(files.object_stream(b"x", b"/Filter [/ASCIIHexDecode /FlateDecode]"))),
    ("packed by reference", "方案.pdf", files.pdf(files.object_stream(b"x", b"/Filter 12 0 R"))),
    (
        "packed with a predictor", "方案.pdf",
        files.pdf(files.object_stream(b"x", b"/Filter /FlateDecode /DecodeParms <</Predictor 12>>")),
    ),
    ("packed bomb", "方案.pdf", files.pdf(files.object_stream(b"\x00" * (70 * MB)))),
    ("opens a program", "方案.pdf", files.pdf(catalog=b"/OpenAction <</S /Launch /F (cmd.exe)>>")),
    ("opens who knows what", "方案.pdf", files.pdf(catalog=b"/OpenAction 99 0 R")),
    ("file inside", "方案.pdf", files.pdf(b"7 0 obj <</Type /EmbeddedFile>> endobj\n")),
    ("password", "方案.pdf", files.pdf().replace(b"trailer <<", b"trailer <</Encrypt 8 0 R ")),
    ("macros", "方案.docx", files.docx({"word/vbaProject.bin": b"x"})),
    ("macro types", "方案.docx", files.docx(types="application/vnd.ms-word.document.macroEnabled.main+xml")),
    ("controls", "方案.docx", files.docx({"word/activeX/activeX1.bin": b"x"})),
    (
        "template from elsewhere", "方案.docx",
        files.docx({"word/_rels/settings.xml.rels": b'<R Type="x/attachedTemplate" TargetMode="External"/>'}),
    ),
    ("macros of old", "方案.doc", files.ole("WordDocument", "_VBA_PROJECT")),
    ("macros in open document", "方案.odt", files.odt({"Basic/Standard/Module1.xml": b"x"})),
    ("password of office", "方案.docx", files.ole("EncryptedPackage")),
    ("other old file", "方案.doc", files.ole("Installer")),
    ("bomb", "方案.docx", files.docx({"word/media/big.bin": b"\x00" * 60_000_000})),
    ("bomb that lies", "方案.docx", files.lying_zip()),
    ("bomb of names", "方案.docx", files.docx({f"word/{n}": b"" for n in range(4100)})),
    ("way out", "方案.docx", files.docx({"../../etc/passwd": b"x"})),
    ("broken", "方案.docx", files.docx()[:-40]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "media_type"), TAKEN, ids=[row[0] for row in TAKEN])
def test_is_taken_for_what_it_is(name: str, content: bytes, media_type: str) -> None:
    file = files.upload(name, content)
    checked = check_upload(file)
    assert (checked.name, checked.media_type, checked.size) == (name, media_type, len(content))
    assert file.tell() == 0


@pytest.mark.parametrize(("why", "name", "content"), REFUSED, ids=[row[0] for row in REFUSED])
def test_is_refused_in_words(why: str, name: str, content: bytes, temporary: Path) -> None:
    with pytest.raises(UploadRefused) as refusal:
        check_upload(files.upload(name, content))
    assert "方案" in refusal.value.message
    assert list(temporary.iterdir()) == []


def test_size_is_limited_whatever_is_declared() -> None:
    lying = files.upload("a.pdf", files.pdf(filler=b" " * MB))
    lying.size = 10
    with pytest.raises(UploadRefused, match="MB"):
        check_upload(lying, max_bytes=MB)


def test_kinds_can_be_narrowed() -> None:
    with pytest.raises(UploadRefused, match="pdf"):
        check_upload(files.upload("a.png", files.PNG), kinds=("pdf",))
    assert accept(("pdf", "image")) == ".pdf,.png,.jpg,.jpeg,.webp"


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("C:\\Users\\me\\方案.pdf", "方案.pdf"),
        ("../../x.pdf", "x.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("\x00\n", "file"),
        ("名" * 300 + ".pdf", "名" * 146 + ".pdf"),
    ],
)
def test_names_are_cleaned(given: str, clean: str) -> None:
    assert clean_name(given) == clean


class TestArrival:
    def test_files_stay_in_memory(self, temporary: Path) -> None:
        request = RequestFactory().post("/x/", {"file": files.upload("a.pdf", b"x" * 4 * MB)})
        assert isinstance(request.FILES["file"].file, BytesIO)
        assert list(temporary.iterdir()) == []

    def test_editors_may_use_temporary_files(self) -> None:
        request = RequestFactory().post("/cms/images/add/", {"file": files.upload("a.png", b"x" * 4 * MB)})
        assert hasattr(request.FILES["file"], "temporary_file_path")

    def test_a_body_of_200_mb_is_told_so_and_left_nowhere(self, temporary: Path) -> None:
        class Endless(BytesIO):
            given = 0

            def read(self, size: int | None = -1) -> bytes:
                assert size is not None
                assert 0 <= size <= MB
                Endless.given += size
                return b"x" * size

        request = RequestFactory().post("/x/", b"", content_type="multipart/form-data; boundary=x")
        request.META["CONTENT_LENGTH"] = str(200 * MB)
        request._stream = Endless()  # type: ignore[attr-defined]
        answer = upload_handler.refuse_large_bodies(lambda request: pytest.fail("reached the page"))(request)
        assert answer.status_code == 413
        assert "12 MB" in answer.content.decode()
        assert Endless.given == 200 * MB
        assert list(temporary.iterdir()) == []

    def test_scripts_are_told_in_json(self) -> None:
        request = RequestFactory().post("/x/", b"", content_type="text/plain", HTTP_ACCEPT="application/json")
        request.META["CONTENT_LENGTH"] = str(200 * MB)
        answer: Any = upload_handler.refuse_large_bodies(lambda request: pytest.fail("reached"))(request)
        assert answer.status_code == 413
        assert b"error" in answer.content

    @override_settings(UPLOAD_REQUEST_BYTES=MB)
    def test_a_length_that_lies_is_found_while_reading(self) -> None:
        request = RequestFactory().post("/x/", {"file": files.upload("a.pdf", b"x" * 2 * MB)})
        with pytest.raises(Exception, match="larger than UPLOAD_REQUEST_BYTES"):
            request.FILES  # noqa: B018 - reading is the act
