"""What the forms about organisations and people say to each role; who reads their pages: tests/journeys/test_matrix."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import get_resolver

from procurement.accounts.actions import invitations, staff
from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Employment, Interest, Mandate, Organisation
from procurement.projects.models import BudgetLine, CatalogueItem
from tests.accounts.doors import as_user, member
from tests.factories.accounts import OrganisationFactory, QualificationFactory, RegistrationFactory, paper_file
from workflows.clock import database_now

pytestmark = pytest.mark.django_db
# an empty form, and what each is told (400: let in, but not so)
# mate: a member without any keeping role; chief: the organisation's manager; strange: a manager elsewhere;
# keeper: drafter and finance; office: an administrator of the platform; regulator; expert
POSTS: dict[str, dict[str, int]] = {
    "registration_decide": {"mate": 403, "chief": 403, "strange": 403, "office": 400, "regulator": 403, "expert": 403},
    "invitation_change": {"mate": 403, "chief": 404, "strange": 404, "office": 404, "regulator": 404, "expert": 404},
    "deputy_end": {"mate": 403, "strange": 404, "regulator": 404, "expert": 404, "office": 302},
    "employment_end": {"mate": 403, "chief": 403, "strange": 403, "office": 403, "regulator": 403, "expert": 302},
    "interest_withdraw": {"mate": 403, "chief": 403, "strange": 403, "office": 403, "regulator": 403, "expert": 302},
    "registration_again": {"mate": 403, "chief": 404, "strange": 404, "office": 403},
    "mandate": {"mate": 403, "strange": 404, "office": 404, "chief": 400},
    "people_invite": {"mate": 403, "chief": 400, "office": 403},
    "catalogue_line": {"mate": 403, "chief": 403, "keeper": 404, "strange": 404, "regulator": 403},
    "budget_line": {"mate": 403, "chief": 403, "keeper": 404, "strange": 404, "regulator": 403},
    "organisation_correct": {"mate": 403, "chief": 403, "strange": 403, "office": 400, "regulator": 403},
    "catalogue_add": {"mate": 403, "keeper": 400},
    "budget_add": {"mate": 403, "keeper": 400},
    "budget_import": {"mate": 403, "keeper": 400},
}


class Scene:
    """A buyer with a row of everything, and the people who knock."""

    def __init__(self) -> None:
        self.buyer: Organisation = OrganisationFactory(buyer=True)
        agency = OrganisationFactory(kind=OrganisationKind.AGENCY)
        other, pool = OrganisationFactory(buyer=True), OrganisationFactory()
        people = {
            "chief": member(self.buyer, Role.MANAGER),
            "mate": member(self.buyer, Role.OFFICER),
            "keeper": member(self.buyer, Role.DRAFTER, Role.FINANCE),
            "strange": member(other, Role.MANAGER),
            "office": member(OrganisationFactory(buyer=True), Role.SYSTEM_ADMIN),
            "regulator": member(OrganisationFactory(buyer=True), Role.REGULATOR),
            "expert": member(pool, Role.EVALUATOR),
        }
        self.people = {name: found.user for name, found in people.items()}
        chief, expert = self.people["chief"], self.people["expert"]
        invited = invitations.invite(self.buyer, by=chief, name="某", email="a@example.org", roles=[Role.DRAFTER])
        paper = QualificationFactory(organisation=self.buyer, submitted=True)
        today = database_now().date()
        mandate = Mandate.objects.create(
            agency=agency, buyer=self.buyer, number="1", valid_from=today, valid_until=today, file=paper_file(),
            granted_by=chief, granted_at=database_now(),
        )  # fmt: skip
        deputy = staff.name_deputy(people["mate"], Role.OFFICER, chief, today, today, by=chief)
        tie = {"expert": expert, "name": "某中心"}
        self.keys: dict[str, list[Any]] = {
            "qualification": [paper.pk],
            "qualification_file": [paper.pk],
            "mandate": [mandate.pk],
            "mandate_file": [mandate.pk],
            "invitation": [invitations.token_of(invited)],
            "invitation_change": [invited.pk],
            "member": [people["mate"].pk],
            "deputy_end": [people["mate"].pk, deputy.pk],
            "employment_end": [Employment.objects.create(started=today, **tie).pk],
            "interest_withdraw": [Interest.objects.create(relation="other", declared_at=database_now(), **tie).pk],
            "expert": [expert.pk],
            "organisation": [self.buyer.pk],
            "organisation_invite": [self.buyer.pk],
            "organisation_correct": [self.buyer.pk],
            "registration_decide": [RegistrationFactory().organisation_id],
            "catalogue_line": [CatalogueItem.objects.create(organisation=self.buyer, name="项").pk],
            "budget_line": [
                BudgetLine.objects.create(
                    organisation=self.buyer, year=2026, name="项", fund_source="fiscal", amount=1
                ).pk
            ],
        }

    def path(self, name: str) -> str:
        return "/" + get_resolver().reverse(name, *self.keys.get(name, []))


def test_who_may_post() -> None:
    scene = Scene()
    answers = {
        name: {who: as_user(scene.people[who]).post(scene.path(name), {}).status_code for who in doors}
        for name, doors in POSTS.items()
    }
    assert answers == POSTS
