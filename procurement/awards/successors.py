"""Naming the next candidate after an award fell to a challenge or a complaint (T12; 令94 art 16, 32).

Allowed where the challenge was about the procedure or the result, and enough qualified bidders are left without
whoever fell (P7). Ranking, points and prices stay as the panel signed them; the next in line is never chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.awards import actions, challenges, remedies
from procurement.awards.enums import ChallengeAbout, ChallengeKind
from procurement.awards.models import Award
from procurement.bids.models import Bid
from procurement.bids.opening import too_few
from procurement.rules import rulebook
from procurement.rules.models import RuleVersion
from workflows import engine
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def fallen(award: Award) -> set[int]:
    """The bids of this award and of those it succeeded."""
    found = {award.bid_id}
    return found if award.succeeds is None else found | fallen(award.succeeds)


def in_line(award: Award) -> list[Bid]:
    """Who is left of the ranking, best first."""
    ranked = award.lot.bids.filter(state__in=remedies.RANKED, rank__isnull=False).exclude(pk__in=fallen(award))
    return list(ranked.select_related("supplier", "lot__call__project__buyer").order_by("rank"))


def rule_for(award: Award, at: datetime) -> RuleVersion | None:
    """The article that orders it: another for a complaint than for a challenge."""
    complained = any(found.kind == ChallengeKind.COMPLAINT for found in challenges.brought_down(award))
    variant = ChallengeKind.COMPLAINT if complained else ChallengeKind.CHALLENGE
    return rulebook.find("T12", variant=variant, on=at, region=award.project.buyer.region)


def refusals(award: Award, at: datetime) -> Iterator[Reason]:
    """Why nobody can be named from the ranking: the panel scores again then, or the procurement begins anew."""
    rule = rule_for(award, at)
    if rule is None:
        yield Reason(_("No rule in force lets the next candidate be named."), code="no_rule")
        return
    if any(found.about == ChallengeAbout.DOCUMENTS for found in challenges.brought_down(award)):
        yield rule.reason(_("The documents were at fault: another of these candidates cannot be named."))
    left = in_line(award)
    if not left:
        yield rule.reason(_("Nobody is left of the ranking."))
    for reason in too_few(award.lot.call, award.lot, len(left), at) if left else ():
        if reason.blocks:
            yield reason
            yield rule.reason(_("Too few qualified bidders are left to name the next candidate."))


@transaction.atomic
def name_next(award: Award, *, by: Any, organisation: Organisation, reason: str) -> Award:
    """Revokes the award and names the next in line, confirmed by the same approver; the result is then published.

    Raises ``TransitionBlocked`` with every unmet rule, ``PermissionDenied`` for anybody but an approver.
    """
    who = {"by": by, "organisation": organisation}
    award = remedies.locked(award)
    if found := list(refusals(award, act_time())):
        raise TransitionBlocked(found, act="award.name_next", subject=award)
    heir, rule = in_line(award)[0], rule_for(award, act_time())
    remedies.take_back(award, reason, **who)
    _restore(award, **who)
    amount = heir.price if heir.price is not None else award.lot.ceiling
    successor = Award(lot=award.lot, bid=heir, amount=amount, proposed_at=act_time(), succeeds=award)
    facts = {"amount": str(amount), "succeeds": award.bid.number, "rank": heir.rank}
    rules = [rule.reason(_("The next candidate is named."), effect="note").as_dict()] if rule is not None else []
    engine.begin(successor, **who, action="name_next", reason=reason, **facts, rules=rules)
    actions.confirm_award(successor, **who)
    return successor


def _restore(award: Award, **who: Any) -> None:
    """Every bid of the lot stands again where the signed report put it, so that one can win and the others lose."""
    with engine.consequence():
        for bid in award.lot.bids.filter(state__in=remedies.RANKED).order_by("pk"):
            as_signed = {"points": bid.points, "total": str(bid.total), "rank": bid.rank}
            engine.perform(bid.reconsider, **who)
            engine.perform(bid.score, **who, **as_signed)
