"""Every page about organisations and people, for every role, of the own and of another organisation."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from procurement.accounts import urls
from procurement.accounts.actions import invitations, staff
from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Employment, Interest, Mandate, Organisation
from procurement.projects import urls as project_urls
from procurement.projects.models import BudgetLine, CatalogueItem
from tests.accounts.doors import as_user, member
from tests.factories.accounts import OrganisationFactory, QualificationFactory, RegistrationFactory, paper_file
from workflows.clock import database_now

pytestmark = pytest.mark.django_db
PUBLIC = {"setup": 404, "register": 200, "invitation": 200}

# who stands before the door → what it says to a GET (405 where only POST is taken: let in, but not this way)
# mate: a member without any keeping role; chief: the organisation's manager; strange: a manager elsewhere;
# keeper: drafter and finance; office: an administrator of the platform; regulator; expert
DOORS: dict[str, dict[str, int]] = {
    "own_organisation": {"mate": 200, "chief": 200, "strange": 200, "office": 200, "regulator": 200, "expert": 200},
    "organisation_contact": {"mate": 403, "chief": 200, "strange": 200, "office": 403, "regulator": 403, "expert": 403},
    "registration_again": {"mate": 403, "chief": 405, "strange": 405, "office": 403, "regulator": 403, "expert": 403},
    "qualification_add": {"mate": 403, "chief": 200, "strange": 200, "office": 403, "regulator": 403, "expert": 403},
    "qualification": {"mate": 200, "chief": 200, "strange": 404, "office": 200, "regulator": 404, "expert": 404},
    "qualification_file": {"mate": 403, "chief": 200, "strange": 404, "office": 200, "regulator": 404, "expert": 404},
    "mandate_add": {"mate": 403, "chief": 200, "strange": 200, "office": 403, "regulator": 403, "expert": 403},
    "mandate_end": {"mate": 403, "chief": 405, "strange": 405, "office": 403, "regulator": 403, "expert": 403},
    "mandate_file": {"mate": 403, "chief": 200, "strange": 404, "office": 404, "regulator": 404, "expert": 404},
    "people": {"mate": 403, "chief": 200, "strange": 200, "office": 403, "regulator": 403, "expert": 403},
    "people_invite": {"mate": 403, "chief": 200, "strange": 200, "office": 403, "regulator": 403, "expert": 403},
    "people_import": {"mate": 403, "chief": 200, "strange": 200, "office": 403, "regulator": 403, "expert": 403},
    "people_template": {"mate": 403, "chief": 200, "strange": 200, "office": 403, "regulator": 403, "expert": 403},
    "member": {"mate": 403, "chief": 200, "strange": 404, "office": 200, "regulator": 404, "expert": 404},
    "me": {"mate": 200, "chief": 200, "strange": 200, "office": 200, "regulator": 200, "expert": 200},
    "experts": {"mate": 403, "chief": 403, "strange": 403, "office": 200, "regulator": 200, "expert": 302},
    "expert": {"mate": 403, "chief": 403, "strange": 403, "office": 200, "regulator": 200, "expert": 403},
    "expert_mine": {"mate": 403, "chief": 403, "strange": 403, "office": 403, "regulator": 403, "expert": 200},
    "organisations": {"mate": 403, "chief": 403, "strange": 403, "office": 200, "regulator": 403, "expert": 403},
    "organisation_add": {"mate": 403, "chief": 403, "strange": 403, "office": 200, "regulator": 403, "expert": 403},
    "organisation": {"mate": 403, "chief": 403, "strange": 403, "office": 200, "regulator": 403, "expert": 403},
    "organisation_correct": {"mate": 403, "chief": 403, "strange": 403, "office": 200, "regulator": 403, "expert": 403},
    "organisation_invite": {"mate": 403, "chief": 403, "strange": 403, "office": 200, "regulator": 403, "expert": 403},
    "catalogue": {"mate": 200, "chief": 200, "strange": 200, "office": 200, "regulator": 200, "expert": 403},
    "catalogue_add": {"mate": 403, "chief": 403, "keeper": 200, "strange": 403, "office": 403, "regulator": 403},
    "catalogue_import": {"mate": 403, "chief": 403, "keeper": 200, "strange": 403, "office": 403, "regulator": 403},
    "catalogue_template": {"mate": 403, "chief": 403, "keeper": 200, "strange": 403, "office": 403, "regulator": 403},
    "catalogue_line": {"mate": 200, "keeper": 200, "strange": 404, "office": 404, "regulator": 200, "expert": 403},
    "budget": {"mate": 200, "chief": 200, "strange": 200, "office": 200, "regulator": 200, "expert": 403},
    "budget_add": {"mate": 403, "chief": 403, "keeper": 200, "strange": 403, "office": 403, "regulator": 403},
    "budget_import": {"mate": 403, "chief": 403, "keeper": 200, "strange": 403, "office": 403, "regulator": 403},
    "budget_template": {"mate": 403, "chief": 403, "keeper": 200, "strange": 403, "office": 403, "regulator": 403},
    "budget_line": {"mate": 200, "keeper": 200, "strange": 404, "office": 404, "regulator": 200, "expert": 403},
}
# what is only posted to: an empty form, and what each is told
POSTS: dict[str, dict[str, int]] = {
    "registration_decide": {"mate": 403, "chief": 403, "strange": 403, "office": 400, "regulator": 403, "expert": 403},
    "invitation_change": {"mate": 403, "chief": 404, "strange": 404, "office": 404, "regulator": 404, "expert": 404},
    "deputy_end": {"mate": 403, "strange": 404, "regulator": 404, "expert": 404, "office": 302},
    "employment_end": {"mate": 403, "chief": 403, "strange": 403, "office": 403, "regulator": 403, "expert": 302},
    "interest_withdraw": {"mate": 403, "chief": 403, "strange": 403, "office": 403, "regulator": 403, "expert": 302},
    "registration_again": {"mate": 403, "chief": 404, "strange": 404, "office": 403},
    "mandate_end": {"mate": 403, "strange": 404, "office": 403, "chief": 302},
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
            "mandate_end": [mandate.pk],
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


def names() -> set[str]:
    found = [*urls.urlpatterns, *project_urls.urlpatterns]
    return {str(one.name) for one in found if isinstance(one, URLPattern)}


def test_every_address_is_in_the_matrix() -> None:
    assert names() == DOORS.keys() | POSTS.keys() | PUBLIC.keys()


def test_who_is_let_in() -> None:
    scene = Scene()
    answers = {
        name: {who: as_user(scene.people[who]).get(scene.path(name)).status_code for who in doors}
        for name, doors in DOORS.items()
    }
    assert answers == DOORS


def test_who_may_post() -> None:
    scene = Scene()
    answers = {
        name: {who: as_user(scene.people[who]).post(scene.path(name), {}).status_code for who in doors}
        for name, doors in POSTS.items()
    }
    assert answers == POSTS


def test_strangers_are_asked_to_log_in() -> None:
    scene, client = Scene(), Client()
    for name in names() - PUBLIC.keys():
        for answer in (client.get(scene.path(name)), client.post(scene.path(name), {})):
            assert (name, answer.status_code) == (name, 302)
            assert answer.url.startswith("/accounts/login/")
    assert {name: client.get(scene.path(name)).status_code for name in PUBLIC} == PUBLIC


def test_private_pages_are_kept_by_no_cache() -> None:
    scene = Scene()
    for name in DOORS:
        answer = as_user(scene.people["chief"]).get(scene.path(name))
        assert "no-store" in answer.get("Cache-Control", "") or answer.status_code == 403, name
