"""Who runs a call in the buyer's name is its procuring entity (OCDS), as long as the mandate held on the day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from procurement.cases.replay.driver import replay
from procurement.opendata.models import Release
from procurement.opendata.ocds import issuing
from procurement.projects.models import Project
from tests import threads
from tests.factories.accounts import MandateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    assert not replay(threads.case("C1"), documents=False).refused
    return Project.objects.get(case_id=threads.case("C1").case)


def told(project: Project) -> dict[str, list[Release]]:
    issuing.issue(project)
    found: dict[str, list[Release]] = {}
    for release in Release.objects.filter(project=project).order_by("sequence"):
        found.setdefault(release.tag[0], []).append(release)
    return found


def test_the_agency_of_the_day_is_named(project: Project) -> None:
    day = timezone.localdate(project.calls.get().published_at)
    mandate = MandateFactory(buyer=project.buyer, valid_from=day - timedelta(days=9), valid_until=day)
    release = told(project)["tender"][0]
    assert release.body["tender"]["procuringEntity"]["name"] == mandate.agency.name
    roles = {party["name"]: party["roles"] for party in release.body["parties"]}
    assert roles[mandate.agency.name] == ["procuringEntity"]
    assert "buyer" in roles[project.buyer.name]


@pytest.mark.parametrize("first", [-30, 1])
def test_an_agency_of_other_days_is_not(project: Project, first: int) -> None:
    day = timezone.localdate(project.calls.get().published_at)
    begins = day + timedelta(days=first)
    mandate = MandateFactory(buyer=project.buyer, valid_from=begins, valid_until=begins + timedelta(days=3))
    release = told(project)["tender"][0]
    assert "procuringEntity" not in release.body["tender"]
    assert mandate.agency.name not in {party["name"] for party in release.body["parties"]}


def test_what_was_told_stays_when_a_mandate_is_given_later(project: Project) -> None:
    told(project)
    MandateFactory(buyer=project.buyer, valid_from=timezone.localdate())
    assert issuing.issue(project) == []
