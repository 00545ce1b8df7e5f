"""May this milestone be delivered, accepted, paid? (RULES §7: A1, C5; T9)"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.projects.guards import has_published_reason
from procurement.rules import rulebook, workdays
from workflows.machine import Act
from workflows.reasons import Reason

__all__ = [
    "accepted_before_paid",
    "actuals_given",
    "all_scored",
    "contract_in_force",
    "contract_not_suspended",
    "finance_is_not_drafter",
    "has_published_reason",
    "paid_in_time",
    "service_users_heard",
    "within_contract",
]


def _rule(rule_id: str, milestone: Any, act: Act) -> Any:
    return rulebook.find(rule_id, on=act.at, region=milestone.contract.buyer.region)


def contract_in_force(milestone: Any, act: Act) -> Iterator[Reason]:
    if milestone.contract.state not in ("signed", "published"):
        yield Reason(_("The contract is not in force."), code="contract_state")


def contract_not_suspended(milestone: Any, act: Act) -> Iterator[Reason]:
    """T10: a suspended contract is not performed, by neither side (条例 art 54)."""
    if milestone.contract.state == "suspended":
        rule = _rule("T10", milestone, act)
        message = _("The contract is suspended until a challenge is decided.")
        yield rule.reason(message) if rule is not None else Reason(message, code="suspended")


def actuals_given(milestone: Any, act: Act) -> Iterator[Reason]:
    if act.preview:
        return
    actual = act.given.get("actual", {})
    missing = [item.name for item in milestone.deliverables.all() if item.name not in actual]
    if missing:
        yield Reason(_("Say what was reached for: %(names)s.") % {"names": ", ".join(missing)}, code="actual")
    if any(value < 0 for value in actual.values()):
        yield Reason(_("What was delivered is not less than nothing."), code="actual")


def all_scored(milestone: Any, act: Act) -> Iterator[Reason]:
    scores = list(milestone.scores.select_related("evaluator"))
    waiting = [str(score.evaluator) for score in scores if score.score is None]
    if not scores:
        yield Reason(_("No evaluator has been asked to score this milestone."), code="evaluators")
    elif waiting:
        yield Reason(_("Still to score: %(names)s.") % {"names": ", ".join(waiting)}, code="scores")


def service_users_heard(milestone: Any, act: Act) -> Iterator[Reason]:
    """A1: service users, at least one, are invited to give an opinion (条例 art 45)."""
    if act.preview:
        return
    rule = _rule("A1", milestone, act)
    needed = int(rule.values.get("users_min", 1)) if rule is not None else 0
    if int(act.facts.get("service_users", 0)) < needed:
        yield rule.reason(
            ngettext(
                "At least %(count)s service user takes part in the acceptance.",
                "At least %(count)s service users take part in the acceptance.",
                needed,
            )
            % {"count": needed}
        )


def accepted_before_paid(milestone: Any, act: Act) -> Iterator[Reason]:
    """C5: no payment without an accepted milestone."""
    if milestone.accepted_at is None:
        rule = _rule("C5", milestone, act)
        message = _("Nothing is paid before the milestone is accepted.")
        yield rule.reason(message) if rule is not None else Reason(message, code="not_accepted")


def within_contract(milestone: Any, act: Act) -> Iterator[Reason]:
    """C5: Σ paid ≤ contract."""
    rule = _rule("C5", milestone, act)
    paid = milestone.contract.payments.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    if rule is not None and paid + milestone.amount > milestone.contract.amount:
        yield rule.reason(
            _("With %(amount)s yuan more than the contract's %(contract)s yuan would be paid.")
            % {"amount": milestone.amount, "contract": milestone.contract.amount}
        )


def paid_in_time(milestone: Any, act: Act) -> Iterator[Reason]:
    """T9: paid within 10 working days of the invoice; late, never refused."""
    rule = _rule("T9", milestone, act)
    if rule is None or milestone.invoiced_at is None:
        return
    latest = workdays.add_working_days(timezone.localdate(milestone.invoiced_at), int(rule.values["days"]))
    if timezone.localdate(act.at) > latest:
        yield rule.reason(
            _("It was to be paid by %(latest)s.") % {"latest": latest.isoformat()}, latest=latest.isoformat()
        )


def finance_is_not_drafter(milestone: Any, act: Act) -> Iterator[Reason]:
    if act.by is not None and act.by.pk in (
        milestone.project.drafted_by_id,
        milestone.contract.drafted_by_id,
    ):
        yield Reason(_("Who drafted the project or the contract does not pay."), code="four_eyes")
