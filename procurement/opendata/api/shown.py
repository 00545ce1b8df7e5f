"""Rows of the field as the interface shows them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from procurement.accounts.models import Organisation
from procurement.calls.models import Call
from procurement.evaluation import formulas
from procurement.evaluation.models import Evaluation
from procurement.needs.models import Need
from procurement.opendata.api.public import yuan
from procurement.opendata.ocds.terms import ocid_of
from procurement.opendata.privacy import covered
from procurement.opendata.reports import sample
from procurement.projects.models import Notice, Project


def address(name: str, *arguments: Any) -> str:
    return f"{settings.HUIQUN_BASE_URL}{reverse(name, args=arguments)}"


def organisation(row: Organisation) -> dict[str, Any]:
    return {"name": row.name, "code": row.code}


def call(row: Call, now: datetime) -> dict[str, Any]:
    return {
        "number": row.number,
        "thread": row.project.number,
        "title": row.project.title,
        "buyer": organisation(row.project.buyer),
        "domain": row.project.domain,
        "method": row.method,
        "ceiling": yuan(row.ceiling),
        "state": row.state,
        "open": row.is_open(now),
        "published_at": row.published_at,
        "deadline": row.deadline,
        "brought_in": row.project.imported,
        "url": f"{settings.HUIQUN_BASE_URL}/calls/{row.number.lower()}/",
    }


def notice(row: Notice) -> dict[str, Any]:
    return {
        "number": row.number,
        "thread": row.project.number,
        "kind": row.kind,
        "title": row.title,
        "published_at": row.published_at,
        "corrects": row.corrects.number if row.corrects else None,
        "official_url": row.official_url,
        "official_published_at": row.official_published_at,
        "url": address("notice", row.project.number, row.number),
    }


WITHHELD = {"committee", "experts", "members", "contact", "contacts", "buyer_contact", "supplier_contact"}  # people


def notice_fields(row: Notice) -> dict[str, str]:
    """The statutory fields but those that name people (I2)."""
    return {str(name): covered(str(value)) for name, value in row.fields.items() if name not in WITHHELD}


def thread(row: Project) -> dict[str, Any]:
    return {
        "number": row.number,
        "ocid": ocid_of(row.number),
        "title": row.title,
        "buyer": organisation(row.buyer),
        "domain": row.domain,
        "delivery_mode": row.delivery_mode,
        "fund_source": row.fund_source,
        "budget": yuan(row.budget),
        "state": row.state,
        "approved_at": row.approved_at,
        "brought_in": row.imported,
        "url": address("thread", row.number),
    }


def need(row: Need) -> dict[str, Any]:
    public = [found for found in row.projects.all() if found.approved_at and not found.rehearsal]
    return {
        "number": row.number,
        "title": covered(row.title),
        "text": covered(row.text),
        "station": row.station.name,
        "addressed_to": organisation(row.addressed_to),
        "raised_on": row.raised_on,
        "supporters": row.supporters,
        "state": row.state,
        "decline_reason": covered(row.decline_reason),
        "threads": [found.number for found in public],
        "brought_in": row.imported,
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def evaluation(row: Evaluation) -> dict[str, Any]:
    """A verdict, always with the sample it rests on (E5)."""
    project, heard = row.contract.project, sample(row.answers, row.survey.population)  # type: ignore[attr-defined]
    return {
        "contract": row.contract.number,
        "thread": project.number,
        "title": project.title,
        "buyer": organisation(project.buyer),
        "supplier": organisation(row.contract.supplier),
        "total": str(row.total),
        "grade": row.grade,
        "parts": {name: str(formulas.shown(Decimal(str(value)))) for name, value in row.parts.items()},
        "weights": row.weights,
        "answers": heard["answers"],
        "population": heard["population"],
        "response_rate": _text(heard["response_rate"]),
        "margin": _text(heard["margin"]),
        "sufficient_sample": heard["sufficient"],
        "statement": covered(row.statement),
        "published_at": row.published_at,
        "brought_in": project.imported,
        "url": address("thread", project.number),
    }
