"""Acts on contracts, up to the signatures (the last signature also starts delivery: delivery/actions.py)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.accounts.permissions import acts_for
from procurement.awards.models import Award
from procurement.common.models import next_number
from procurement.common.money import percent_shares
from procurement.contracts import clauses, guards
from procurement.contracts.enums import Party
from procurement.contracts.models import Clause, Contract, Instalment, Signature
from workflows import engine, jobs
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


@transaction.atomic
def draft_contract(
    award: Award, instalments: Sequence[dict[str, Any]], *, by: Any, organisation: Organisation
) -> Contract:
    """Drafts the contract of an award: amount and term are the award's, clauses come from the thread.

    ``instalments``: dicts of ``name, due, percent, on_signing, targets``. Each amount is rounded half-up to
    the fen, the last takes the remainder.
    """
    act = engine.act_of(by, organisation)
    if not acts_for(act, award.project.buyer, Role.DRAFTER, Role.APPROVER):
        raise PermissionDenied(_("Only the buyer's staff drafts the contract."))
    if Contract.objects.filter(award=award).exists():
        raise TransitionBlocked(
            [Reason(_("This award has its contract already."), code="exists")], act="contract.draft"
        )
    project = award.project
    contract = Contract(
        award=award,
        number=f"{project.number}-C{next_number(f'{project.number}-C')}",
        amount=award.amount,
        term_start=project.term_start,
        term_end=project.term_end,
        drafted_at=act.at,
        drafted_by=by,
    )
    engine.begin(contract, by=by, organisation=organisation, action="draft", amount=str(contract.amount))
    amounts = percent_shares(contract.amount, [Decimal(row["percent"]) for row in instalments])
    for position, (row, amount) in enumerate(zip(instalments, amounts, strict=True)):
        Instalment.objects.create(contract=contract, position=position, amount=amount, **row)
    for position, (key, heading, text) in enumerate(clauses.draft(contract)):
        Clause.objects.create(contract=contract, position=position, key=key, heading=heading, text=text)
    jobs.enqueue("contract.drafted", contract_id=contract.pk)
    return contract


@transaction.atomic
def agree(contract: Contract, *, by: Any, organisation: Organisation) -> Contract:
    engine.perform(contract.agree, by=by, organisation=organisation)
    jobs.enqueue("contract.agreed", contract_id=contract.pk)
    return contract


def content_hash(contract: Contract) -> str:
    """SHA-256 of what is signed: parties, amount, term, clauses, payment table."""
    content = {
        "number": contract.number,
        "parties": [contract.buyer.code, contract.supplier.code],
        "amount": str(contract.first_amount),
        "term": [str(contract.term_start), str(contract.first_term_end)],
        "clauses": [[c.heading, c.text] for c in contract.clauses.all()],
        "instalments": [
            [i.name, str(i.due), str(i.percent), str(i.amount)] for i in contract.instalments.filter(amendment=None)
        ],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def add_signature(contract: Contract, *, by: Any, organisation: Organisation) -> bool:
    """One party signs; returns whether both have signed now. Raises where that party has signed already."""
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    act = engine.act_of(by, organisation)
    if contract.state != "agreed":
        raise TransitionBlocked(
            [Reason(_("The contract is not waiting for signatures."), code="state")], act="contract.sign"
        )
    from procurement.contracts.permissions import signatory

    if not signatory(contract, act):
        raise PermissionDenied(_("Only a signatory of one of the parties signs."))
    suspended = list(guards.award_is_noticed(contract, act)) + list(guards.nothing_suspends_signing(contract, act))
    if suspended:
        raise TransitionBlocked(suspended, act="contract.sign", subject=contract)
    party = Party.BUYER if organisation.pk == contract.buyer.pk else Party.SUPPLIER
    if contract.signatures.filter(party=party).exists():
        raise TransitionBlocked([Reason(_("Your party has signed already."), code="signed")], act="contract.sign")
    digest = content_hash(contract)
    Signature.objects.create(contract=contract, party=party, by=by, at=act.at, content_sha256=digest)
    engine.note(contract, "add_signature", by=by, organisation=organisation, party=str(party), sha256=digest)
    return contract.signatures.count() == 2
