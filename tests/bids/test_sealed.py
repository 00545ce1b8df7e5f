"""From the first key pressed to the opening, what an offer says is found nowhere; then by those it is for."""

from __future__ import annotations

import logging
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.test import Client

from procurement.accounts.models import Organisation
from procurement.bids import actions, opening, verification
from procurement.bids.enums import Likeness
from procurement.bids.models import Attachment, Bid, Envelope, Similarity
from procurement.calls.models import Call
from procurement.common import embedded, sealing, vault
from procurement.common.models import PrivateFile
from procurement.common.sealing import SealBroken, fingerprint
from tests import threads
from tests.bids import rooms
from tests.common import upload_files
from workflows.clock import database_now
from workflows.errors import TransitionBlocked
from workflows.models import TransitionLog

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A storage and a temporary folder of this test's own."""
    private = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "private"), "base_url": None},
    }
    settings.STORAGES = settings.STORAGES | {"private": private}
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


def dump() -> str:
    """Every row of every table, as text and as the bytes that binary columns hold."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the table's own name
            for row in cursor.fetchall():
                for value in row:
                    text = bytes(value).decode("utf-8", "replace") if isinstance(value, memoryview) else str(value)
                    found.append(text)
    return "\n".join(found)


def redis_values() -> bytes:
    import redis

    socket = embedded.socket_folder(settings.HUIQUN_VAR, "redis") / "redis.sock"
    found = b""
    for number in range(4):
        store = redis.Redis(unix_socket_path=str(socket), db=number)
        for key in store.scan_iter():
            found += bytes(key) + bytes(store.dump(key) or b"")
    return found


def assert_nowhere(places: Path, log: str, *marks: str) -> None:
    rows = dump()
    queue = redis_values() if embedded.redis(settings.HUIQUN_VAR).in_use else b""
    files = [path.read_bytes() for path in places.rglob("*") if path.is_file()]
    for mark in marks:
        assert mark not in rows
        assert mark not in log
        assert mark.encode() not in queue
        assert not any(mark.encode() in content for content in files)


def hand_in(room: rooms.Room, **more: Any) -> Bid:
    room.save(rooms.OFFER | rooms.ANSWERS | {"head": "负责人" + rooms.MARK} | more)
    assert room.seal().status_code == 302
    return Bid.objects.get(supplier__memberships__user=room.user)


def end(call: Call) -> Call:
    """The deadline passes."""
    Call.objects.filter(pk=call.pk).update(deadline=database_now() - timedelta(seconds=1))
    return Call.objects.get(pk=call.pk)


def open_up(call: Call) -> None:
    call = end(call)
    for name in ("officer1", "officer2"):
        opening.confirm_opening(call, by=threads.login(name), organisation=call.project.buyer)


def fill_up(lot: Any) -> None:
    """Two more bidders, so that the consultation may be opened."""
    for number in (1, 2):
        user = rooms.rival(number)
        organisation = Organisation.objects.get(memberships__user=user)
        actions.submit_bid(lot, actions.offer("199000.00", {"H": "100"}), by=user, organisation=organisation)


def test_a_marked_offer_is_found_nowhere(places: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    room = rooms.room()
    price = "198765.43"
    marks = (rooms.MARK, price, "198,765.43", "机密方案文件名")
    room.save(rooms.OFFER | rooms.ANSWERS | {"price": price}, **rooms.JSON)
    begun = room.start("机密方案文件名.pdf", rooms.big_pdf()).json()
    room.send(begun["id"], 0, rooms.big_pdf()[: vault.PIECE])
    assert_nowhere(places, caplog.text, *marks)  # while it comes in
    for number in (1, 2):
        room.send(begun["id"], number, rooms.big_pdf()[number * vault.PIECE : (number + 1) * vault.PIECE])
    room.finish(begun["id"])
    room.attach("机密方案文件名2.pdf", rooms.big_pdf(3_000_000))
    assert_nowhere(places, caplog.text, *marks)
    assert room.seal().status_code == 302
    assert_nowhere(places, caplog.text, *marks)
    assert list((places / "temporary").rglob("*")) == []


class TestSealed:
    def test_the_office_has_no_key_to_the_files_until_the_opening(self) -> None:
        room = rooms.room()
        pk = room.upload("方案.pdf", upload_files.pdf())
        hand_in(room)
        attachment = Attachment.objects.get()
        assert (attachment.draft, bytes(attachment.details)) == (None, b"")
        with pytest.raises(SealBroken, match="sealed envelope"):
            vault.key_of(PrivateFile.objects.get())
        assert room.client.get(f"/workspace/bids/files/{pk}/").status_code == 403

    def test_opened_everything_is_there(self) -> None:
        room = rooms.room()
        content = upload_files.pdf(author="张三")
        pk = room.upload("方案.pdf", content)
        bid = hand_in(room, item_0="驻点", amount_0="12", unit_0="1.65万")
        fill_up(room.lot)
        open_up(room.lot.call)
        bid = bid.fresh()
        assert (bid.state, str(bid.price)) == ("opened", "198000.00")
        assert bid.answers == {"S": f"{rooms.MARK}S", "T": f"{rooms.MARK}T"}
        assert bid.price_table == [{"item": "驻点", "quantity": "12", "unit_price": "16500.00"}]
        assert bid.declared == {"head": "负责人" + rooms.MARK}
        attachment = Attachment.objects.get()
        assert (attachment.name, attachment.author, attachment.fault) == ("方案.pdf", "张三", "")
        assert b"".join(room.client.get(f"/workspace/bids/files/{pk}/")) == content
        page = room.client.get(f"/workspace/bids/offers/{bid.pk}/").content.decode()
        assert rooms.MARK in page
        assert "方案.pdf" in page

    def test_an_offer_of_before_opens_too(self) -> None:
        room = rooms.room()
        fill_up(room.lot)
        hand_in(room)
        open_up(room.lot.call)
        assert [bid.answers for bid in Bid.objects.exclude(supplier__memberships__user=room.user)] == [{}, {}]


class TestTampering:
    def ready(self) -> tuple[rooms.Room, Bid]:
        room = rooms.room()
        room.upload("方案.pdf", rooms.big_pdf())
        bid = hand_in(room)
        fill_up(room.lot)
        return room, bid

    def change_envelope(self, bid: Bid, **columns: Any) -> None:
        with pgtrigger.ignore("bids.Envelope:untouched"):
            Envelope.objects.filter(bid=bid).update(**columns)

    def changed(self, bid: Bid) -> bytes:
        sealed = bytearray(bytes(bid.envelopes.get().sealed))
        sealed[40] ^= 1
        return bytes(sealed)

    def piece(self) -> Path:
        return sorted(path for path in Path(storages["private"].path("vault")).rglob("*") if path.is_file())[1]

    def test_untouched_is_whole(self, capsys: pytest.CaptureFixture[str]) -> None:
        room, _bid = self.ready()
        assert list(verification.faults(room.lot.call)) == []
        call_command("verify_seals")
        assert "3" in capsys.readouterr().out

    def test_one_bit_of_an_envelope_is_found_and_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        room, bid = self.ready()
        self.change_envelope(bid, sealed=self.changed(bid))
        with pytest.raises(SystemExit):
            call_command("verify_seals", call=room.lot.call.number)
        assert bid.number in capsys.readouterr().out
        with pytest.raises(TransitionBlocked) as refusal:
            open_up(room.lot.call)
        assert bid.number in str(refusal.value.reasons[0].message)
        assert Call.objects.get(pk=room.lot.call_id).state == "published"
        assert not Bid.objects.filter(opened_at__isnull=False).exists()

    def test_an_envelope_exchanged_with_its_hash_is_found_by_the_log(self) -> None:
        """The public key is public: whoever may write to the database can seal another offer, but not log it."""
        room, bid = self.ready()
        call = Call.objects.get(pk=room.lot.call_id)
        other = sealing.seal(actions.offer("1.00", {"H": "1"}), bytes(call.public_key), call.number)
        self.change_envelope(bid, sealed=other, sha256=fingerprint(other))
        assert [bid.number in fault for fault in verification.faults(room.lot.call)] == [True]
        self.refused_to_open(call, bid)

    def refused_to_open(self, call: Call, bid: Bid) -> None:
        with pytest.raises(TransitionBlocked) as refusal:
            open_up(call)
        assert bid.number in str(refusal.value.reasons[0].message)
        assert call.fresh().state == "published"
        assert not Bid.objects.filter(opened_at__isnull=False).exists()

    @pytest.mark.parametrize(
        "change", [{"reason": "x"}, {"facts": {"sha256": "0" * 64}}, {"recorded_at": "2020-01-01T00:00Z"}]
    )
    def test_one_bit_of_a_log_row_is_found_and_named(
        self, change: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        room, bid = self.ready()
        with pgtrigger.ignore("workflows.TransitionLog:append_only"):
            TransitionLog.objects.filter(subject_type="bids.bid", subject_id=bid.pk, action="submit").update(**change)
        with pytest.raises(SystemExit):
            call_command("verify_log")
        assert f"Bid#{bid.pk}: row 2 (submit) was edited" in capsys.readouterr().out
        self.refused_to_open(room.lot.call, bid)

    def test_a_log_row_taken_away_is_found_and_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        room, bid = self.ready()
        with pgtrigger.ignore("workflows.TransitionLog:append_only"):
            TransitionLog.objects.filter(subject_type="bids.bid", subject_id=bid.pk, action="draft").delete()
        with pytest.raises(SystemExit):
            call_command("verify_log")
        assert f"Bid#{bid.pk}: row 1 is missing" in capsys.readouterr().out
        self.refused_to_open(room.lot.call, bid)

    def test_one_bit_of_a_stored_file_is_found_and_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        room, bid = self.ready()
        data = bytearray(self.piece().read_bytes())
        data[500] ^= 1
        self.piece().write_bytes(data)
        with pytest.raises(SystemExit):
            call_command("verify_seals")
        said = capsys.readouterr().out
        assert bid.number in said
        file = Attachment.objects.get().file
        assert str(file.pk) in said
        open_up(room.lot.call)  # one file that was changed stops nobody else's opening
        assert verification.mark(room.lot.call) == 1
        answer = room.client.get(f"/workspace/bids/files/{file.pk}/")
        assert answer.status_code == 409
        assert str(file.pk) in answer.content.decode()

    def test_a_file_exchanged_with_its_hash_is_named_at_the_opening(self) -> None:
        room, bid = self.ready()
        PrivateFile.objects.update(sha256="0" * 64)
        open_up(room.lot.call)
        assert "not the one that was sealed" in Attachment.objects.get().fault
        assert TransitionLog.objects.filter(action="attachment_fault", subject_id=bid.pk).exists()


class TestReaders:
    """P9: in a consultation the offers are the bidders' own and the panel's until the award."""

    def opened(self) -> tuple[rooms.Room, Bid, str]:
        room = rooms.room()
        pk = room.upload("方案.pdf", upload_files.pdf())
        bid = hand_in(room)
        fill_up(room.lot)
        open_up(room.lot.call)
        return room, bid, pk

    def status(self, login: str, path: str) -> int:
        client = Client()
        client.force_login(threads.login(login))
        return client.get(path).status_code

    def test_consultation(self) -> None:
        _room, bid, pk = self.opened()
        for path in (f"/workspace/bids/files/{pk}/", f"/workspace/bids/offers/{bid.pk}/"):
            assert Client().get(path).status_code == 302
            assert self.status("supplier", path) == 200
            assert self.status("regulator", path) == 200
            assert self.status("rival1", path) == 404
            assert self.status("officer1", path) == 403
            assert self.status("finance", path) == 403
            assert self.status("expert1", path) == 404
            assert self.status("station", path) == 404

    def test_tender_is_the_buyers_to_read_from_the_opening_on(self) -> None:
        room, bid, pk = self.opened()
        Call.objects.filter(pk=room.lot.call_id).update(method="open_tender")
        for path in (f"/workspace/bids/files/{pk}/", f"/workspace/bids/offers/{bid.pk}/"):
            assert self.status("officer1", path) == 200
            assert self.status("finance", path) == 403
            assert self.status("rival1", path) == 404

    def test_a_panel_member_who_declared_reads(self) -> None:
        from procurement.awards.models import Panel, Seat

        room, _bid, pk = self.opened()
        panel = Panel.objects.create(call=room.lot.call)
        seat = Seat.objects.create(panel=panel, user=threads.login("expert1"), role="expert", position=1)
        path = f"/workspace/bids/files/{pk}/"
        assert self.status("expert1", path) == 404
        Seat.objects.filter(pk=seat.pk).update(declared_at=database_now())
        assert self.status("expert1", path) == 200
        assert self.status("expert2", path) == 404
        Call.objects.filter(pk=room.lot.call_id).update(method="open_tender")
        assert self.status("expert1", path) == 404  # a tender's panel reads when scoring starts
        Panel.objects.filter(pk=panel.pk).update(scoring_at=database_now())
        assert self.status("expert1", path) == 200

    def test_the_price_is_not_on_the_officers_desk_in_a_consultation(self) -> None:
        _room, bid, _pk = self.opened()
        client = Client()
        client.force_login(threads.login("officer1"))
        assert "198,000.00" not in client.get(f"/workspace/bid.qualify/{bid.pk}/").content.decode()


def test_what_bids_have_in_common_is_flagged_after_the_opening() -> None:
    room = rooms.room()
    rival = rooms.Room(room.lot, rooms.rival(1))
    user = rooms.rival(2)
    organisation = Organisation.objects.get(memberships__user=user)
    own = Organisation.objects.get(memberships__user=room.user, code="52330199MJ9000022B")
    both = Organisation.objects.filter(pk__in=[own.pk, organisation.pk])
    both.update(contact="王五 0571-1234", address="幸福路 1 号")
    table = {f"{name}_{n}": str(v) for n in range(3) for name, v in (("item", f"岗位{n}"), ("amount", 1))}
    room.attach("甲.pdf", upload_files.pdf(author="张三"))
    rival.attach("乙.pdf", upload_files.pdf(author="张三"))
    for number, (one, factor) in enumerate(((room, 100), (rival, 90))):
        units = {f"unit_{n}": f"{(n + 1) * 100 * factor}" for n in range(3)}
        price = {"price": str(6 * 100 * factor), "proposal": "x" * number}
        hand_in(one, **table, **units, **price, answer_S="同样的一段话" * 20, answer_T=f"各写各的{number}")
    actions.submit_bid(room.lot, actions.offer("199000.00", {"H": "1"}), by=user, organisation=organisation)
    assert not Similarity.objects.exists()
    open_up(room.lot.call)
    found = {str(row.what): sorted(bid.supplier_id for bid in row.bids.all()) for row in Similarity.objects.all()}
    pair = sorted([own.pk, Organisation.objects.get(name="对手社工中心1").pk])
    assert found == {
        Likeness.CONTACT: sorted([own.pk, organisation.pk]),
        Likeness.ADDRESS: sorted([own.pk, organisation.pk]),
        Likeness.HEAD: pair,
        Likeness.FILE: pair,
        Likeness.AUTHOR: pair,
        Likeness.ANSWER: pair,
        Likeness.PRICES: pair,
    }
    assert TransitionLog.objects.filter(action="compare_bids").count() == 1
    bid = Bid.objects.get(supplier=own)
    client = Client()
    client.force_login(threads.login("regulator"))
    assert "幸福路" in client.get(f"/workspace/bids/offers/{bid.pk}/").content.decode()
    assert "幸福路" not in room.client.get(f"/workspace/bids/offers/{bid.pk}/").content.decode()
