from decimal import Decimal

import pytest

from procurement.awards import documents, report
from procurement.awards.models import Award, Panel, Seat
from procurement.bids.models import Bid
from tests.common import thread_rows
from tests.common.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    return thread_rows.award(thread_rows.bidding(thread_rows.project()))


class TestScoringReport:
    def test_prints_the_workings_and_the_ranking(self, rows):
        text = text_of(documents.scoring_report(rows.lot))
        assert "180,000.00÷208,000.00×2017.31" in text
        assert "39,192÷48,356×108.10" in text
        assert all(total in text for total in ("91.48", "89.89", "87.60"))
        assert text.index("第1名丙社会工作服务中心") > 0

    def test_prints_each_members_scores(self, rows):
        tables = {table["name"]: table for table in report.judged(report.gather(rows.lot))}
        first = tables["团队与经验"]["rows"][0]
        assert tables["团队与经验"]["members"] == ["评委甲", "评委乙", "采购人代表"]
        assert first["supplier"] == "丙社会工作服务中心"
        assert first["scores"] == [Decimal("18"), Decimal("18.5"), Decimal("18")]
        assert first["points"] == Decimal("18.17")

    def test_prints_dissent_with_its_reason(self, rows):
        Seat.objects.filter(pk=rows.seats[0].pk).update(dissent="人员配置与时长不相称。")
        text = text_of(documents.scoring_report(rows.lot))
        assert "评委甲的不同意见和理由：人员配置与时长不相称。" in text

    def test_prints_a_rejected_bid_with_its_reason(self, rows):
        extra = thread_rows.Organisation.objects.create(name="丁服务社", code="91330100MA9000110C", kind="enterprise")
        Bid.objects.create(
            lot=rows.lot,
            supplier=extra,
            number="X-B04",
            state="rejected",
            submitted_at=thread_rows.OPENED,
            submitted_by=thread_rows.person("丁"),
            opened_at=thread_rows.OPENED,
            price=Decimal("220000.00"),
            reject_reason="报价超过最高限价",
        )
        text = text_of(documents.scoring_report(rows.lot))
        assert "丁服务社不通过报价超过最高限价" in text

    def test_an_unsigned_report_is_not_made(self):
        rows = thread_rows.bidding(thread_rows.project())
        Panel.objects.create(call=rows.call)
        with pytest.raises(ValueError, match="has not signed"):
            documents.scoring_report(rows.lot)

    def test_takes_a_fixed_number_of_queries(self, rows, django_assert_max_num_queries):
        with django_assert_max_num_queries(10):
            documents.scoring_report(rows.lot)


class TestAwardLetter:
    def test_names_amount_in_figures_and_words_and_the_day_to_sign_by(self, rows):
        made = documents.award_letter(rows.award)
        text = text_of(made)
        assert made.pages == 1
        assert "成交通知书" in text
        assert "208,000.00元（大写：贰拾万零捌仟元整）" in text
        assert "2026年6月10日" in text
        assert "2026年5月21日" in text

    def test_a_tender_is_won_with_its_own_word(self):
        rows = thread_rows.award(thread_rows.bidding(thread_rows.project(), method="open_tender"))
        assert "中标通知书" in text_of(documents.award_letter(rows.award))

    def test_there_is_none_before_the_result_is_published(self, rows):
        Award.objects.filter(pk=rows.award.pk).delete()
        early = Award.objects.create(
            lot=rows.lot, bid=rows.bids[2], amount=Decimal("208000.00"), proposed_at=thread_rows.OPENED
        )
        with pytest.raises(ValueError, match="has not been published"):
            documents.award_letter(early)
