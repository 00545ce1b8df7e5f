"""What the public page of one call shows. Reads the call; decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.bids.enums import BidState
from procurement.bids.models import Bid
from procurement.calls.enums import CallState, CriterionKind
from procurement.calls.models import Call
from procurement.calls.postponement import postponed
from procurement.common import page_cache
from procurement.common.templatetags.huiqun import NOTICE_FIELDS
from procurement.evaluation.documents import subjects
from procurement.opendata import papers
from procurement.projects import layout
from procurement.projects.enums import NoticeKind
from workflows.clock import database_now

RULES_FOR_POINTS = {
    CriterionKind.PRICE: _("lowest valid price ÷ price offered × weight"),
    CriterionKind.QUANTITY: _("quantity offered ÷ largest quantity offered × weight"),
    CriterionKind.JUDGED: _("mean of the panel's scores"),
}


OF_ONE_CALL = (NoticeKind.CALL, NoticeKind.CORRECTION, NoticeKind.TERMINATION)


def status(call: Call, now: datetime) -> tuple[str, Any]:
    """How the call stands, as (kind of tag, words); derived from facts, so that it cannot drift."""
    if call.state == CallState.PUBLISHED:
        return ("open", _("open for bids")) if now <= call.deadline else ("warn", _("deadline passed"))
    if call.state == CallState.CONCLUDED:
        return "ok", call.get_state_display()
    if call.state in (CallState.FAILED, CallState.CANCELLED):
        return "", call.get_state_display()
    return "open", call.get_state_display()


def remember(request: HttpRequest, call: Call) -> None:
    """What the page of a call rests on, and the moments at which its words change by themselves."""
    moments = [call.deadline, call.questions_until, call.opening_time, call.final_opening_time]
    page_cache.show(request, f"thread:{call.project_id}", until=moments)


def _notices(call: Call) -> list[dict[str, Any]]:
    rows = call.project.notices.exclude(kind=NoticeKind.INTENT)
    found = [
        notice
        for notice in rows.prefetch_related("official_publications")
        # a project may be called for again: only what belongs to this call
        if notice.kind not in OF_ONE_CALL or notice.fields.get("number", call.number) == call.number
    ]
    return [
        {
            "notice": notice,
            "fields": [
                {"label": NOTICE_FIELDS.get(name, name), "value": layout.printed(name, value)}
                for name, value in sorted(notice.fields.items(), key=_place)
                if value
            ],
        }
        for notice in found
    ]


def _documents(call: Call) -> list[dict[str, str]]:
    """The papers of this call's opening and scoring that everybody may read now."""
    return [
        {"label": str(papers.LABELS[kind]), "url": reverse("paper", args=[call.project.number, kind, row.pk])}
        for kind, row in subjects(call.project)
        if kind in ("opening_record", "scoring_report", "award_letter") and papers.is_public(kind, row)
    ]


def _place(item: tuple[str, Any]) -> int:
    order = list(NOTICE_FIELDS)
    return order.index(item[0]) if item[0] in order else len(order)


def _criteria(call: Call) -> list[dict[str, Any]]:
    return [
        {"criterion": criterion, "rule": criterion.rule or RULES_FOR_POINTS.get(CriterionKind(criterion.kind), "")}
        for criterion in call.criteria.all()
    ]


def facts(call: Call) -> dict[str, Any]:
    """The template context of one call.

    How many bids there are is told only once the deadline is past: until then it would help bidders to collude.
    """
    now = database_now()
    past = now > call.deadline
    received = (
        Bid.objects.filter(lot__call=call).exclude(state__in=[BidState.DRAFT, BidState.WITHDRAWN]).count()
        if past
        else None
    )
    lots = list(call.lots.all())
    kind, words = status(call, now)
    return {
        "call": call,
        "project": call.project,
        "now": now,
        "past": past,
        "hot": not past and (call.deadline - now).total_seconds() <= 24 * 3600,
        "status_kind": kind,
        "status": words,
        "received": received,
        "criteria": _criteria(call),
        "lots": lots if len(lots) > 1 or (lots and lots[0].code) else [],
        "notices": _notices(call),
        # the asker's name is not even read here
        "questions": list(call.questions.values("text", "asked_at", "answer", "answered_at")),
        "corrections": list(call.corrections.select_related("notice")),
        # none once it was held: then the timetable says when
        "postponed": postponed(call) if call.opened_at is None else None,
        "final_postponed": postponed(call, final=True) if call.final_opened_at is None else None,
        "questions_until": call.questions_until or call.deadline,
        "needs": list(call.project.needs.all()[:3]),
        "documents": _documents(call),
    }
