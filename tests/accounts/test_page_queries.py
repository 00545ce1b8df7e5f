"""That lists ask the database no more with thirty rows than with one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from procurement.accounts.actions import invitations, staff
from procurement.accounts.enums import OrganisationKind, QualificationState, Role
from procurement.accounts.models import Employment, ExpertProfile, Interest, Mandate, Membership, Qualification
from procurement.projects import ledger
from procurement.projects.models import BudgetLine, CatalogueItem, Project
from tests.accounts.doors import as_user, member
from tests.factories.accounts import OrganisationFactory, RegistrationFactory, manager
from tests.factories.projects import ProjectFactory
from workflows.clock import database_now

pytestmark = pytest.mark.django_db


def queries(client: Client, path: str) -> int:
    client.get(path)  # fills what the process keeps
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


class Rows:
    """An organisation to which rows of everything are added."""

    def __init__(self) -> None:
        self.buyer = OrganisationFactory(buyer=True)
        self.chief = manager(self.buyer)["by"]
        Membership.objects.filter(user=self.chief).update(
            roles=["manager", "drafter", "finance", "system_admin", "evaluator"]
        )
        self.project = ProjectFactory(buyer=self.buyer, imported=True)

    def add(self, count: int) -> None:
        now, today = database_now(), timezone.localdate()
        for number in range(count):
            one = member(self.buyer, Role.OFFICER, Role.EVALUATOR)
            ExpertProfile.objects.create(user=one.user, fields=["youth"])
            staff.name_deputy(one, Role.OFFICER, self.chief, today, today, by=self.chief)
            invitations.invite(self.buyer, by=self.chief, name="某", mobile=f"139{one.pk:08d}", roles=[Role.DRAFTER])
            for expert in (one.user, self.chief):
                Employment.objects.create(expert=expert, organisation=OrganisationFactory(), started=today)
                Interest.objects.create(expert=expert, organisation=OrganisationFactory(), declared_at=now)
            Qualification.objects.create(
                organisation=self.buyer, kind="other", value=f"{one.pk}", drafted_by=self.chief,
                valid_until=today + timedelta(days=5), state=QualificationState.SUBMITTED, submitted_at=now,
                submitted_by=self.chief,
            )  # fmt: skip
            Mandate.objects.create(
                agency=OrganisationFactory(kind=OrganisationKind.AGENCY), buyer=self.buyer, number=f"{one.pk}",
                valid_from=today, valid_until=today, granted_by=self.chief, granted_at=now,
            )  # fmt: skip
            RegistrationFactory()
            self._money(one.pk, number)

    def _money(self, key: int, number: int) -> None:
        item = ledger.add(CatalogueItem(organisation=self.buyer, name=f"项{key}"), by=self.chief)
        line = BudgetLine(
            organisation=self.buyer, year=2026, name=f"项{key}", fund_source="fiscal", amount=Decimal(100000)
        )
        ledger.add(line, by=self.chief)
        for of in ({"catalogue_item": item, "budget_line": line}, {}):
            copy = Project.objects.get(pk=self.project.pk)
            copy.pk, copy._state.adding, copy.case_id = None, True, None
            copy.number = f"COPY-{key}-{number}-{len(of)}"
            for name, value in of.items():
                setattr(copy, name, value)
            copy.save()
        self.project.budget_line.amount += 1
        ledger.change(
            self.project.budget_line,
            {name: getattr(self.project.budget_line, name) for name in ledger.FACTS[BudgetLine]},
            by=self.chief,
        )


def test_no_more_with_thirty_rows() -> None:
    rows = Rows()
    rows.add(1)
    client = as_user(rows.chief)
    paths = [
        "/workspace/organisations/",
        "/workspace/people/",
        "/workspace/experts/",
        "/workspace/experts/mine/",
        f"/workspace/experts/{rows.chief.pk}/",
        "/workspace/admin/organisations/",
        f"/workspace/admin/organisations/{rows.buyer.pk}/",
        "/workspace/catalogue/",
        "/workspace/budget/",
        f"/workspace/catalogue/{rows.project.catalogue_item_id}/",
        f"/workspace/budget/{rows.project.budget_line_id}/",
        "/workspace/",
    ]
    for path in paths:
        client.get(path)  # what a process reads once
    few = {path: queries(client, path) for path in paths}
    rows.add(29)
    assert {path: queries(client, path) for path in paths} == few
    assert max(few[path] for path in paths[:-1]) <= 25
