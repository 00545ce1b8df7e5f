import pytest

from procurement.contracts import documents
from procurement.contracts.models import Clause
from tests.common import thread_rows
from tests.common.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    return thread_rows.contract(thread_rows.award(thread_rows.bidding(thread_rows.project())))


def test_prints_every_clause_as_it_was_signed(rows):
    text = text_of(documents.contract(rows.contract))
    for number, clause in enumerate(Clause.objects.filter(contract=rows.contract), start=1):
        assert "".join(clause.heading.split()) in text
        assert "".join(clause.text.split()) in text, f"clause {number}"


def test_prints_parties_amount_payments_signatures(rows):
    text = text_of(documents.contract(rows.contract))
    assert "13330199MC90001741" in text
    assert "52330100MJ90001374" in text
    assert "208,000.00元（大写：贰拾万零捌仟元整）" in text
    assert all(amount in text for amount in ("62,400.00", "83,200.00"))
    assert "100%208,000.00" in text
    assert "ab" * 32 in text


def test_annexes_hold_the_needs_and_the_promises(rows):
    text = text_of(documents.contract(rows.contract))
    assert "N-0001" in text
    assert "暑期双职工家庭孩子没人带" in text
    assert "48,356" in text


def test_a_draft_says_that_it_is_not_signed():
    rows = thread_rows.contract(thread_rows.award(thread_rows.bidding(thread_rows.project())), signed=False)
    text = text_of(documents.contract(rows.contract))
    assert "尚未签订" in text
    assert "签名内容" not in text


def test_takes_a_fixed_number_of_queries(rows, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        documents.contract(rows.contract)
