"""The page of an opening: who enters, who sees what and when (B5, P9), two officers, live, postponed, too few (P7)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from procurement.accounts.enums import Role
from procurement.bids.enums import Round
from procurement.bids.models import Bid, Envelope, OpeningConfirmation
from procurement.calls.enums import Method
from procurement.calls.models import Call
from procurement.projects.models import Notice
from tests.bids import openings
from tests.factories.bids import BidFactory, invite, offer_final
from tests.factories.calls import CallFactory
from workflows.clock import database_now
from workflows.models import Job, TransitionLog
from workflows.reasons import cited

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def mark(page: str) -> str:
    found = re.search(r'data-mark="([0-9a-f]{16})"', page)
    assert found
    return found[1]


def names(call: Call) -> list[str]:
    return [bid.supplier.name for bid in Bid.objects.filter(lot__call=call).select_related("supplier")]


def shifted(call: Call, **later: Any) -> Call:
    Call.objects.filter(pk=call.pk).update(deadline=database_now() + timedelta(**later))
    return Call.objects.select_related("project__buyer").get(pk=call.pk)


class TestDoors:
    def test_officers_bidders_and_the_regulator_enter(self) -> None:
        call = openings.past_deadline()
        entering = [openings.officer(call), openings.bidder(call), openings.regulator(call)]
        entering += [openings.colleague(call, Role.APPROVER), openings.colleague(call, Role.DRAFTER)]
        for one in entering:
            assert (one.get().status_code, one.live().status_code) == (200, 200)

    def test_colleagues_with_another_role_are_refused_and_strangers_find_nothing(self) -> None:
        call = openings.past_deadline()
        clerk = openings.colleague(call, Role.FINANCE)
        assert (clerk.get().status_code, clerk.live().status_code, clerk.do("confirm").status_code) == (403, 403, 403)
        for role in (Role.SUPPLIER, Role.OFFICER, Role.APPROVER):
            one = openings.stranger(call, role)
            assert (one.get().status_code, one.live().status_code, one.do("confirm").status_code) == (404, 404, 404)
        assert Client().get(clerk.path).status_code == 302

    def test_who_took_a_bid_back_or_only_wrote_one_is_no_bidder(self) -> None:
        call = CallFactory(published=True)
        for state in ({"withdrawn": True}, {}):
            bid = BidFactory(lot=call.lots.get(), **state)
            number = list(Bid.objects.filter(lot__call=call).order_by("pk")).index(bid)
            assert openings.bidder(call, number).get().status_code == 404

    def test_a_draft_has_no_opening(self) -> None:
        call = CallFactory()
        assert openings.officer(call).get().status_code == 404
        assert openings.officer(call).client.get("/workspace/bids/openings/99999999/").status_code == 404

    def test_only_officers_confirm(self) -> None:
        call = openings.past_deadline()
        for one in (openings.bidder(call), openings.regulator(call), openings.colleague(call, Role.APPROVER)):
            assert 'value="confirm"' not in one.page()
            assert one.do("confirm").status_code == 403
        assert not OpeningConfirmation.objects.exists()

    def test_the_desk_leads_here(self) -> None:
        call = openings.past_deadline()
        for one in (openings.officer(call), openings.bidder(call), openings.regulator(call)):
            assert f'href="{one.path}"' in one.client.get("/workspace/").content.decode()
        officer = openings.officer(call)
        assert officer.client.get(f"/workspace/call.open/{call.pk}/").url == officer.path


class TestWhoSeesWhat:
    def test_before_the_deadline_nothing_is_told(self) -> None:
        call = shifted(openings.past_deadline(), hours=1)
        for one in (openings.officer(call), openings.regulator(call), openings.bidder(call)):
            page = one.page()
            assert not any(name in page.split('data-live="')[1] for name in names(call))
            assert not any(sha256 in page for sha256 in Envelope.objects.values_list("sha256", flat=True))
            assert "data-countdown" in page

    def test_not_even_that_there_are_too_few(self) -> None:
        call = shifted(openings.past_deadline(2), hours=1)
        officer = openings.officer(call)
        for page in (officer.page(), officer.live().content.decode(), officer.do("confirm").content.decode()):
            assert "P7" not in openings.TOKEN.sub("", page)

    def test_after_it_hashes_but_no_names_and_no_prices(self) -> None:
        call = openings.past_deadline()
        own = Bid.objects.filter(lot__call=call).order_by("pk")[0]
        for one in (openings.officer(call), openings.regulator(call), openings.bidder(call)):
            body = one.page().split('data-live="')[1]
            assert all(sha256 in body for sha256 in Envelope.objects.values_list("sha256", flat=True))
            seen = [name for name in names(call) if name in body]
            assert seen == ([own.supplier.name] if one.user == openings.bidder(call).user else [])
            assert openings.PRICE not in body

    def test_in_a_tender_prices_are_read_out_to_all(self) -> None:
        call = openings.open_up(openings.past_deadline())
        for one in (openings.officer(call), openings.regulator(call), openings.bidder(call)):
            page = one.page()
            assert all(name in page for name in names(call))
            assert page.count(openings.PRICE) == 3
            assert f"/documents/opening_record/{call.pk}/" in page

    @pytest.mark.parametrize("method", [Method.CONSULTATION, Method.NEGOTIATION])
    def test_in_talks_only_who_when_and_hash(self, method: str) -> None:
        call = openings.open_up(openings.past_deadline(method=method))
        for one in (openings.officer(call), openings.regulator(call), openings.bidder(call)):
            page = one.page()
            assert all(name in page for name in names(call))
            assert openings.PRICE not in page
            assert "P9" in page

    def test_offers_are_linked_for_those_who_may_read_them(self) -> None:
        call = openings.open_up(openings.past_deadline(method=Method.CONSULTATION))
        links = {
            "officer": openings.officer(call), "regulator": openings.regulator(call), "bidder": openings.bidder(call),
        }  # fmt: skip
        found = {name: one.page().count("/workspace/bids/offers/") for name, one in links.items()}
        assert found == {"officer": 0, "regulator": 3, "bidder": 1}

    def test_asks_no_more_with_thirty_bids_than_with_three(self) -> None:
        counts = []
        for bidders in (3, 30):
            call = openings.open_up(openings.past_deadline(bidders))
            one = openings.regulator(call)
            one.page()
            with CaptureQueriesContext(connection) as asked:
                one.page()
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestTwoOfficers:
    def test_each_with_an_own_login(self) -> None:
        call = openings.past_deadline()
        first, second = openings.officer(call), openings.officer(call, 2)
        assert 'value="confirm"' in first.page()
        assert first.do("confirm").status_code == 302
        assert 'value="confirm"' not in first.page()
        assert str(first.user) in openings.bidder(call).page()  # everybody sees who has confirmed
        assert first.do("confirm").status_code == 409  # once is enough, and not for two
        assert call.fresh().state == "published"
        assert second.do("confirm").status_code == 302
        assert call.fresh().state == "opened"
        page = openings.bidder(call).page()
        assert str(first.user) in page
        assert str(second.user) in page

    def test_a_word_lapses_after_fifteen_minutes(self) -> None:
        call = openings.past_deadline()
        openings.officer(call).do("confirm")
        OpeningConfirmation.objects.update(at=database_now() - timedelta(minutes=16))
        openings.officer(call, 2).do("confirm")
        assert call.fresh().state == "published"
        assert 'value="confirm"' in openings.officer(call).page()
        openings.officer(call).do("confirm")
        assert call.fresh().state == "opened"

    def test_nothing_before_the_deadline(self) -> None:
        call = shifted(openings.past_deadline(), seconds=30)
        assert 'value="confirm"' not in openings.officer(call).page()
        answer = openings.officer(call).do("confirm")
        assert answer.status_code == 409
        assert "B5" in answer.content.decode()
        assert not OpeningConfirmation.objects.exists()

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({"do": "confirm", "round": "first"}, 400),
            ({"do": "open", "round": "first", "sure": "on"}, 400),
            ({"round": "first", "sure": "on"}, 400),
            ({"do": "confirm", "sure": "on"}, 409),
            ({"do": "confirm", "round": "final", "sure": "on"}, 409),
            ({"do": "fail_lot", "round": "first", "sure": "on", "lot": "x"}, 400),
        ],
    )
    def test_odd_input_is_told_and_does_nothing(self, given: dict[str, str], status: int) -> None:
        call = openings.past_deadline()
        one = openings.officer(call)
        answer = one.client.post(one.path, given)
        assert answer.status_code == status
        assert 'role="alert"' in answer.content.decode()
        assert not OpeningConfirmation.objects.exists()

    def test_an_envelope_changed_stops_the_opening_and_everybody_sees_it(self) -> None:
        call = openings.past_deadline()
        envelope = Envelope.objects.filter(bid__lot__call=call).first()
        changed = bytearray(bytes(envelope.sealed))
        changed[30] ^= 1
        with pgtrigger.ignore("bids.Envelope:untouched"):
            Envelope.objects.filter(pk=envelope.pk).update(sealed=bytes(changed))
        openings.officer(call).do("confirm")
        answer = openings.officer(call, 2).do("confirm")
        assert answer.status_code == 409
        assert envelope.bid.number in answer.content.decode()
        assert call.fresh().state == "published"
        row = TransitionLog.objects.get(action="opening_stopped")
        assert (row.subject_id, row.facts["key_used"]) == (call.pk, True)
        assert envelope.bid.number in row.facts["what"]
        assert envelope.bid.number in openings.regulator(call).page()
        assert 'class="alert alert-danger"' in openings.bidder(call, 1).page()
        assert envelope.bid.number not in openings.bidder(call, 1).page()


class TestLive:
    def test_says_nothing_while_nothing_happens(self) -> None:
        call = openings.past_deadline()
        one = openings.bidder(call)
        seen = mark(one.page())
        assert one.live(seen).status_code == 204
        openings.officer(call).do("confirm")
        answer = one.live(seen)
        assert answer.status_code == 200
        assert str(openings.officer(call).user) in answer.content.decode()
        assert "<html" not in answer.content.decode()
        seen = mark(answer.content.decode())
        assert one.live(seen).status_code == 204
        openings.officer(call, 2).do("confirm")
        assert openings.PRICE in one.live(seen).content.decode()

    def test_the_deadline_itself_is_news(self) -> None:
        call = openings.past_deadline()
        call = shifted(call, hours=1)
        one = openings.bidder(call)
        seen = mark(one.page())
        call = shifted(call, seconds=-1)
        assert one.live(seen).status_code == 200


class TestPostponing:
    def local(self, **later: Any) -> str:
        return f"{timezone.localtime(database_now() + timedelta(**later)):%Y-%m-%dT%H:%M:%S}"

    def test_with_a_reason_a_new_time_and_a_notice(self) -> None:
        call = openings.past_deadline()
        openings.officer(call).do("confirm")
        until = self.local(hours=2)
        answer = openings.officer(call).do("postpone", until=until, reason="机房停电，两名开标人员无法到场。")
        assert answer.status_code == 302
        call = call.fresh()
        assert call.state == "published"
        assert f"{timezone.localtime(call.opens_from):%Y-%m-%dT%H:%M:%S}" == until
        row = TransitionLog.objects.get(action="postpone_opening")
        assert (row.source, row.target, row.reason) == ("published", "published", "机房停电，两名开标人员无法到场。")
        notice = Notice.objects.get(kind="correction")
        assert "机房停电" in notice.fields["is"]
        assert notice.corrects.kind == "call"
        job = Job.objects.get(kind="call.postponed")
        assert job.arguments == {"call_id": call.pk, "correction_id": notice.correction.pk, "final": False}
        assert not Bid.objects.exclude(state="submitted").exists()

    def test_nothing_is_opened_before_the_new_time(self) -> None:
        call = openings.past_deadline()
        openings.officer(call).do("postpone", until=self.local(hours=2), reason="停电")
        answer = openings.officer(call).do("confirm")
        assert answer.status_code == 409
        assert "B5" in answer.content.decode()
        assert 'value="confirm"' not in openings.officer(call).page()
        Call.objects.filter(pk=call.pk).update(opens_from=database_now() - timedelta(seconds=1))
        assert openings.open_up(call).state == "opened"

    def test_the_database_itself_refuses_an_opening_before_it(self) -> None:
        call = openings.open_up(openings.past_deadline())
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.filter(pk=call.pk).update(opens_from=database_now() + timedelta(hours=1))

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({"reason": "x"}, 400),
            ({"until": "soon", "reason": "x"}, 400),
            ({"until": "2020-01-01T10:00", "reason": "x"}, 409),
            ({"until": "2062-01-01T10:00", "reason": "x"}, 409),
            ({"reason": ""}, 400),
        ],
    )
    def test_what_is_missing_or_wrong_is_told(self, given: dict[str, str], status: int) -> None:
        call = openings.past_deadline()
        if given.get("reason") == "":
            given = given | {"until": self.local(hours=1)}
        assert openings.officer(call).do("postpone", **given).status_code == status
        assert call.fresh().opens_from is None
        assert not Notice.objects.filter(kind="correction").exists()

    def test_only_officers_postpone(self) -> None:
        call = openings.past_deadline()
        for one in (openings.bidder(call), openings.regulator(call), openings.colleague(call, Role.APPROVER)):
            assert one.do("postpone", until=self.local(hours=1), reason="x").status_code == 403
        assert not Job.objects.filter(kind="call.postponed").exists()


class TestTooFew:
    def test_the_approver_declares_it_failed_with_a_notice_and_nothing_is_opened(self) -> None:
        call = openings.past_deadline(2)
        page = openings.officer(call).page()
        assert cited("令87 art 43", settings.LANGUAGE_CODE) in page
        assert 'value="confirm"' not in page
        assert 'value="fail"' not in page  # told, but not the officer's to do
        assert openings.officer(call).do("confirm").status_code == 409
        approver = openings.colleague(call, Role.APPROVER)
        page = approver.page()
        assert 'value="fail"' in page
        assert "共2家，不足法定家数" in page
        assert approver.do("fail", reason="").status_code == 409
        assert approver.do("fail", reason="投标人不足三家。").status_code == 302
        assert (call.fresh().state, call.project.fresh().state) == ("failed", "failed")
        assert Notice.objects.get(kind="termination").fields["reason"] == "投标人不足三家。"
        assert set(Bid.objects.values_list("state", flat=True)) == {"submitted"}
        assert openings.PRICE not in openings.bidder(call).page()

    def test_then_the_drafter_calls_again_by_a_copy(self) -> None:
        call = openings.past_deadline(2)
        openings.colleague(call, Role.APPROVER).do("fail", reason="投标人不足三家。")
        drafter = openings.colleague(call, Role.DRAFTER)
        page = drafter.page()
        address = f"/workspace/calls/new/{call.project_id}/?from=call-{call.pk}"
        assert page.count(address) == 2  # again, or by another method
        assert "W10" in page
        form = drafter.client.get(address).content.decode()
        assert f'value="call-{call.pk}" checked' in form
        drafter.client.post(address, {"from": f"call-{call.pk}"})
        again = Call.objects.get(project=call.project_id, state="draft")
        assert (again.number[-2:], again.requirements) == ("02", call.requirements)

    def test_in_talks_another_method_is_no_way_out(self) -> None:
        page = openings.colleague(openings.past_deadline(1, Method.CONSULTATION), Role.APPROVER).page()
        assert "补充通知" in page
        assert "W10" not in page

    def test_one_lot_ends_and_the_others_are_opened(self) -> None:
        call = openings.past_deadline()
        lot = openings.second_lot(call)
        approver = openings.colleague(call, Role.APPROVER)
        assert f'name="lot" value="{lot.pk}"' in approver.page()
        assert openings.officer(call).do("fail_lot", lot=str(lot.pk), reason="无人投标").status_code == 403
        assert approver.do("fail_lot", lot=str(lot.pk), reason="无人投标").status_code == 302
        assert Notice.objects.get(kind="termination").fields["number"] == f"{call.number} 2"
        assert approver.do("fail_lot", lot=str(lot.pk), reason="无人投标").status_code == 409
        assert openings.open_up(call).state == "opened"

    def test_strangers_to_a_lot_are_not_found(self) -> None:
        call, other = openings.past_deadline(2), openings.past_deadline(2)
        lot = openings.second_lot(other)
        approver = openings.colleague(call, Role.APPROVER)
        assert approver.do("fail_lot", lot=str(lot.pk), reason="x").status_code == 400
        assert lot.failed_reason == ""


class TestFinalOffers:
    def ready(self) -> Call:
        call = CallFactory(opened=True, method=Method.CONSULTATION)
        invite(call)
        for bid in Bid.objects.filter(lot__call=call):
            offer_final(bid)
        return Call.objects.select_related("project__buyer").get(pk=call.pk)

    def test_are_opened_on_the_same_page_without_prices(self) -> None:
        call = self.ready()
        first, second, bidder = openings.officer(call), openings.officer(call, 2), openings.bidder(call)
        assert first.do("confirm").status_code == 409  # that round has been opened
        assert first.do("confirm", Round.FINAL).status_code == 302
        seen = mark(bidder.page())
        assert second.do("confirm", Round.FINAL).status_code == 302
        assert call.fresh().final_opened_at is not None
        page = bidder.live(seen).content.decode()
        finals = Envelope.objects.filter(round="final").values_list("sha256", flat=True)
        assert all(sha256 in page for sha256 in finals)
        assert openings.PRICE not in page
        assert Job.objects.filter(kind="call.final_offers_opened", arguments={"call_id": call.pk}).exists()

    def test_are_postponed_too(self) -> None:
        call = self.ready()
        until = f"{timezone.localtime(database_now() + timedelta(hours=1)):%Y-%m-%dT%H:%M:%S}"
        assert openings.officer(call).do("postpone", Round.FINAL, until=until, reason="断网").status_code == 302
        assert TransitionLog.objects.get(action="postpone_final_opening").target == "opened"
        answer = openings.officer(call).do("confirm", Round.FINAL)
        assert (answer.status_code, "B5" in answer.content.decode()) == (409, True)
        assert openings.officer(call).client.get(f"/workspace/call.open_final_offers/{call.pk}/").url == "/workspace/"
