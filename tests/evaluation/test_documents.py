from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.evaluation import documents, report
from tests.common import thread_rows
from tests.common.reading import text_of


@pytest.mark.django_db
class TestReport:
    def test_prints_score_sample_and_grade(self):
        rows = thread_rows.whole()
        text = text_of(documents.evaluation_report(rows.evaluation))
        assert "综合得分90.62分，评价等级为优" in text
        assert all(score in text for score in ("86.98", "92.00", "91.25", "90.00", "100.00"))
        assert "80.83%" in text
        assert "±4.37" in text
        assert "样本不足" not in text

    def test_says_when_the_sample_is_too_small(self):
        rows = thread_rows.whole(population=1000)
        text = text_of(documents.evaluation_report(rows.evaluation))
        assert "样本不足有效答卷97份，少于所需的278份" in text

    def test_problems_come_from_figures(self):
        rows = thread_rows.whole()
        text = text_of(documents.evaluation_report(rows.evaluation))
        assert "“中期”节点的“服务人次”完成118，约定120，完成率98.3%。" in text
        assert "本报告不作推断" in text

    def test_small_cells_are_not_printed_apart(self):
        """E6: of 60, 28, 6, 2, 1 the last three go together, so that no cell points at anyone."""
        rows = thread_rows.whole()
        text = text_of(documents.evaluation_report(rows.evaluation))
        assert "需求契合6028并入并入并入99787.11" in text

    def test_queries_do_not_grow_with_the_answers(self, django_assert_max_num_queries):
        rows = thread_rows.whole()
        with django_assert_max_num_queries(16):
            documents.evaluation_report(rows.evaluation)


@pytest.mark.django_db
def test_a_whole_thread_has_each_kind_of_paper():
    rows = thread_rows.whole()
    papers = documents.documents_of(rows.project)
    assert [paper.file for paper in papers] == [
        "receipt-1.pdf",
        "receipt-2.pdf",
        "receipt-3.pdf",
        "opening_record.pdf",
        "scoring_report.pdf",
        "award_letter.pdf",
        "contract.pdf",
        "acceptance-1.pdf",
        "acceptance-2.pdf",
        "evaluation_report.pdf",
    ]
    # a supplement is what few contracts need: tests/contracts/test_amendments.py
    assert {paper.kind for paper in papers} == set(documents.REGISTRY) - {"amendment"}
    made = [paper.make() for paper in papers]
    assert len({pdf.sha256 for pdf in made}) == len(made)
    assert [paper.make().sha256 for paper in papers[:1]] == [made[0].sha256]


class TestPooling:
    @given(st.lists(st.integers(min_value=0, max_value=40), min_size=5, max_size=5))
    def test_no_shown_or_hidden_cell_is_under_five(self, counts):
        spread = report.pool(counts)
        shown = [count for count in spread.counts if count is not None]
        assert sum(shown) + spread.pooled == sum(counts)
        assert all(count == 0 or count >= 5 for count in shown)
        hidden = [count for count, kept in zip(counts, spread.counts, strict=True) if kept is None]
        # what is hidden cannot be read off the total: it is either five or more, or everything there is
        assert spread.pooled == 0 or spread.pooled >= 5 or sum(shown) == 0
        assert len(hidden) != 1 or spread.pooled >= 5 or sum(shown) == 0

    def test_nothing_is_hidden_that_need_not_be(self):
        assert report.pool([60, 28, 6, 5, 0]).counts == [60, 28, 6, 5, 0]
        assert report.pool([58, 30, 7, 1, 1]) == report.Pooled([58, 30, None, None, None], 9)


class TestFindings:
    SAMPLE = {"sufficient": True, "answers": 97, "needed": 92, "not_residents": 0}

    def test_good_figures_make_no_problem_and_no_advice(self):
        parts = [{"name": "居民评价", "score": Decimal("95.00")}]
        found = report.findings(parts, [], [], [], self.SAMPLE)
        assert found.strengths == ["居民评价一项得 95.00 分，达到优等标准。"]
        assert found.problems == found.advice == found.causes == []

    def test_between_good_and_excellent_nothing_is_said(self):
        found = report.findings([{"name": "居民评价", "score": Decimal("85.00")}], [], [], [], self.SAMPLE)
        assert found == report.Findings([], [], [], [])
