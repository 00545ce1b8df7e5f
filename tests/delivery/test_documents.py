import pytest

from procurement.delivery import documents
from procurement.delivery.models import Acceptance, Milestone
from tests.common import thread_rows
from tests.common.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    with_contract = thread_rows.contract(thread_rows.award(thread_rows.bidding(thread_rows.project())))
    return thread_rows.delivery(with_contract)


def test_sets_what_was_reached_beside_the_target(rows):
    text = text_of(documents.acceptance(rows.milestones[1]))
    assert "服务场次4041102.5%完成" in text
    assert "服务人次12011898.3%未完成" in text
    assert "89.50" in text
    assert "共有3名服务对象参加" in text
    assert "未完成的有：“服务人次”完成约定的98.3%" in text


def test_lateness_is_printed(rows):
    assert "晚于约定" not in text_of(documents.acceptance(rows.milestones[1]))
    Milestone.objects.filter(pk=rows.milestones[1].pk).update(due="2026-08-20")
    assert "晚于约定9日" in text_of(documents.acceptance(rows.milestones[1]))


def test_the_instalment_due_on_signing_has_no_such_paper(rows):
    with pytest.raises(Acceptance.DoesNotExist):
        documents.acceptance(rows.milestones[0])


def test_takes_a_fixed_number_of_queries(rows, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        documents.acceptance(rows.milestones[2])
