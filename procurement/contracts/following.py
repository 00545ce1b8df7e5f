"""What a challenge to the award does to its contract, in the challenge's own transaction (T10, 条例 art 54)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.awards import hooks
from procurement.awards.enums import AwardState
from procurement.awards.guards import suspending
from procurement.awards.models import Award
from procurement.contracts.enums import ContractState
from procurement.contracts.models import Contract
from procurement.rules import rulebook
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def _contract(award: Award) -> Contract | None:
    return Contract.objects.filter(award=award).select_related("award__lot__call__project__buyer").first()


@hooks.when_shaken
def suspend_or_resume(award: Award, *, by: Any, organisation: Organisation | None, **_more: Any) -> None:
    """A signed contract rests while something that may change the result is pending, or has brought the award down."""
    contract = _contract(award)
    if contract is None or rulebook.find("T10", on=act_time(), region=contract.buyer.region) is None:
        return
    held = suspending(award).exists() or award.fresh().state == AwardState.UPHELD
    who = {"by": by, "organisation": organisation}
    with engine.consequence():
        if held and contract.state in (ContractState.SIGNED, ContractState.PUBLISHED):
            engine.perform(contract.suspend, **who)
        elif not held and contract.state == ContractState.SUSPENDED:
            engine.perform(contract.resume if contract.published_at else contract.resume_signed, **who)
        else:
            return
    jobs.enqueue("contract.changed", contract_id=contract.pk)


@hooks.when_revoked
def fall_with_the_award(award: Award, *, by: Any, organisation: Organisation, reason: str) -> None:
    """An unsigned contract ends with its award; a signed one is first ended by its parties, which is published."""
    contract = _contract(award)
    if contract is None or contract.state == ContractState.TERMINATED:
        return
    if contract.signed_at is not None:
        message = _("The contract %(number)s is signed: terminate it first.") % {"number": contract.number}
        raise TransitionBlocked([Reason(message, code="contract")], act="award.revoke", subject=award)
    with engine.consequence():
        engine.perform(contract.fall, by=by, organisation=organisation, reason=reason)
