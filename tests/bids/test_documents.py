from datetime import timedelta

import pytest

from procurement.bids import documents
from procurement.bids.models import Bid, Envelope, OpeningConfirmation
from tests.common import thread_rows
from tests.common.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    return thread_rows.bidding(thread_rows.project())


class TestReceipt:
    def test_names_number_time_and_hash(self, rows):
        bid = rows.bids[2]
        made = documents.receipt(bid)
        text = text_of(made)
        envelope = bid.envelopes.get(round="first")
        assert made.pages == 1
        assert envelope.sha256 in text
        assert bid.number in text
        assert "2026年5月8日09:29:59" in text
        assert f"/verify/{bid.number}/" in text
        assert "丙社会工作服务中心" in text

    def test_says_nothing_of_the_price(self, rows):
        assert "208,000" not in text_of(documents.receipt(rows.bids[2]))

    def test_of_a_final_offer_names_the_final_envelope(self, rows):
        text = text_of(documents.receipt(rows.bids[0], round_="final"))
        assert "最后报价接收回执" in text
        assert rows.bids[0].envelopes.get(round="final").sha256 in text

    def test_of_nothing_handed_in_is_refused(self, rows):
        empty = Bid.objects.create(lot=rows.lot, supplier=rows.buyer, number="X")
        with pytest.raises(Envelope.DoesNotExist):
            documents.receipt(empty)

    def test_takes_few_queries(self, rows, django_assert_max_num_queries):
        with django_assert_max_num_queries(2):
            documents.receipt(rows.bids[0])


class TestOpeningRecord:
    def test_lists_each_envelope_and_both_officers_of_both_rounds(self, rows):
        text = text_of(documents.opening_record(rows.call))
        for envelope in Envelope.objects.all():
            assert envelope.sha256 in text
        assert text.count("开启人员甲") == text.count("开启人员乙") == 2
        assert "响应文件开启记录" in text

    def test_consultation_prints_no_price(self, rows):
        """P9: not read out; to the panel alone until the award."""
        text = text_of(documents.opening_record(rows.call))
        assert "报价不公开宣读" in text
        assert not any(price in text for price in ("180,000", "195,000", "208,000"))

    def test_tender_prints_the_prices_read_out(self):
        rows = thread_rows.bidding(thread_rows.project(), method="open_tender", final_opened_at=None)
        text = text_of(documents.opening_record(rows.call))
        assert "开标记录" in text
        assert all(price in text for price in ("180,000.00", "195,000.00", "208,000.00"))

    def test_a_confirmation_that_lapsed_is_not_printed(self, rows):
        OpeningConfirmation.objects.create(
            call=rows.call,
            round="first",
            officer=thread_rows.person("来过的人"),
            at=thread_rows.OPENED - timedelta(minutes=16),
        )
        assert "来过的人" not in text_of(documents.opening_record(rows.call))

    def test_before_the_opening_there_is_none(self):
        rows = thread_rows.bidding(thread_rows.project(), state="published", opened_at=None, final_opened_at=None)
        with pytest.raises(ValueError, match="has not been opened"):
            documents.opening_record(rows.call)

    def test_queries_do_not_grow_with_the_bids(self, rows, django_assert_max_num_queries):
        with django_assert_max_num_queries(4):
            documents.opening_record(rows.call)
