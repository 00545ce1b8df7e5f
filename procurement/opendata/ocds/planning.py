"""Planning: which need, which money, and the intent made public (W12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from procurement.needs.models import Need
from procurement.opendata.ocds import terms
from procurement.opendata.ocds.events import Event
from procurement.opendata.ocds.thread import Facts
from procurement.projects.enums import DeliveryMode, Domain, FundSource, NoticeKind

FUNDS = {
    FundSource.FISCAL: "财政性资金",
    FundSource.UNION_DUES: "工会经费",
    FundSource.DONATION: "捐赠资金",
    FundSource.OTHER: "其他资金",
}
DOMAINS = {Domain.WORKER: "职工", Domain.YOUTH: "青少年", Domain.CHILDREN: "儿童", Domain.FAMILY: "家庭"}
MODES = {DeliveryMode.ENTRUST: "委托", DeliveryMode.CONTRACT: "承包", DeliveryMode.PURCHASE: "采购"}


def _need(need: Need) -> dict[str, Any]:
    """The need behind a thread, as a document: the needs board shows it and what came of it."""
    return {
        "id": need.number,
        "documentType": "needsAssessment",
        "title": terms.words(need.title),
        "description": terms.words(f"{need.station.name}：{need.text}"),
        "url": terms.address(f"{reverse('needs')}?{urlencode({'q': need.title[:100]})}"),
        "format": "text/html",
        "language": "zh",
    }


def _rationale(facts: Facts) -> str:
    people = sum(need.supporters for need in facts.needs)
    return f"回应群众需求 {len(facts.needs)} 项（{people} 人提出或附议）" if facts.needs else ""


def tell(facts: Facts) -> Iterator[Event]:
    """The approval of the thread, and its intent where one was published."""
    project = facts.project
    if project.approved_at is None:
        return
    budget = {
        "id": f"{project.number}-budget",
        "description": FUNDS[FundSource(project.fund_source)],
        "amount": terms.money(project.budget),
        "project": project.title,
        "projectID": project.number,
    }
    body = {
        "planning": {
            "rationale": _rationale(facts),
            "budget": budget,
            "documents": [_need(need) for need in facts.needs],
            "forecasts": [_reach(project)],
        },
        "tender": {
            "id": project.number,
            "title": project.title,
            "description": terms.words(project.summary),
            "status": "planning",
            "mainProcurementCategory": "services",
            "contractPeriod": terms.period(project.term_start, project.term_end),
            "procuringEntity": terms.reference(project.buyer),
        },
        "x_domain": DOMAINS[Domain(project.domain)],
        "x_deliveryMode": MODES[DeliveryMode(project.delivery_mode)],
    }
    parties = [(project.buyer, ("buyer", "procuringEntity"))]
    yield Event("planning", "planning", "planning", project.approved_at, body, parties)
    if project.intended_at is not None:
        documents = facts.notices_of(NoticeKind.INTENT)
        told = {"planning": {"documents": documents}, "tender": {"id": project.number, "status": "planned"}}
        yield Event("intent", "planning-intent", "planningUpdate", project.intended_at, told, parties)


def _reach(project: Any) -> dict[str, Any]:
    return {
        "id": "beneficiaries",
        "title": "受益人数",
        "observations": [{"id": "beneficiaries-planned", "measure": project.beneficiaries, "unit": {"name": "人"}}],
    }
