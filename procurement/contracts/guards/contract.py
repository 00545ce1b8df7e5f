"""May this contract be agreed, signed, published? (RULES §7, T7, T8)"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.awards.enums import AwardState
from procurement.awards.guards import suspending
from procurement.contracts.clauses import REQUIRED
from procurement.rules import rulebook, workdays
from workflows.machine import Act
from workflows.reasons import Reason


def _rule(rule_id: str, contract: Any, act: Act) -> Any:
    return rulebook.find(rule_id, on=act.at, region=contract.buyer.region)


def award_is_noticed(contract: Any, act: Act) -> Iterator[Reason]:
    if contract.award.state in (AwardState.UPHELD, AwardState.REVOKED):
        yield Reason(_("The award has fallen to a challenge."), code="award_state")
    elif contract.award.noticed_at is None:
        yield Reason(_("The result has not been published yet."), code="award_state")


def nothing_suspends_signing(contract: Any, act: Act) -> Iterator[Reason]:
    """T10: what may change the result is decided first (条例 art 54)."""
    rule = _rule("T10", contract, act)
    numbers = [found.number for found in suspending(contract.award)] if rule is not None else []
    if numbers:
        yield rule.reason(
            _("Signing is suspended until this is decided: %(numbers)s.") % {"numbers": ", ".join(numbers)}
        )


def was_published(contract: Any, act: Act) -> Iterator[Reason]:
    if contract.published_at is None:
        yield Reason(_("The contract has not been published yet."), code="unpublished")


def was_not_published(contract: Any, act: Act) -> Iterator[Reason]:
    if contract.published_at is not None:
        yield Reason(_("The contract has been published already."), code="published")


def clauses_complete(contract: Any, act: Act) -> Iterator[Reason]:
    """C1: what a contract must say (令102 art 23)."""
    rule = _rule("C1", contract, act)
    if rule is None:
        return
    there = {clause.key for clause in contract.clauses.all() if clause.text.strip()}
    missing = [str(label) for key, label in REQUIRED.items() if key not in there]
    if missing:
        yield rule.reason(_("The contract does not say: %(clauses)s.") % {"clauses": "; ".join(missing)})


def same_as_award(contract: Any, act: Act) -> Iterator[Reason]:
    """C6: price, scope and term are those of the call and the winning bid (采购法 art 46)."""
    rule = _rule("C6", contract, act)
    project = contract.project
    if rule is None:
        return
    if contract.amount != contract.award.amount:
        yield rule.reason(
            _("The contract says %(amount)s yuan, the winning bid %(award)s yuan.")
            % {"amount": contract.amount, "award": contract.award.amount}
        )
    if (contract.term_start, contract.term_end) != (project.term_start, project.term_end):
        yield rule.reason(_("The contract's term is not the one that was called for."))


def instalments_complete(contract: Any, act: Act) -> Iterator[Reason]:
    """The payment table covers the whole amount, once."""
    rows = list(contract.instalments.filter(amendment=None))
    if (
        sum((row.percent for row in rows), Decimal(0)) != 100
        or sum((row.amount for row in rows), Decimal(0)) != contract.amount
    ):
        yield Reason(_("The instalments do not sum to the contract's amount."), code="instalments")
    if any(row.on_signing for row in rows[1:]):
        yield Reason(_("Only the first instalment can fall due on signing."), code="on_signing")


def both_signed(contract: Any, act: Act) -> Iterator[Reason]:
    parties = set(contract.signatures.values_list("party", flat=True))
    if not {"buyer", "supplier"} <= parties:
        yield Reason(_("Both parties must have signed."), code="signatures")


def signed_in_time(contract: Any, act: Act) -> Iterator[Reason]:
    """T7: signed within 30 days of the award letter (采购法 art 46); late, never refused."""
    rule = _rule("T7", contract, act)
    if rule is None or contract.award.noticed_at is None:
        return
    latest = workdays.add_days_rolling(timezone.localdate(contract.award.noticed_at), int(rule.values["days"]))
    if timezone.localdate(act.at) > latest:
        yield rule.reason(
            _("The contract was to be signed by %(latest)s.") % {"latest": latest.isoformat()},
            latest=latest.isoformat(),
        )


def published_in_time(contract: Any, act: Act) -> Iterator[Reason]:
    """T8: published within 2 working days of signing (条例 art 50); late, never refused."""
    rule = _rule("T8", contract, act)
    if rule is None or contract.signed_at is None:
        return
    latest = workdays.add_working_days(timezone.localdate(contract.signed_at), int(rule.values["days"]))
    if timezone.localdate(act.at) > latest:
        yield rule.reason(
            _("The contract was to be published by %(latest)s.") % {"latest": latest.isoformat()},
            latest=latest.isoformat(),
        )
