"""Notices of changed contracts: old number, clause and supplement, within 2 working days (T8, 条例 art 50).

The supplement is signed by both parties; what they signed first keeps its hash, so the contract's own words stay and
the notice says what they became. Amount, payments and term are moved by a supplement signed here (amending.py); what
is bought, how much of it, and by whom it is done stays what was called for (C3, C6).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.contracts import permissions
from procurement.contracts.enums import ContractState
from procurement.contracts.models import Clause, Contract
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice
from procurement.rules import rulebook, workdays
from workflows import engine
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

FIXED = ("content", "term", "quantity", "price", "payment", "no_passing_on")  # keys of the essential clauses


def changeable(contract: Contract) -> list[Clause]:
    return [clause for clause in contract.clauses.all() if clause.key not in FIXED]


def contract_notice(contract: Contract) -> Notice | None:
    """The notice by which the contract was published."""
    found = contract.project.notices.filter(kind=NoticeKind.CONTRACT, fields__contract_number=contract.number)
    return found.order_by("-pk").first()


def words_now(contract: Contract, clause: Clause) -> str:
    """How a clause reads today: as signed, or as the latest supplement has it."""
    later = contract.project.notices.filter(
        kind=NoticeKind.CONTRACT_CHANGE, fields__contract_number=contract.number, fields__clause=clause.heading
    )
    last = later.order_by("-pk").first()
    return str(last.fields["is"]) if last is not None else clause.text


def notice_fields(contract: Contract, at: Any) -> dict[str, str]:
    """What the notice says whatever was changed."""
    return {
        "contract_number": contract.number,
        "contract_name": contract.award.lot.title,
        "number": contract.project.number,
        "name": contract.project.title,
        "buyer": contract.buyer.name,
        "supplier": contract.supplier.name,
        "amount": str(contract.amount),
        "published_on": str(timezone.localdate(at)),
    }


def published_late(contract: Contract, signed_on: date, at: Any) -> list[Reason]:
    """T8: a change is published within 2 working days of its signature; late, never refused."""
    rule = rulebook.find("T8", on=at, region=contract.buyer.region)
    if rule is None:
        return []
    latest = workdays.add_working_days(signed_on, int(rule.values["days"]))
    if timezone.localdate(at) <= latest:
        return []
    words = _("The change of the contract was to be published by %(latest)s.") % {"latest": latest.isoformat()}
    return [rule.reason(words, latest=latest.isoformat())]


def _refusals(contract: Contract, clause: Clause | None, becomes: str, signed_on: date, at: Any) -> list[Reason]:
    reasons = []
    if contract.state != ContractState.PUBLISHED:
        reasons.append(Reason(_("A contract that is published and not ended can be changed."), code="state"))
    if clause is None:
        reasons.append(Reason(_("This clause is not one whose words can be changed here."), code="clause"))
    elif becomes.strip() == words_now(contract, clause).strip():
        reasons.append(Reason(_("Nothing differs from what was agreed."), code="nothing"))
    if signed_on > timezone.localdate(at):
        reasons.append(Reason(_("The supplement cannot have been signed later than today."), code="signed_on"))
    if contract.signed_at is not None and signed_on < timezone.localdate(contract.signed_at):
        reasons.append(Reason(_("The supplement cannot be older than the contract."), code="signed_on"))
    return reasons


@transaction.atomic
def publish_change(
    contract: Contract,
    *,
    clause: str,
    becomes: str,
    supplement_number: str,
    signed_on: date,
    reason: str,
    by: Any,
    organisation: Organisation,
) -> Notice:
    """Publishes that a supplement changed a clause (its key), linked to the contract's own notice.

    A late publication is logged with T8. Raises ``TransitionBlocked`` (N1 and what is wrong), ``PermissionDenied``.
    """
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    act = engine.act_of(by, organisation)
    if not permissions.approver(contract, act):
        raise PermissionDenied(_("Only an approver of the buyer publishes a change of the contract."))
    found = next((one for one in changeable(contract) if one.key == clause), None)
    reasons = _refusals(contract, found, becomes, signed_on, act.at)
    if reasons or found is None:
        raise TransitionBlocked(reasons, act="contract.publish_change", subject=contract)
    fields = notice_fields(contract, act.at) | {
        "supplement_number": supplement_number,
        "clause": found.heading,
        "was": words_now(contract, found),
        "is": becomes.strip(),
        "reason": reason,
        "signed_on": signed_on.isoformat(),
    }
    original = contract_notice(contract)
    notice = notices.publish(contract.project, NoticeKind.CONTRACT_CHANGE, fields, by=by, corrects=original)
    late = [one.as_dict() for one in published_late(contract, signed_on, act.at)]
    facts: dict[str, Any] = {"notice": notice.number, "clause": clause} | ({"rules": late} if late else {})
    engine.note(contract, "publish_change", by=by, organisation=organisation, reason=reason, **facts)
    return notice
