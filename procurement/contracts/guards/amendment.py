"""May a supplement change this contract? (C2, C4, C6, W5; T8, T10)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.common.days import years_later
from procurement.common.money import yuan
from procurement.contracts import hooks
from procurement.contracts.enums import IN_FORCE, ContractState
from procurement.projects import spending
from procurement.rules import rulebook, workdays
from workflows.machine import Act
from workflows.reasons import Reason


def _rule(rule_id: str, amendment: Any, act: Act) -> Any:
    return rulebook.find(rule_id, on=act.at, region=amendment.buyer.region)


def contract_in_force(amendment: Any, act: Act) -> Iterator[Reason]:
    state = amendment.contract.state
    rule = _rule("T10", amendment, act)
    if state == ContractState.SUSPENDED and rule is not None:
        yield rule.reason(_("The contract is suspended until a challenge is decided."))
    elif state not in (ContractState.SIGNED, ContractState.PUBLISHED):
        yield Reason(_("A contract that is signed and has not ended can be amended."), code="contract_state")


def something_changes(amendment: Any, act: Act) -> Iterator[Reason]:
    same = (amendment.amount, amendment.term_end) == (amendment.amount_was, amendment.term_end_was)
    if same and not amendment.rows.exists():
        yield Reason(_("Nothing differs from what was agreed."), code="nothing")
    stands = (amendment.contract.amount, amendment.contract.term_end)
    if stands != (amendment.amount_was, amendment.term_end_was):
        yield Reason(_("The contract has been amended since this was drafted: draft it anew."), code="stale")


def says_why(amendment: Any, act: Act) -> Iterator[Reason]:
    """C6: price, scope and term are those of the call and the bid; anything else needs a published reason."""
    if amendment.reason.strip() and amendment.service.strip():
        return
    rule = _rule("C6", amendment, act)
    words = _("Say what changes in the service, and why; both are published.")
    yield rule.reason(words) if rule is not None else Reason(words, code="reason")


def additions_within_share(amendment: Any, act: Act) -> Iterator[Reason]:
    """C4: all supplements together add at most a tenth of the original amount (采购法 art 49)."""
    rule = _rule("C4", amendment, act)
    if rule is None or amendment.amount <= amendment.amount_was:
        return
    first = amendment.contract.first_amount
    others = amendment.contract.amendments.filter(state__in=IN_FORCE).exclude(pk=amendment.pk)
    before = sum((max(one.amount - one.amount_was, Decimal(0)) for one in others), Decimal(0))
    added = before + amendment.amount - amendment.amount_was
    most = first * Decimal(str(rule.values["share"]))
    if added > most:
        yield rule.reason(
            _("All supplements together would add %(added)s yuan; the most for a contract of %(first)s is %(most)s.")
            % {"added": yuan(added), "most": yuan(most), "first": yuan(first)},
            added=str(added),
            most=str(most),
        )


def term_within(amendment: Any, act: Act) -> Iterator[Reason]:
    """C2: with the extension, too, the term is at most one year (令102 art 24)."""
    start, end = amendment.contract.term_start, amendment.term_end
    if end < start:
        yield Reason(_("The service would end before it begins."), code="term")
    rule = _rule("C2", amendment, act)
    if rule is None or end <= amendment.term_end_was:
        return
    years = int(rule.values.get("max_years", 1))
    if end >= years_later(start, years):
        yield rule.reason(
            ngettext("The term is longer than %(years)s year.", "The term is longer than %(years)s years.", years)
            % {"years": years}
        )


def payments_fit(amendment: Any, act: Act) -> Iterator[Reason]:
    """C5: what is handed in, accepted or paid stays; all payments together are the new amount."""
    table = {row.instalment: row for row in hooks.payments(amendment.contract)}
    amounts = {key: row.amount for key, row in table.items()}
    for position, change in enumerate(amendment.rows.all()):
        settled = table.get(change.instalment_id)
        if settled is not None and settled.settled:
            yield Reason(_("“%(name)s” has been handed in already: it stays.") % {"name": settled.name}, code="settled")
        amounts[change.instalment_id or -position - 1] = change.amount
    together = sum(amounts.values(), Decimal(0))
    if together != amendment.amount:
        rule = _rule("C5", amendment, act)
        words = _("All payments together would be %(together)s yuan, the contract %(amount)s yuan.") % {
            "together": yuan(together),
            "amount": yuan(amendment.amount),
        }
        yield rule.reason(words) if rule is not None else Reason(words, code="payments")


def rows_can_be(contract: Any, rows: Iterable[Mapping[str, Any]]) -> Iterator[Reason]:
    """What no row of a payment table may be, asked before it is written: nothing or less, or of a name twice."""
    taken = set(contract.instalments.values_list("name", flat=True))
    for row in rows:
        if row["amount"] <= 0:
            yield Reason(_("A payment is more than nothing."), code="amount")
        if not row.get("instalment"):
            if row["name"] in taken:
                words = _("There is a step “%(name)s” already: change that one, or give the further one another name.")
                yield Reason(words % {"name": row["name"]}, code="name")
            taken.add(row["name"])


def budget_covers(amendment: Any, act: Act) -> Iterator[Reason]:
    """W5: what is added fits what the budget line has left (令102 art 11–16)."""
    rule = _rule("W5", amendment, act)
    if rule is None or amendment.amount <= amendment.contract.amount:
        return
    project = amendment.project
    figures = spending.by_project(type(project).objects.filter(pk=project.pk))[project.pk]
    contracted = figures.contracted - amendment.contract.amount + amendment.amount
    left = project.budget_line.left(without=project.pk)
    if contracted > left:
        yield rule.reason(
            _("With the supplement %(amount)s yuan would be contracted; “%(line)s” has %(left)s yuan for it.")
            % {"amount": yuan(contracted), "line": project.budget_line, "left": yuan(left)},
            left=str(left),
        )


def contract_is_published(amendment: Any, act: Act) -> Iterator[Reason]:
    if amendment.contract.published_at is None:
        yield Reason(_("The contract itself is published first."), code="unpublished")


def change_published_in_time(amendment: Any, act: Act) -> Iterator[Reason]:
    """T8: a change is published within 2 working days of its signature; late, never refused."""
    rule = _rule("T8", amendment, act)
    if rule is None or amendment.signed_at is None:
        return
    latest = workdays.add_working_days(timezone.localdate(amendment.signed_at), int(rule.values["days"]))
    if timezone.localdate(act.at) > latest:
        words = _("The change of the contract was to be published by %(latest)s.") % {"latest": latest.isoformat()}
        yield rule.reason(words, latest=latest.isoformat())


OF_AMENDMENTS = (
    contract_in_force,
    something_changes,
    says_why,
    additions_within_share,
    term_within,
    payments_fit,
    budget_covers,
)
