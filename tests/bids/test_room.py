"""The bid room: saving, two people at once, completeness, sealing, the receipt, withdrawing, being late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.accounts.models import Organisation
from procurement.bids import drafts
from procurement.bids.models import Bid, BidDraft, Envelope
from procurement.calls.models import Call
from tests import threads
from tests.bids import rooms
from tests.common import upload_files
from workflows.clock import database_now

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


class TestDraft:
    def test_is_saved_as_typed_and_shown_again(self) -> None:
        room = rooms.room()
        assert room.save(rooms.OFFER | {"item_0": "驻点", "amount_0": "12", "unit_0": "1.65万"}).status_code == 302
        page = room.client.get(room.path).content.decode()
        assert "19.8万" in page
        assert rooms.MARK in page
        assert "1.65万" in page

    def test_lies_encrypted(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        draft = BidDraft.objects.get()
        assert rooms.MARK.encode() not in bytes(draft.content)
        assert drafts.read(draft)["proposal"] == rooms.MARK

    def test_of_one_bit_changed_is_found(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        draft = BidDraft.objects.get()
        changed = bytearray(bytes(draft.content))
        changed[20] ^= 1
        BidDraft.objects.update(content=bytes(changed))
        with pytest.raises(drafts.SealBroken, match=str(draft.pk)):
            drafts.read(BidDraft.objects.get())

    @pytest.mark.parametrize(
        ("typed", "price"), [("12万", "120000.00"), ("￥120,000.00", "120000.00"), ("１２００００", "120000.00")]
    )
    def test_prices_are_understood_as_people_type_them(self, typed: str, price: str) -> None:
        room = rooms.room()
        row = {"item_0": "全部", "amount_0": "1", "unit_0": price}
        answer = room.save(rooms.OFFER | {"price": typed} | row, **rooms.JSON).json()
        assert answer["errors"] == {}
        assert answer["total"] == price

    @pytest.mark.parametrize("price", ["-1", "abc", "1.001", "", "9" * 39])
    def test_a_wrong_price_is_told_and_not_sealed(self, price: str) -> None:
        room = rooms.room()
        answer = room.save(rooms.OFFER | {"price": price, "next": "review"})
        assert answer.status_code == 400
        assert 'id="id_price_wrong" data-error-for="price"></span>' not in answer.content.decode()
        assert room.seal().status_code == 400
        assert not Bid.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({"version": "x"}, "version"),
            ({"version": ""}, "version"),
            ({"version": "9" * 30}, "version"),
            ({"price": "1" * 41}, "40"),
            ({"proposal": "字" * 20_001}, "20000"),
            ({"proposal": "a\x00b"}, "“"),
        ],
    )
    def test_odd_input_is_named_and_not_saved(self, wrong: dict[str, str], named: str) -> None:
        room = rooms.room()
        answer = room.client.post(room.path, rooms.OFFER | {"version": "0"} | wrong, **rooms.JSON)
        assert answer.status_code == 400
        assert named in answer.json()["error"]
        assert not BidDraft.objects.exists()
        assert room.client.post(room.path, rooms.OFFER | {"version": "0"} | wrong).status_code == 400

    def test_a_table_must_sum_up_to_the_price(self) -> None:
        room = rooms.room()
        rows = {"item_0": "驻点", "amount_0": "12", "unit_0": "1万"}
        rows |= {"item_1": "督导", "amount_1": "2.5", "unit_1": "3万"}
        answer = room.save(rooms.OFFER | rows, **rooms.JSON).json()
        assert "195,000.00" in answer["errors"]["price"]
        answer = room.save(rooms.OFFER | rows | {"price": "19.5万"}, **rooms.JSON).json()
        assert answer["errors"] == {}

    def test_a_row_half_filled_in_is_told(self) -> None:
        answer = rooms.room().save(rooms.OFFER | {"item_0": "驻点"}, **rooms.JSON).json()
        assert set(answer["errors"]) == {"amount_0", "unit_0"}

    def test_a_consortium_only_where_the_call_allows_it(self) -> None:
        room = rooms.room()
        members = {
            "member_0": "甲", "code_0": "52330199MJ9000022B", "share_0": "60",
            "member_1": "乙", "code_1": "52330199MJ9000014G", "share_1": "30",
        }  # fmt: skip
        assert room.save(rooms.OFFER | members, **rooms.JSON).json()["errors"] == {}
        assert "member_0" not in drafts.read(BidDraft.objects.get())
        Call.objects.filter(pk=room.lot.call_id).update(consortium_allowed=True)
        answer = room.save(rooms.OFFER | members, **rooms.JSON).json()
        assert "90" in answer["errors"]["share_0"]
        answer = room.save(rooms.OFFER | members | {"code_1": "52330199MJ9000014X"}, **rooms.JSON).json()
        assert "code_1" in answer["errors"]
        answer = room.save(rooms.OFFER | members | {"share_1": "40"}, **rooms.JSON).json()
        assert answer["errors"] == {}


class TestTwoAtOnce:
    def test_the_second_is_told_and_shown_what_the_first_saved(self) -> None:
        room = rooms.room()
        other = rooms.Room(room.lot, rooms.colleague())
        room.save(rooms.OFFER, version=0)
        late = rooms.OFFER | {"price": "18万"}
        answer = other.save(late, version=0)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert str(room.user) in page
        assert "19.8万" in page
        assert "18万" in page
        assert drafts.read(BidDraft.objects.get())["price"] == "19.8万"
        assert other.save(late, version=0, **rooms.JSON).json()["stale"]
        assert other.save(late, version=1).status_code == 302
        assert drafts.read(BidDraft.objects.get())["price"] == "18万"

    def test_nothing_is_sealed_that_was_changed_since_the_review(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        rooms.Room(room.lot, rooms.colleague()).save(rooms.OFFER | {"price": "18万"}, version=1)
        assert room.seal(version="1").status_code == 409
        assert not Bid.objects.exists()


class TestSealing:
    def test_needs_the_second_confirmation(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        answer = room.client.post(f"{room.path}review/", {"version": "1"})
        assert answer.status_code == 400
        assert not Bid.objects.exists()

    def test_the_review_says_the_price_as_it_will_be_sealed(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER | {"price": "１９.8万"})
        page = room.client.get(f"{room.path}review/").content.decode()
        assert "198,000.00" in page
        assert "壹拾玖万捌仟元整" in page

    def test_gives_a_receipt_and_deletes_the_draft(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER | rooms.ANSWERS)
        answer = room.seal()
        assert answer.url == f"{room.path}receipt/"
        bid, envelope = Bid.objects.get(), Envelope.objects.get()
        page = room.client.get(answer.url).content.decode()
        assert bid.number in page
        assert envelope.sha256 in page
        assert "<svg" in page
        assert rooms.MARK not in page
        assert (bid.state, bid.price, bid.answers, bid.proposal) == ("submitted", None, {}, "")
        assert not BidDraft.objects.exists()
        assert room.client.get(room.path).url == answer.url
        assert room.save(rooms.OFFER, version=0).status_code == 409
        assert room.seal().status_code == 302
        assert Envelope.objects.count() == 1

    def test_the_review_lists_what_is_missing_without_blocking(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        page = room.client.get(f"{room.path}review/").content.decode()
        assert page.count('class="warn"') >= 3
        assert "disabled" not in page
        room.save({"price": "19.8万"})
        assert "disabled" in room.client.get(f"{room.path}review/").content.decode()

    def test_an_address_that_a_result_notice_would_lack_is_asked_for_in_time(self) -> None:
        room = rooms.room()
        before = [check["effect"] for check in room.save(rooms.OFFER, **rooms.JSON).json()["checks"]]
        Organisation.objects.filter(memberships__user=room.user).update(address="")
        checks = room.save(rooms.OFFER, **rooms.JSON).json()["checks"]
        assert [check["effect"] for check in checks] == [*before, "warn"]
        assert checks[-1]["message"] in room.client.get(f"{room.path}review/").content.decode()

    def test_withdrawn_it_can_be_entered_again_from_the_own_copy(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER | rooms.ANSWERS)
        copy = room.client.get(f"{room.path}copy/")
        assert copy["Content-Disposition"].startswith("attachment")
        room.seal()
        bid = Bid.objects.get()
        room.client.post(f"/workspace/bid.withdraw/{bid.pk}/", {"sure": "on"})
        assert bid.fresh().state == "withdrawn"
        assert rooms.MARK not in room.client.get(room.path).content.decode()
        file = SimpleUploadedFile("offer.json", copy.content)
        assert room.client.post(f"{room.path}fill/", {"copy": file, "version": "0"}).status_code == 302
        assert drafts.read(BidDraft.objects.get()) == rooms.OFFER | rooms.ANSWERS
        room.seal()
        assert (Bid.objects.get().state, Envelope.objects.count()) == ("submitted", 2)

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b'{"offer": 1}', b"\xff", b'{"offer": {"price": "' + b"1" * 50 + b'"}}', b"[" * 100_000],
    )
    def test_a_copy_that_is_none_is_refused(self, content: bytes) -> None:
        room = rooms.room()
        file = SimpleUploadedFile("offer.json", content)
        assert room.client.post(f"{room.path}fill/", {"copy": file, "version": "0"}).status_code == 400
        assert not BidDraft.objects.exists()

    @pytest.mark.parametrize(("ago", "status"), [(-30, 302), (1, 409)])
    def test_to_the_second(self, ago: int, status: int) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        Call.objects.filter(pk=room.lot.call_id).update(deadline=database_now() - timedelta(seconds=ago))
        answer = room.seal()
        assert answer.status_code == status
        assert Bid.objects.exists() is (status == 302)
        if status == 409:
            assert "B1" in answer.content.decode()
            assert BidDraft.objects.exists()  # not taken, not lost
            assert room.save({"price": "1"}).status_code == 409
            assert room.attach("a.pdf", upload_files.pdf()).status_code == 409
            assert room.start("a.pdf", b"x").status_code == 409
            assert drafts.read(BidDraft.objects.get())["price"] == "19.8万"

    def test_counts_down_by_the_servers_clock(self) -> None:
        room = rooms.room()
        page = room.client.get(room.path).content.decode()
        assert f'data-until="{Call.objects.get(pk=room.lot.call_id).deadline.isoformat()}"' in page
        assert 'data-now="' in page


class TestDoors:
    paths = ("", "review/", "receipt/", "copy/")

    def test_who_enters(self) -> None:
        room = rooms.room()
        for tail in self.paths:
            assert Client().get(room.path + tail).status_code == 302
        for login in ("drafter", "officer1", "regulator", "station", "expert1", "editor"):
            client = Client()
            client.force_login(threads.login(login))
            for tail in self.paths:
                assert client.get(room.path + tail).status_code == 403, (login, tail)
            for tail in ("", "review/", "files/", "uploads/", "fill/"):
                assert client.post(room.path + tail, {}).status_code == 403, (login, tail)
        finance = rooms.Room(room.lot, rooms.colleague(name="clerk", roles=("finance",)))
        assert finance.client.get(room.path).status_code == 403

    def test_each_supplier_sees_its_own_only(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        pk = room.upload("方案.pdf", upload_files.pdf())
        other = rooms.Room(room.lot, rooms.rival())
        assert rooms.MARK not in other.client.get(room.path).content.decode()
        for tail in ("", "0/", "finish/", "remove/"):
            answer = other.client.post(f"{room.path}uploads/{pk}/{tail}") if tail else other.client.get(
                f"{room.path}uploads/{pk}/"
            )  # fmt: skip
            assert answer.status_code == 404, tail
        assert other.client.get(f"/workspace/bids/files/{pk}/").status_code == 404
        assert room.client.get(f"/workspace/bids/files/{pk}/").status_code == 200

    def test_what_is_not_open_is_not_there(self) -> None:
        room = rooms.room()
        assert room.client.get("/workspace/bids/999999/").status_code == 404
        assert room.client.get(f"/workspace/bids/{'9' * 30}/").status_code == 404
        draft = rooms.lot_of(threads.waiting("publish"))
        assert room.client.get(f"/workspace/bids/{draft.pk}/").status_code == 404

    def test_the_desk_leads_here(self) -> None:
        room = rooms.room()
        assert f'href="{room.path}"' in room.client.get("/workspace/").content.decode()

    def test_asks_no_more_with_more_files_than_a_row_each(self) -> None:
        room = rooms.room()
        room.save(rooms.OFFER)
        room.attach("a.pdf", upload_files.pdf())
        with CaptureQueriesContext(connection) as few:
            room.client.get(room.path)
        for number in range(5):
            room.attach(f"b{number}.pdf", upload_files.pdf())
        with CaptureQueriesContext(connection) as many:
            room.client.get(room.path)
        assert len(many) == len(few)
