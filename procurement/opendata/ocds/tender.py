"""The call: published, asked about, corrected, ended without a result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from procurement.accounts import mandates
from procurement.calls.models import Call, Correction, Lot, Question
from procurement.opendata.ocds import terms
from procurement.opendata.ocds.events import Event
from procurement.opendata.ocds.thread import Facts
from procurement.projects.enums import NoticeKind, ProjectState


def _conditions(facts: Facts, call: Call) -> dict[str, Any]:
    """What the call asks for, as it stands now."""
    method, details = terms.METHODS[call.method]  # type: ignore[index] # a code is its text
    asked = terms.period(call.published_at, call.questions_until) if call.questions_until else None
    return {
        "description": terms.words(call.requirements),
        "value": terms.money(call.ceiling),
        "procurementMethod": method,
        "procurementMethodDetails": details,
        "procurementMethodRationale": terms.words(call.urgent_reason),
        "mainProcurementCategory": "services",
        "awardCriteria": terms.AWARD_CRITERIA.get(call.method, "ratedCriteria"),  # type: ignore[call-overload]
        "awardCriteriaDetails": "；".join(
            f"{row.name} {row.weight.normalize():f} 分" for row in facts.criteria if row.call_id == call.pk
        ),
        "submissionMethod": ["electronicSubmission"],
        "submissionMethodDetails": "在本平台在线提交，加密封存至开标",
        "eligibilityCriteria": terms.words(call.qualifications),
        "tenderPeriod": terms.period(call.published_at, call.deadline),
        "enquiryPeriod": asked,
        **_parts(facts, call),
    }


def _parts(facts: Facts, call: Call) -> dict[str, Any]:
    lots = facts.lots_of(call)
    divided = facts.divided(call)
    return {
        "items": [
            {
                "id": f"item-{lot.pk}",
                "description": lot.name or facts.project.title,
                "quantity": 1,
                "unit": {"name": "项"},
                "relatedLot": lot_id(lot) if divided else None,
            }
            for lot in lots
        ],
        "lots": [{"id": lot_id(lot), "title": lot.name or lot.code, "value": terms.money(lot.ceiling)} for lot in lots]
        if divided
        else None,
    }


def lot_id(lot: Lot) -> str:
    return f"lot-{lot.code or lot.pk}"


def _published(facts: Facts, call: Call) -> Event:
    """``procuringEntity`` is told here where an agency ran the call for the buyer on the day of its publication."""
    kinds = (NoticeKind.CALL, NoticeKind.SINGLE_SOURCE)
    agencies = mandates.agencies(facts.project, _at(call))
    body = {
        "tender": {
            "id": facts.project.number,
            "title": facts.project.title,
            "status": "active",
            "hasEnquiries": False,
            "documents": facts.notices_of(*kinds, number=call.number),
            "procuringEntity": terms.reference(agencies[0]) if agencies else None,
            **_conditions(facts, call),
        },
        "x_callNumber": call.number,
    }
    parties = [(agency, ("procuringEntity",)) for agency in agencies]
    return Event(f"tender-{call.pk}", f"tender-{call.pk}", "tender", _at(call), body, parties)


def _at(call: Call) -> Any:
    return call.published_at


def _corrected(facts: Facts, call: Call, correction: Correction, amends: str) -> Event:
    key = f"correction-{correction.pk}"
    labels = "、".join(change["label"] for change in correction.changes)
    document = [found for found in facts.notices if found.pk == correction.notice_id]
    amendment = {
        "id": key,
        "date": terms.moment(correction.published_at),
        "description": terms.words(
            "；".join(
                f"{row['label']}：{row['was'] or '（无）'} → {row['is'] or '（无）'}" for row in correction.changes
            )
        ),
        "rationale": f"更正公告：{labels}",
        "amendsReleaseID": f"{facts.ocid}-{amends}",
        "releaseID": f"{facts.ocid}-{key}",
    }
    body = {
        "tender": {
            "id": facts.project.number,
            "amendments": [amendment],
            "documents": [facts.notice(row) for row in document],
            **_conditions(facts, call),
        }
    }
    return Event(key, f"tender-{call.pk}", "tenderAmendment", correction.published_at, body)


def _answered(facts: Facts, question: Question) -> Event:
    """A question and its answer; who asked is told to nobody."""
    enquiry = {
        "id": f"enquiry-{question.pk}",
        "date": terms.moment(question.asked_at),
        "description": terms.words(question.text),
        "answer": terms.words(question.answer),
        "dateAnswered": terms.moment(question.answered_at),
    }
    body = {"tender": {"id": facts.project.number, "hasEnquiries": True, "enquiries": [enquiry]}}
    key = f"enquiry-{question.pk}"
    assert question.answered_at is not None  # noqa: S101 - only answered ones are read
    return Event(key, f"tender-{key}", "tenderUpdate", question.answered_at, body)


def _ended(facts: Facts, call: Call, status: str) -> Event:
    body = {
        "tender": {
            "id": facts.project.number,
            "status": status,
            "documents": facts.notices_of(NoticeKind.TERMINATION),
        },
        "x_endReason": terms.words(call.end_reason),
    }
    return Event(f"ended-{call.pk}", f"tender-ended-{call.pk}", "tenderCancellation", call.ended_at, body)  # type: ignore[arg-type]


def tell(facts: Facts) -> Iterator[Event]:
    """Every call of the thread, in order; a second one is a tender anew under the same ocid."""
    for call in facts.calls:
        published = _published(facts, call)
        yield published
        last = published.key
        for correction in facts.corrections:
            if correction.call_id == call.pk:
                event = _corrected(facts, call, correction, last)
                yield event
                last = event.key
        yield from (_answered(facts, question) for question in facts.questions if question.call_id == call.pk)
        status = terms.ENDED.get(call.state)
        if status and call.ended_at:
            yield _ended(facts, call, status)
    yield from _terminated(facts)


def _terminated(facts: Facts) -> Iterator[Event]:
    """A thread that its buyer ended before any contract was signed."""
    project = facts.project
    if project.state != ProjectState.TERMINATED or project.ended_early_at is None or facts.contracts:
        return
    body = {
        "tender": {
            "id": project.number,
            "status": "cancelled" if facts.calls else "withdrawn",
            "documents": facts.notices_of(NoticeKind.TERMINATION),
        },
        "x_endReason": terms.words(project.end_reason),
    }
    yield Event("terminated", "tender-terminated", "tenderCancellation", project.ended_early_at, body)
