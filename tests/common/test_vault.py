"""The vault: what lies on the disk is ciphertext, and one changed bit of it is found."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from procurement.common import leftovers, vault
from procurement.common.models import PrivateFile
from procurement.common.sealing import SealBroken
from tests.common import upload_files as files
from workflows.clock import database_now

pytestmark = pytest.mark.django_db
MARK = b"MARKED-PLAINTEXT-"


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, settings) -> None:
    private = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"private": private}


def kept(size: int = 2_500_000) -> tuple[PrivateFile, bytes]:
    content = (MARK * (size // len(MARK) + 1))[:size]
    return vault.keep(files.upload("方案.pdf", content), owner="test:1"), content


def stored(file: PrivateFile) -> list[Path]:
    return sorted(Path(storages["private"].path("vault")).rglob(f"{file.pk.hex}/*"))


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 2_500_000])
def test_comes_out_as_it_went_in(size: int) -> None:
    file, content = kept(size)
    assert b"".join(vault.open_plain(PrivateFile.objects.get(pk=file.pk))) == content
    assert file.complete
    assert vault.fault(file) == ""
    assert len(stored(file)) == vault.pieces(size)


def test_nothing_readable_lies_anywhere() -> None:
    file, _content = kept()
    assert len(stored(file)) == 3
    assert all(MARK not in path.read_bytes() for path in stored(file))
    assert MARK not in bytes(PrivateFile.objects.get().wrapped_key)


@pytest.mark.parametrize("place", [0, 11, 12, 1000, -1])
def test_one_bit_changed_is_found_and_named(place: int) -> None:
    file, _content = kept()
    path = stored(file)[1]
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert str(file.pk) in vault.fault(file)
    with pytest.raises(SealBroken, match=f"piece 1 of file {file.pk}"):
        list(vault.open_plain(file))


def test_pieces_cannot_be_moved_left_out_or_cut() -> None:
    file, _content = kept()
    first, second, third = stored(file)
    was = first.read_bytes()
    first.write_bytes(second.read_bytes())
    with pytest.raises(SealBroken):
        list(vault.open_plain(file))
    first.write_bytes(was)
    third.unlink()
    assert "missing" in vault.fault(file)
    with pytest.raises(SealBroken, match="missing"):
        list(vault.open_plain(file))
    PrivateFile.objects.filter(pk=file.pk).update(size=2 * vault.PIECE)  # as if the file ended before
    with pytest.raises(SealBroken):
        list(vault.open_plain(PrivateFile.objects.get()))


def test_the_key_serves_one_file_of_one_owner(settings) -> None:
    (one, _), (other, _) = kept(10), kept(10)
    PrivateFile.objects.filter(pk=one.pk).update(wrapped_key=other.wrapped_key)
    with pytest.raises(SealBroken):
        vault.key_of(PrivateFile.objects.get(pk=one.pk))
    PrivateFile.objects.filter(pk=other.pk).update(owner="test:2")
    with pytest.raises(SealBroken):
        vault.key_of(PrivateFile.objects.get(pk=other.pk))
    settings.SEALING_KEY = bytes(range(32))
    with pytest.raises(SealBroken):
        vault.key_of(kept_before := one)
    assert kept_before.complete


def test_a_key_can_be_given_away_and_come_back() -> None:
    file, content = kept(100)
    key = vault.key_of(file)
    vault.forget_key(file)
    with pytest.raises(SealBroken, match="sealed envelope"):
        list(vault.open_plain(PrivateFile.objects.get()))
    assert b"".join(vault.open_plain(file, key)) == content
    vault.return_key(file, key)
    assert b"".join(vault.open_plain(PrivateFile.objects.get())) == content


def test_an_upload_that_breaks_off_leaves_nothing() -> None:
    class Breaking:
        name, size, content_type = "a.pdf", 3 * vault.PIECE, ""
        reads = 0

        def seek(self, place: int) -> None:
            pass

        def read(self, size: int) -> bytes:
            self.reads += 1
            if self.reads == 3:
                raise OSError("the line is gone")
            return MARK * 100

    with pytest.raises(OSError, match="gone"):
        vault.keep(Breaking(), owner="test:1")
    assert [path for path in Path(storages["private"].path("")).rglob("*") if path.is_file()] == []


def test_discarded_is_gone(django_capture_on_commit_callbacks) -> None:
    file, _content = kept()
    paths = stored(file)
    with django_capture_on_commit_callbacks(execute=True):
        vault.discard(file)
    assert not PrivateFile.objects.exists()
    assert not any(path.exists() for path in paths)


class TestLeftovers:
    """What no row names is swept once it is old; never what a row names, never what is not the vault's."""

    @staticmethod
    def lose_row(file: PrivateFile) -> Path:
        folder = Path(storages["private"].path(vault._path(file, 0))).parent
        PrivateFile.objects.filter(pk=file.pk).delete()
        return folder

    @staticmethod
    def later() -> datetime:
        return database_now() + leftovers.GRACE + timedelta(minutes=1)

    def test_only_the_nameless_goes(self) -> None:
        (named, _), (lost, _) = kept(), kept()
        folder = self.lose_row(lost)
        assert leftovers.sweep(database_now()) == 0
        assert folder.exists()
        assert leftovers.sweep(self.later()) == 1
        assert not folder.exists()
        assert vault.fault(named) == ""
        assert leftovers.sweep(self.later()) == 0

    def test_an_upload_that_can_be_resumed_is_named_from_its_first_piece(self) -> None:
        file, key = vault.begin("", "", 3 * vault.PIECE, owner="test")
        vault.put_piece(file, key, 1, b"x" * vault.PIECE)
        assert leftovers.sweep(self.later()) == 0

    def test_a_database_that_names_nothing_is_not_believed(self, caplog: pytest.LogCaptureFixture) -> None:
        folder = self.lose_row(kept()[0])
        assert leftovers.sweep(self.later()) == 0
        assert folder.exists()
        assert "nothing is swept" in caplog.text

    def test_what_is_not_the_vaults_is_left_alone(self) -> None:
        kept()
        storages["private"].save("vault/ab/readme/00000", ContentFile(b"not ours"))
        assert leftovers.sweep(self.later()) == 0
        assert storages["private"].exists("vault/ab/readme/00000")
