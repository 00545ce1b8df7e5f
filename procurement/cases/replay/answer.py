"""The JSON answer of a replay (docs/case-files.md)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from procurement.awards.models import Award, Challenge
from procurement.bids.enums import Round
from procurement.bids.models import Bid
from procurement.calls import timetable
from procurement.cases.replay.play import Play
from procurement.common.money import in_words
from procurement.contracts.models import Contract
from procurement.delivery.models import Milestone
from procurement.evaluation import actions as evaluation_actions
from procurement.evaluation.enums import Part
from procurement.evaluation.formulas import shown
from procurement.evaluation.models import Evaluation
from workflows.models import TransitionLog

SHOWN_EFFECTS = ("warn", "late")


def money(value: Decimal | None) -> str | None:
    return f"{value:.2f}" if value is not None else None


def empty(case: Any) -> dict[str, Any]:
    return {
        "case": case.case,
        "project": None,
        "refusals": [],
        "warnings": [],
        "notes": [],
        "call": None,
        "bids": None,
        "award": None,
        "contract": None,
        "milestones": None,
        "evaluation": None,
        "documents": None,
    }


def of(play: Play) -> dict[str, Any]:
    """What has come of the case so far; parts not reached are null."""
    result = empty(play.case)
    if play.project is None:
        return result
    play.project.refresh_from_db()
    result["project"] = {"number": play.project.number, "state": play.project.state}
    result["warnings"], result["notes"] = warnings(play), play.notes
    if play.call is None:
        return result
    play.call.refresh_from_db()
    result["call"] = call(play)
    result["bids"] = bids(play) or None
    if filed := challenges(play):
        result["challenges"] = filed
    lots = [lot(play, code) for code in play.lots]
    if len(lots) == 1:
        result |= {key: lots[0][key] for key in ("award", "contract", "milestones", "evaluation")}
    else:
        result["lots"] = lots
    return result


def warnings(play: Play) -> list[dict[str, str]]:
    """Warn and late rules of the thread's log, in the order they were met, each sentence once."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in TransitionLog.objects.filter(thread=play.project.pk).order_by("pk"):
        act = f"{row.subject_type.split('.')[-1]}.{row.action}"
        for rule in row.facts.get("rules", []) + row.facts.get("rules_shown", []):
            if rule["effect"] in SHOWN_EFFECTS:
                found.setdefault(
                    (act, rule["rule"], rule["message"]),
                    {
                        "act": act,
                        "rule": rule["rule"],
                        "article": rule["article"],
                        "message": rule["message"],
                    },
                )
    return list(found.values())


def call(play: Play) -> dict[str, Any]:
    published = play.call.published_at or play.case.call.published
    earliest = timetable.earliest_deadline(play.call, published)
    return {
        "number": play.call.number,
        "state": play.call.state,
        "earliest_deadline": earliest.day.isoformat() if earliest is not None else None,
    }


def bids(play: Play) -> list[dict[str, Any]]:
    rows = (
        Bid.objects.filter(lot__call=play.call)
        .exclude(state="draft")
        .select_related("supplier", "lot")
        .prefetch_related("envelopes")
        .order_by("pk")
    )
    answers = []
    for bid in rows:
        first = [envelope for envelope in bid.envelopes.all() if envelope.round == Round.FIRST]
        answers.append(
            ({"lot": bid.lot.code} if len(play.lots) > 1 else {})
            | {
                "supplier": bid.supplier.name,
                "state": bid.state,
                "price": money(bid.price),
                "receipt": bid.number,
                "sealed_sha256": first[-1].sha256 if first else None,
                "points": bid.points or None,
                "total": money(bid.total),
                "rank": bid.rank,
                "reason": bid.reject_reason or None,
            }
        )
    return answers


def lot(play: Play, code: str) -> dict[str, Any]:
    row = play.lots[code]
    standing = Award.objects.filter(lot=row).exclude(state="revoked")
    award = standing.select_related("bid__supplier", "succeeds__bid__supplier").first()
    contract = Contract.objects.filter(award=award).first() if award is not None else None
    found = Evaluation.objects.filter(contract=contract).first() if contract is not None else None
    return {
        "lot": code,
        "name": row.name,
        "award": _award(award),
        "contract": _contract(contract),
        "milestones": _milestones(contract),
        "evaluation": _evaluation(found),
    }


def _award(award: Award | None) -> dict[str, Any] | None:
    if award is None:
        return None
    return {
        "supplier": award.bid.supplier.name,
        "amount": money(award.amount),
        "notice_ends": award.notice_ends.isoformat() if award.notice_ends else None,
        "challenge_until": award.challenge_until.isoformat() if award.challenge_until else None,
    } | ({"in_place_of": award.succeeds.bid.supplier.name} if award.succeeds is not None else {})


def challenges(play: Play) -> list[dict[str, Any]]:
    """What was filed, in order; nothing where the case has none."""
    rows = Challenge.objects.filter(call=play.call).select_related("supplier").order_by("filed_at", "pk")
    return [
        {
            "number": row.number,
            "supplier": row.supplier.name,
            "kind": row.kind,
            "about": row.about,
            "due": row.due_on.isoformat(),
            "state": row.state,
            "changes_result": row.changes_result,
        }
        for row in rows
    ]


def _contract(contract: Contract | None) -> dict[str, Any] | None:
    if contract is None:
        return None
    return {
        "number": contract.number,
        "state": contract.state,
        "amount": money(contract.amount),
        "amount_in_words": in_words(contract.amount),
    }


def _milestones(contract: Contract | None) -> list[dict[str, Any]] | None:
    rows = Milestone.objects.filter(contract=contract).select_related("payment") if contract is not None else []
    return [
        {
            "name": row.name,
            "state": row.state,
            "score": money(shown(row.score)) if row.score is not None else None,
            "paid": money(row.payment.amount) if hasattr(row, "payment") else None,
        }
        for row in rows
    ] or None


def _evaluation(found: Evaluation | None) -> dict[str, Any] | None:
    if found is None:
        return None
    sample = evaluation_actions.sample(found)
    parts = {name: money(shown(Decimal(value))) for name, value in found.parts.items()}
    return {str(part): parts.get(str(part)) for part in Part} | {
        "total": money(found.total),
        "grade": found.grade or None,
        "answers": sample["answers"],
        "sample_needed": sample["needed"],
        "margin": money(sample["margin"]),
        "sufficient_sample": sample["sufficient"],
    }
