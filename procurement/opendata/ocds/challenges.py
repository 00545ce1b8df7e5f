"""Queries, challenges and complaints, in fields of our own: what about, how decided, and nothing of who filed them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from procurement.awards.enums import ChallengeState
from procurement.awards.models import Challenge
from procurement.opendata.ocds import terms
from procurement.opendata.ocds.events import Event
from procurement.opendata.ocds.thread import Facts


def _stage(facts: Facts, challenge: Challenge) -> str:
    """``award`` once there is a release of the result it is about, else ``tender``."""
    told = any(award.pk == challenge.award_id and award.noticed_at for award in facts.awards)
    return "award" if told else "tender"


def _filed(challenge: Challenge) -> dict[str, Any]:
    against = challenge.against
    return {
        "id": challenge.number,
        "kind": challenge.kind,
        "about": challenge.about,
        "dateFiled": terms.moment(challenge.filed_at),
        "dateDue": terms.moment(challenge.due_on, end=True),
        "status": "filed",
        "awardID": f"award-{challenge.award_id}" if challenge.award_id else None,
        "against": against.number if against is not None else None,
    }


def _decided(challenge: Challenge) -> dict[str, Any]:
    """What was decided and the published part of the reply; a withdrawn one says no more than that."""
    upheld = challenge.state == ChallengeState.UPHELD
    return {
        "id": challenge.number,
        "status": challenge.state,
        "dateDecided": terms.moment(challenge.decided_at),
        "decision": terms.words(challenge.published),
        "changesResult": challenge.changes_result if upheld else None,
    }


def tell(facts: Facts) -> Iterator[Event]:
    for challenge in facts.challenges:
        stage = _stage(facts, challenge)
        key = f"challenge-{challenge.pk}"
        body = {"x_challenges": [_filed(challenge)]}
        yield Event(key, f"{stage}-{key}", f"{stage}Update", challenge.filed_at, body)
        if challenge.decided_at is not None:
            ended = f"{key}-decided"
            body = {"x_challenges": [_decided(challenge)]}
            yield Event(ended, f"{stage}-{ended}", f"{stage}Update", challenge.decided_at, body)
