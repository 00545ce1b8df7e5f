"""The numbers of the whole: right, the same as page and as CSV, and without rehearsals."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client

from procurement.cases.replay.driver import replay
from procurement.contracts.models import Contract
from procurement.evaluation.models import Evaluation
from procurement.opendata import statistics
from procurement.projects.models import Project
from tests import threads

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


@pytest.fixture
def closed() -> Project:
    replay(threads.case("C1"), documents=False)
    return Project.objects.get(case_id="C1")


def table(client: Client, key: str, query: str = "") -> list[list[str]]:
    text = client.get(f"/statistics/{key}.csv{query}").content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:])))[1:]


class TestNumbers:
    def test_every_chart_has_a_table_that_can_be_taken_away(self, client: Client, closed: Project) -> None:
        page = client.get("/statistics/").content.decode()
        for key in statistics.TITLES:
            assert f"/statistics/{key}.csv" in page
            assert table(client, key)
        assert page.count('<svg class="chart"') >= 6

    def test_they_are_those_of_the_record(self, client: Client, closed: Project) -> None:
        amounts = dict(table(client, "amount-by-buyer"))
        assert amounts == {closed.buyer.name: f"{Contract.objects.get().amount.normalize():f}"}
        grades = {label[:1]: value for label, value in table(client, "grades")}
        assert grades[Evaluation.objects.get().grade] == "1"

    def test_rehearsals_are_in_none(self, client: Client, closed: Project) -> None:
        Project.objects.filter(pk=closed.pk).update(rehearsal=True)
        for key in statistics.TITLES:
            assert all(value in ("0", "") for _label, value in table(client, key)), key

    def test_filters_hold_for_page_and_table(self, client: Client, closed: Project) -> None:
        other = "youth" if closed.domain != "youth" else "family"
        assert table(client, "amount-by-buyer", f"?domain={other}") == []
        assert table(client, "amount-by-buyer", f"?domain={closed.domain}") != []
        assert table(client, "calls-by-month", "?year=1999") == []
        assert client.get("/statistics/?year=1999").context["anything"] is False


@pytest.mark.parametrize(("top", "wanted"), [("1", 4), ("5", 8), ("9", 20), ("21", 40), ("210000", 400000)])
def test_an_axis_ends_at_an_even_number(top: str, wanted: int) -> None:
    assert statistics._round_up(statistics.Decimal(top)) == wanted


class TestOrganisations:
    def test_a_supplier_has_its_record(self, client: Client, closed: Project) -> None:
        contract = Contract.objects.get()
        page = client.get(f"/organisations/{contract.supplier.pk}/")
        record = page.context["as_supplier"]
        assert (record["count"], record["amount"], record["judged"]) == (1, contract.amount, 1)
        assert record["lowest"] == record["highest"] == Evaluation.objects.get().total
        assert closed.title in page.content.decode()

    def test_a_buyer_has_its_record_and_no_contact(self, client: Client, closed: Project) -> None:
        closed.buyer.contact = "某某 13800001234"
        closed.buyer.save()
        page = client.get(f"/organisations/{closed.buyer_id}/")
        assert page.context["as_buyer"]["count"] == 1
        assert "13800001234" not in page.content.decode()

    def test_who_only_bid_or_rehearsed_is_not_listed(self, client: Client, closed: Project) -> None:
        listed = {row.name for row in client.get("/organisations/").context["listed"]}
        assert listed == {closed.buyer.name, Contract.objects.get().supplier.name}
        Project.objects.filter(pk=closed.pk).update(rehearsal=True)
        assert not client.get("/organisations/").context["listed"].object_list
        page = client.get(f"/organisations/{closed.buyer_id}/")
        assert page.context["as_buyer"]["count"] == 0
