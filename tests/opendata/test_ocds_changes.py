"""Supplements, suspensions, fallen results and challenges as releases: valid, merged, naming nobody."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import ocdsmerge
import pytest
from django.test import Client

from procurement.opendata.models import Release
from procurement.opendata.ocds import issuing, terms
from procurement.projects.models import Project
from tests.factories.awards import challenge, decide
from tests.factories.contracts import AmendmentFactory, ContractFactory, supplement
from tests.opendata import ocds
from tests.opendata.test_ocds import brought_in

pytestmark = pytest.mark.django_db


def told(client: Client, project: Project) -> dict[str, Any]:
    """The compiled release of a thread, checked against the standard where its schemas are there."""
    issuing.issue(project)
    record = client.get(f"/api/ocds/records/{terms.ocid_of(project.number)}.json").json()
    (found,) = record["records"]
    if ocds.FOLDER:
        assert ocds.faults(record) == []
        merged = ocdsmerge.Merger(ocds.merge_schema()).create_compiled_release(found["releases"])
        assert found["compiledRelease"] == merged
    return found


def test_a_supplement_amends_the_contract(client: Client) -> None:
    contract = ContractFactory(published=True)
    issuing.issue(contract.project)
    new = {"name": "加开场次", "due": date(2026, 9, 20), "amount": Decimal(5000), "targets": {"sessions": "4"}}
    amendment = supplement(contract, rows=[new], term_end=date(2026, 9, 30))
    AmendmentFactory.advance(amendment, "published")
    record = told(client, contract.project)
    (release,) = [found for found in record["releases"] if found["tag"] == ["contractAmendment"]]
    (entry,) = release["contracts"]
    assert entry["value"]["amount"] == 85000.0
    (change,) = entry["amendments"]
    assert (change["id"], change["releaseID"]) == (amendment.number, release["id"])
    first = next(found for found in record["releases"] if found["tag"] == ["contract"])
    assert change["amendsReleaseID"] == first["id"]
    assert first["contracts"][0]["value"]["amount"] == 80000.0
    now = record["compiledRelease"]["contracts"][0]
    assert (now["value"]["amount"], now["period"]["endDate"][:10]) == (85000.0, "2026-09-30")
    assert [step["title"] for step in now["milestones"]] == ["合同签订", "结项", "加开场次"]
    assert issuing.issue(contract.project) == []


def test_a_second_supplement_amends_the_first(client: Client) -> None:
    amendment = AmendmentFactory(published=True, added=Decimal(1000))
    AmendmentFactory(contract=amendment.contract.fresh(), published=True, added=Decimal(2000))
    record = told(client, amendment.project)
    first, second = [found for found in record["releases"] if found["tag"] == ["contractAmendment"]]
    assert second["contracts"][0]["amendments"][0]["amendsReleaseID"] == first["id"]
    now = record["compiledRelease"]["contracts"][0]
    assert (len(now["amendments"]), now["value"]["amount"]) == (2, 83000.0)


def test_a_suspended_contract_says_from_when_to_when(client: Client) -> None:
    contract = ContractFactory(published=True)
    found = challenge(contract.award)
    now = told(client, contract.project)["compiledRelease"]["contracts"][0]
    assert (now["status"], now["x_suspended"]) == ("active", True)
    assert "endDate" not in now["x_suspensions"][0]
    decide(found, "dismiss")
    now = told(client, contract.project)["compiledRelease"]["contracts"][0]
    (time,) = now["x_suspensions"]
    assert (now["x_suspended"], time["startDate"] < time["endDate"]) == (False, True)


def test_a_challenge_is_told_without_whoever_filed_it(client: Client) -> None:
    contract = ContractFactory(published=True)
    found = challenge(contract.award)
    issuing.issue(contract.project)
    decide(found, "dismiss")
    record = told(client, contract.project)
    (entry,) = record["compiledRelease"]["x_challenges"]
    assert (entry["id"], entry["status"], entry["about"]) == (found.number, "dismissed", "result")
    assert entry["decision"] == found.published
    ours = [str(row.body) for row in Release.objects.filter(event__startswith="challenge")]
    assert len(ours) == 2
    for text in ours:
        assert found.supplier.name not in text
        assert found.claims not in text
        assert found.decision not in text


def test_a_result_that_fell_is_cancelled_and_the_next_one_stands(client: Client) -> None:
    project = brought_in("EX6")
    now = told(client, project)["compiledRelease"]
    first, second = now["awards"]
    assert (first["status"], second["status"], second["x_succeeds"]) == ("cancelled", "active", first["id"])
    assert now["contracts"][0]["awardID"] == second["id"]
    assert [found["status"] for found in now["x_challenges"]] == ["dismissed", "upheld"]
    assert now["tender"]["status"] == "complete"
