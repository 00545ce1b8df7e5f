"""What was asked or held against a call, how it was replied to, and who took the place of an award that fell."""

from __future__ import annotations

from procurement.awards.enums import ChallengeAbout, ChallengeKind, ChallengeState
from procurement.cases import schema
from procurement.cases.reading.times import moment
from procurement.cases.reading.tree import Node
from procurement.cases.reading.values import identifier, line, listed, one_of, record, words, yes_or_no
from procurement.cases.schema import CaseError

MOST_CHALLENGES = 50
KINDS = (ChallengeKind.QUERY, ChallengeKind.CHALLENGE)
OUTCOMES = (ChallengeState.ANSWERED, ChallengeState.UPHELD, ChallengeState.DISMISSED)


def successor(node: Node, path: str) -> schema.Successor:
    return schema.Successor(**record(node, path, {"named": moment, "noticed": moment, "reason": words()}))


def challenge(node: Node, path: str) -> schema.Challenge:
    """A query is answered, a challenge upheld or dismissed; only one that changes the result has a successor."""
    required = {
        "supplier": line(200),
        "kind": one_of(KINDS),
        "about": one_of(ChallengeAbout.values),
        "filed": moment,
        "claims": words(),
        "decided": moment,
        "outcome": one_of(OUTCOMES),
        "reply": words(),
        "published": words(),
    }
    optional = {
        "lot": identifier(20),
        "facts": words(),
        "basis": words(),
        "may_change_result": yes_or_no,
        "changes_result": yes_or_no,
        "next_candidate": successor,
    }
    found = schema.Challenge(**record(node, path, required, optional))
    query = found.kind == ChallengeKind.QUERY
    if query != (found.outcome == ChallengeState.ANSWERED):
        raise CaseError(f"{path}.outcome: a query is answered, a challenge is upheld or dismissed")
    if not query and found.facts is None:
        raise CaseError(f"{path}.facts: missing (only a query may leave it out)")
    if found.decided < found.filed:
        raise CaseError(f"{path}.decided: before it was filed")
    if found.changes_result and found.outcome != ChallengeState.UPHELD:
        raise CaseError(f"{path}.changes_result: only what was upheld changes a result")
    if found.next_candidate is not None:
        if not found.changes_result:
            raise CaseError(f"{path}.next_candidate: the result was not changed; leave it out")
        if not found.decided < found.next_candidate.named <= found.next_candidate.noticed:
            raise CaseError(f"{path}.next_candidate.named: expected a time after the decision and before the notice")
    return found


challenges = listed(challenge, most=MOST_CHALLENGES)
