"""The catalogue and the budget: by hand and from a list, what is left, and who changed what (W5)."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.projects import ledger, spending
from procurement.projects.models import BudgetLine, CatalogueItem, LedgerRecord
from procurement.projects.sheets import BUDGET, CATALOGUE
from tests.accounts.books import HOSTILE, book, hostile, upload
from tests.accounts.doors import as_role, as_user
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.projects import ProjectFactory
from workflows import engine
from workflows.errors import TransitionBlocked

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


@pytest.fixture
def buyer() -> Organisation:
    return OrganisationFactory(buyer=True)


@pytest.fixture
def finance(buyer: Organisation) -> Client:
    return as_role(buyer, Role.FINANCE)


@pytest.fixture
def drafter(buyer: Organisation) -> Client:
    return as_role(buyer, Role.DRAFTER)


def line(buyer: Organisation, **more: Any) -> BudgetLine:
    given = {"year": 2026, "name": "家庭服务", "fund_source": "fiscal", "amount": Decimal("300000.00")}
    return BudgetLine.objects.create(organisation=buyer, **given | more)


def form(**more: Any) -> dict[str, Any]:
    return {"year": "2026", "name": "家庭服务", "fund_source": "fiscal", "amount": "20万"} | more


class TestByHand:
    def test_added_and_found_in_the_history(self, finance: Client, buyer: Organisation) -> None:
        assert finance.post("/workspace/budget/add/", form()).url == "/workspace/budget/"
        made = BudgetLine.objects.get()
        assert (made.organisation, made.amount, made.active) == (buyer, Decimal("200000.00"), True)
        record = made.records.get()
        assert (record.act, record.before, record.after["amount"]) == ("added", {}, "200000.00")
        assert record.by == who(buyer, Role.FINANCE)["by"]
        page = finance.get(f"/workspace/budget/{made.pk}/").content.decode()
        assert "200,000.00" in page
        assert str(record.by) in page

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"amount": "-1"}, "amount"),
            ({"amount": "viel"}, "amount"),
            ({"amount": "1.001"}, "amount"),
            ({"amount": ""}, "amount"),
            ({"year": "26"}, "year"),
            ({"year": "99999"}, "year"),
            ({"fund_source": "loan"}, "fund_source"),
            ({"name": ""}, "name"),
            ({"name": "长" * 201}, "name"),
        ],
    )
    def test_what_is_wrong_is_named(self, finance: Client, wrong: dict[str, str], field: str) -> None:
        answer = finance.post("/workspace/budget/add/", form(**wrong))
        assert answer.status_code == 400
        assert answer.context["form"].errors.keys() == {field}
        assert not BudgetLine.objects.exists()

    def test_the_same_twice_is_refused_elsewhere_it_is_another(self, finance: Client, buyer: Organisation) -> None:
        line(OrganisationFactory(buyer=True))
        assert finance.post("/workspace/budget/add/", form()).status_code == 302
        assert finance.post("/workspace/budget/add/", form()).context["form"].errors.keys() == {"name"}
        assert finance.post("/workspace/budget/add/", form(year="2027")).status_code == 302
        assert BudgetLine.objects.filter(organisation=buyer).count() == 2

    def test_a_faster_hand(self, finance: Client, monkeypatch: pytest.MonkeyPatch, buyer: Organisation) -> None:
        line(buyer)
        monkeypatch.setattr("procurement.projects.forms.KEYS", {BudgetLine: ()})
        monkeypatch.setattr(BudgetLine, "validate_constraints", lambda *_args, **_more: None)
        monkeypatch.setattr(BudgetLine, "validate_unique", lambda *_args, **_more: None)
        assert finance.post("/workspace/budget/add/", form()).status_code == 400
        assert LedgerRecord.objects.count() == 0

    def test_changed_with_old_and_new(self, drafter: Client, buyer: Organisation) -> None:
        item = CatalogueItem.objects.create(organisation=buyer, name="心里服务", code="A01")
        path = f"/workspace/catalogue/{item.pk}/"
        assert drafter.post(path, {"what": "change", "name": "心理服务", "code": "A01"}).status_code == 302
        assert drafter.post(path, {"what": "change", "name": "心理服务", "code": "A01"}).status_code == 302
        record = item.records.get()  # the second changed nothing
        assert (record.before["name"], record.after["name"]) == ("心里服务", "心理服务")
        assert "<del>心里服务</del>" in drafter.get(path).content.decode()

    def test_a_record_can_be_neither_changed_nor_removed(self, buyer: Organisation) -> None:
        made = ledger.add(CatalogueItem(organisation=buyer, name="项"), by=who(buyer, Role.DRAFTER)["by"])
        for change in (made.records.all().delete, lambda: made.records.all().update(act="retired")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_out_of_use_and_back(self, finance: Client, buyer: Organisation) -> None:
        project = ProjectFactory(buyer=buyer, imported=False)
        path = f"/workspace/budget/{project.budget_line_id}/"
        assert finance.post(path, {"what": "retire"}).status_code == 302
        assert finance.post(path, {"what": "retire"}).status_code == 302
        approver = who(buyer, Role.APPROVER)
        rules = [reason.rule for reason in engine.blockers(project.fresh().approve, **approver)]
        assert rules == ["W5"]
        assert (
            str(project.budget_line)
            not in as_role(buyer, Role.DRAFTER).get(f"/workspace/project.form/{buyer.pk}/").content.decode()
        )
        assert not finance.get("/workspace/budget/").context["rows"]
        assert len(finance.get("/workspace/budget/?state=retired").context["rows"]) == 1
        finance.post(path, {"what": "reinstate"})
        assert engine.perform(project.fresh().approve, **approver).state == "approved"
        assert list(project.budget_line.records.values_list("act", flat=True)) == ["reinstated", "retired"]


class TestWhatIsLeft:
    def figures(self, client: Client, found: BudgetLine) -> Any:
        [row] = [row for row in client.get("/workspace/budget/?state=all").context["rows"] if row["line"] == found]
        return row

    def test_planned_contracted_and_paid_along_a_threads_life(self) -> None:
        seen = []
        for state in ("approved", "contracted", "evaluating", "terminated"):
            project = ProjectFactory(**{state: True})
            row = self.figures(as_role(project.buyer, Role.FINANCE), project.budget_line)
            figures = row["figures"]
            seen.append((figures.planned > 0, figures.contracted > 0, figures.paid > 0))
            assert row["left"] == project.budget_line.amount - figures.taken == project.budget_line.left()
        assert seen == [(True, False, False), (True, True, False), (True, True, True), (False, False, False)]

    def test_what_was_paid_is_not_left_when_a_project_is_ended_early(self, monkeypatch: pytest.MonkeyPatch) -> None:
        project = ProjectFactory(terminated=True)
        assert project.budget_line.left() == project.budget_line.amount
        monkeypatch.setitem(spending._sources, "paid", lambda _projects: {project.pk: Decimal("27000.00")})
        assert project.budget_line.left() == project.budget_line.amount - Decimal("27000.00")

    def test_the_amount_does_not_fall_below_what_projects_took(self, buyer: Organisation, finance: Client) -> None:
        project = ProjectFactory(buyer=buyer)
        found = project.budget_line
        path = f"/workspace/budget/{found.pk}/"
        given = {"what": "change", "year": found.year, "name": found.name, "fund_source": found.fund_source}
        below = finance.post(path, given | {"amount": str(project.budget - Decimal("0.01"))})
        assert below.status_code == 409
        assert [reason.rule for reason in below.context["refused"]] == ["W5"]
        assert finance.post(path, given | {"amount": str(project.budget)}).status_code == 302
        found.refresh_from_db()
        assert found.amount == project.budget
        for other in ({"year": found.year + 1}, {"fund_source": "donation"}):
            assert finance.post(path, given | {"amount": "900万"} | other).status_code == 409
        assert finance.post(path, given | {"amount": "900万", "name": "新名"}).status_code == 302

    def test_a_line_nobody_took_from_changes_freely(self, buyer: Organisation, finance: Client) -> None:
        found = line(buyer)
        given = {"what": "change", "year": 2027, "name": "别的", "fund_source": "donation", "amount": "1"}
        assert finance.post(f"/workspace/budget/{found.pk}/", given).status_code == 302

    def test_totals_are_of_all_that_fits_not_of_the_page(self, buyer: Organisation, finance: Client) -> None:
        for number in range(60):
            line(buyer, name=f"项{number}", amount=Decimal("1.50"))
        line(buyer, year=2027, amount=Decimal(7))
        page = finance.get("/workspace/budget/?year=2026")
        assert len(page.context["rows"]) == 50
        assert page.context["total"]["amount"] == Decimal("90.00")
        assert len(finance.get("/workspace/budget/?year=2026&page=2").context["rows"]) == 10

    @pytest.mark.parametrize("query", ["year=x&source=y&state=z", "q=%00", "page=99", "q=" + "x" * 3000, "year=2027"])
    def test_odd_filters_are_no_error(self, buyer: Organisation, finance: Client, query: str) -> None:
        line(buyer)
        for name in ("budget", "catalogue"):
            assert finance.get(f"/workspace/{name}/?{query}").status_code == 200

    def test_filters_find(self, buyer: Organisation, finance: Client) -> None:
        line(buyer)
        line(buyer, name="青年培训", fund_source="donation", year=2027)
        CatalogueItem.objects.create(organisation=buyer, name="心理服务", code="A0101")
        for query, count in [("q=青年", 1), ("source=donation", 1), ("year=2026", 1), ("source=other", 0), ("", 2)]:
            assert len(finance.get(f"/workspace/budget/?{query}").context["rows"]) == count
        for query, count in [("q=a01", 1), ("q=心理", 1), ("q=B", 0)]:
            assert len(finance.get(f"/workspace/catalogue/?{query}").context["rows"]) == count


def budget(*rows: tuple[Any, ...]) -> bytes:
    return book([column.label for column in BUDGET], rows)


def catalogue(*rows: tuple[Any, ...]) -> bytes:
    return book([column.label for column in CATALOGUE], rows)


def send(client: Client, content: bytes, name: str = "budget") -> Any:
    return client.post(f"/workspace/{name}/import/", {"file": upload(content)})


def cells(page: Any) -> list[str]:
    assert page.status_code == 400
    return [f"{problem.column}{problem.row}" for problem, _column in page.context["problems"]]


GOOD = (
    (2026, "家庭服务", "fiscal", 200000),
    ("2026年", "青年培训", "Union dues", "12万"),
    (2027, "儿童关爱", "Donations", 1234.56),
)


class TestFromAList:
    def test_looked_at_then_all_of_it(self, finance: Client, buyer: Organisation) -> None:
        there = line(buyer, amount=Decimal(100))
        line(buyer, year=2027, name="儿童关爱", fund_source="donation", amount=Decimal("1234.56"))
        page = send(finance, budget(*GOOD))
        assert page.context["counts"] == {"added": 1, "changed": 1, "same": 1}
        assert BudgetLine.objects.count() == 2
        assert not LedgerRecord.objects.exists()
        done = finance.post("/workspace/budget/import/", {"rows": page.context["rows"]})
        assert done.url == "/workspace/budget/"
        amounts = dict(BudgetLine.objects.values_list("name", "amount"))
        assert amounts == {"家庭服务": 200000, "青年培训": 120000, "儿童关爱": Decimal("1234.56")}
        acts = {record.line.name: (record.act, record.from_list) for record in LedgerRecord.objects.all()}
        assert acts == {"家庭服务": ("changed", True), "青年培训": ("added", True)}
        assert there.records.get().before["amount"] == "100.00"

    @pytest.mark.parametrize("name", ["budget", "catalogue"])
    def test_the_template_can_be_filled_in(self, buyer: Organisation, name: str) -> None:
        client = as_role(buyer, {"budget": Role.FINANCE, "catalogue": Role.DRAFTER}[name])
        answer = client.get(f"/workspace/{name}/import/{name}.xlsx")
        assert cells(send(client, answer.content, name)) == [{"budget": "B2", "catalogue": "A2"}[name]]
        made = openpyxl.load_workbook(io.BytesIO(answer.content))
        made.worksheets[0].cell(2, {"budget": 2, "catalogue": 1}[name]).value = "真的项目"
        buffer = io.BytesIO()
        made.save(buffer)
        page = send(client, buffer.getvalue(), name)
        assert page.context["counts"]["added"] == 1
        client.post(f"/workspace/{name}/import/", {"rows": page.context["rows"]})
        model = {"budget": BudgetLine, "catalogue": CatalogueItem}[name]
        assert model.objects.get().organisation == buyer

    def test_every_wrong_cell_is_named_and_nothing_done(self, finance: Client) -> None:
        page = send(
            finance,
            budget(
                (2026, "家庭服务", "fiscal", 200000),
                ("sixteen", "", "loan", "-1"),
                (2026, "家庭服务", "财政资金", "=1+1"),
                (1999, "长" * 201, "fiscal", "1.001"),
                (2026, "青年", "fiscal", None),
            ),
        )
        assert cells(page)[:4] == ["A3", "B3", "C3", "D3"]
        assert {"D4", "A5", "B5", "D5", "D6"} <= set(cells(page))
        assert not BudgetLine.objects.exists()

    def test_a_list_does_not_lower_a_line_below_what_is_taken(self, finance: Client, buyer: Organisation) -> None:
        project = ProjectFactory(buyer=buyer)
        found = project.budget_line
        row = (found.year, found.name, found.fund_source, float(project.budget) - 1)
        assert cells(send(finance, budget(GOOD[0], row))) == ["D3"]
        assert BudgetLine.objects.count() == 1

    def test_what_became_wrong_meanwhile_stops_all(self, finance: Client, buyer: Organisation) -> None:
        there = line(buyer)
        rows = send(finance, budget(*GOOD)).context["rows"]
        ledger.set_active(there, False, by=who(buyer, Role.FINANCE)["by"])
        answer = finance.post("/workspace/budget/import/", {"rows": rows})
        assert answer.status_code == 400
        assert BudgetLine.objects.count() == 1

    def test_a_failure_in_the_middle_leaves_nothing(self, finance: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = send(finance, budget(*GOOD)).context["rows"]

        def fails(*_args: Any, **_more: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr(LedgerRecord.objects, "bulk_create", fails)
        with pytest.raises(RuntimeError):
            finance.post("/workspace/budget/import/", {"rows": rows})
        assert not BudgetLine.objects.exists()

    def test_rows_of_another_hand_or_ledger_are_not_taken(self, finance: Client, buyer: Organisation) -> None:
        rows = send(finance, budget(*GOOD)).context["rows"]
        strange = as_role(OrganisationFactory(buyer=True), Role.FINANCE)
        assert strange.post("/workspace/budget/import/", {"rows": rows}).status_code == 400
        drafter = as_role(buyer, Role.DRAFTER)
        assert drafter.post("/workspace/catalogue/import/", {"rows": rows}).status_code == 400
        assert finance.post("/workspace/budget/import/", {"rows": "x" + rows}).status_code == 400
        assert not BudgetLine.objects.exists()

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_a_file_that_is_no_list(self, finance: Client, kind: str) -> None:
        page = send(finance, hostile(budget(GOOD[0]))[kind])
        assert page.status_code == 400
        assert page.context["form"].errors.keys() == {"file"}

    def test_the_catalogue_changes_its_codes(self, drafter: Client, buyer: Organisation) -> None:
        CatalogueItem.objects.create(organisation=buyer, name="心理服务", code="A01")
        page = send(drafter, catalogue(("心理服务", "A02"), ("法律服务", "0102"), ("法律服务", "")), "catalogue")
        assert cells(page) == ["A4"]
        page = send(drafter, catalogue(("心理服务", "A02"), ("法律服务", "0102")), "catalogue")
        drafter.post("/workspace/catalogue/import/", {"rows": page.context["rows"]})
        assert dict(CatalogueItem.objects.values_list("name", "code")) == {"心理服务": "A02", "法律服务": "0102"}


def test_a_regulator_reads_every_buyers_and_keeps_none(buyer: Organisation) -> None:
    found = line(buyer)
    other = line(OrganisationFactory(buyer=True, name="另一个总工会"), name="别家的钱")
    client = as_role(OrganisationFactory(buyer=True), Role.REGULATOR)
    for one in (found, other):
        page = client.get(f"/workspace/budget/?buyer={one.organisation_id}").content.decode()
        assert (one.name in page, f'value="{one.organisation_id}" selected' in page) == (True, True)
        assert client.get(f"/workspace/budget/{one.pk}/").status_code == 200
        assert client.post(f"/workspace/budget/{one.pk}/", {"what": "retire"}).status_code == 403
    assert client.get("/workspace/budget/?buyer=x").status_code == 200
    plain = as_role(buyer, Role.FINANCE).get(f"/workspace/budget/?buyer={other.organisation_id}")
    assert "别家的钱" not in plain.content.decode()


def test_the_desk_leads_there(buyer: Organisation) -> None:
    both = who(buyer, Role.DRAFTER)["by"]
    both.memberships.update(roles=["drafter", "finance"])
    page = as_user(both).get("/workspace/").content.decode()
    assert 'href="/workspace/catalogue/"' in page
    assert 'href="/workspace/budget/"' in page


def test_two_hands_at_once_keep_the_rule(buyer: Organisation) -> None:
    """Judged on the locked row: what a page read before does not count."""
    project = ProjectFactory(buyer=buyer)
    stale = BudgetLine.objects.get(pk=project.budget_line_id)
    BudgetLine.objects.filter(pk=stale.pk).update(amount=Decimal(5))
    given = {name: getattr(stale, name) for name in ledger.FACTS[BudgetLine]} | {"amount": Decimal(1)}
    with pytest.raises(TransitionBlocked):
        ledger.change(stale, given, by=who(buyer, Role.FINANCE)["by"])
