"""Acts on supplements: drafted by the buyer, agreed by the supplier, signed by both, published (C4, T8).

A supplement counts from its last signature: the contract's amount and term and the payments still to come move with it.
What was signed first keeps its words and its hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.accounts.permissions import acts_for
from procurement.common.models import next_number
from procurement.common.money import in_words, yuan
from procurement.contracts import changes, guards, hooks, permissions
from procurement.contracts.clauses import target_name
from procurement.contracts.enums import OPEN, AmendmentState, Party
from procurement.contracts.models import Amendment, AmendmentSignature, Contract, InstalmentChange
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.reasons import Reason


def _locked(contract: Contract) -> Contract:
    rows = Contract.objects.select_for_update(of=("self",)).select_related("award__lot__call__project__buyer")
    return rows.get(pk=contract.pk)


def _may_be_drafted(contract: Contract, act: Act, rows: list[Mapping[str, Any]]) -> None:
    """What has to be so before a row is written; the rules about the whole are asked of the draft itself."""
    if not acts_for(act, contract.buyer, Role.DRAFTER, Role.APPROVER):
        raise PermissionDenied(_("Only the buyer's staff drafts a supplement."))
    found = list(guards.rows_can_be(contract, rows))
    if contract.amendments.filter(state__in=OPEN).exists():
        message = _("Another supplement waits for its signatures: finish it, or give it up.")
        found = [Reason(message, code="open")]
    if found:
        raise TransitionBlocked(found, act="amendment.draft", subject=contract)


@transaction.atomic
def draft(
    contract: Contract,
    *,
    amount: Decimal,
    term_end: date,
    rows: Iterable[Mapping[str, Any]],
    service: str,
    reason: str,
    by: Any,
    organisation: Organisation,
) -> Amendment:
    """Drafts a supplement. ``rows``: ``instalment`` (its key; none for a new one), ``name, due, amount, targets``.

    Rows that say what stands are left out. Raises ``TransitionBlocked`` with every unmet rule, ``PermissionDenied``.
    """
    contract, act, rows = _locked(contract), engine.act_of(by, organisation), list(rows)
    _may_be_drafted(contract, act, rows)
    amendment = Amendment(
        contract=contract,
        number=f"{contract.number}-S{next_number(f'{contract.number}-S')}",
        amount_was=contract.amount,
        amount=amount,
        term_end_was=contract.term_end,
        term_end=term_end,
        service=service.strip(),
        reason=reason.strip(),
        drafted_at=act.at,
        drafted_by=by,
    )
    engine.begin(amendment, by=by, organisation=organisation, action="draft", amount=str(amount), term=str(term_end))
    _keep_rows(amendment, rows)
    if found := [reason for guard in guards.OF_AMENDMENTS for reason in guard(amendment, act) if reason.blocks]:
        raise TransitionBlocked(found, act="amendment.draft", subject=contract)
    jobs.enqueue("amendment.drafted", amendment_id=amendment.pk)
    return amendment


def _keep_rows(amendment: Amendment, rows: Iterable[Mapping[str, Any]]) -> None:
    table = {row.instalment: row for row in hooks.payments(amendment.contract)}
    position = 0
    for row in rows:
        stands = table.get(row.get("instalment") or 0)
        if stands is not None and (stands.due, stands.amount) == (row["due"], row["amount"]):
            continue
        InstalmentChange.objects.create(
            amendment=amendment,
            position=position,
            instalment_id=stands.instalment if stands is not None else None,
            name=stands.name if stands is not None else row["name"],
            due_was=stands.due if stands is not None else None,
            due=row["due"],
            amount_was=stands.amount if stands is not None else None,
            amount=row["amount"],
            targets=row.get("targets") or {},
        )
        position += 1


@transaction.atomic
def agree(amendment: Amendment, *, by: Any, organisation: Organisation) -> Amendment:
    engine.perform(amendment.agree, by=by, organisation=organisation)
    jobs.enqueue("amendment.agreed", amendment_id=amendment.pk)
    return amendment


@transaction.atomic
def drop(amendment: Amendment, *, by: Any, organisation: Organisation, reason: str) -> Amendment:
    engine.perform(amendment.drop, by=by, organisation=organisation, reason=reason)
    jobs.enqueue("amendment.dropped", amendment_id=amendment.pk)
    return amendment


def content_hash(amendment: Amendment) -> str:
    """SHA-256 of what is signed: contract, parties, amounts, term, payments, the words."""
    content = {
        "number": amendment.number,
        "contract": amendment.contract.number,
        "parties": [amendment.buyer.code, amendment.supplier.code],
        "amount": [str(amendment.amount_was), str(amendment.amount)],
        "term_end": [str(amendment.term_end_was), str(amendment.term_end)],
        "rows": [
            [r.name, str(r.due_was), str(r.due), str(r.amount_was), str(r.amount), r.targets]
            for r in amendment.rows.all()
        ],
        "words": [amendment.service, amendment.reason],
    }
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def sign(amendment: Amendment, *, by: Any, organisation: Organisation) -> Amendment:
    """A party signs. The last signature moves contract and payments, the budget line locked (W5): all or nothing."""
    contract = _locked(amendment.contract)
    contract.project.budget_line.hold()
    amendment = Amendment.objects.select_for_update(of=("self",)).get(pk=amendment.pk)
    amendment.contract = contract
    act = engine.act_of(by, organisation)
    if not permissions.signatory(amendment, act):
        raise PermissionDenied(_("Only a signatory of one of the parties signs."))
    party = Party.BUYER if organisation.pk == amendment.buyer.pk else Party.SUPPLIER
    reasons = [reason for guard in guards.OF_AMENDMENTS for reason in guard(amendment, act) if reason.blocks]
    if amendment.state != AmendmentState.AGREED:
        reasons = [Reason(_("The supplement is not waiting for signatures."), code="state")]
    elif amendment.signatures.filter(party=party).exists():
        reasons = [Reason(_("Your party has signed already."), code="signed")]
    if reasons:
        raise TransitionBlocked(reasons, act="amendment.sign", subject=amendment)
    digest = content_hash(amendment)
    AmendmentSignature.objects.create(amendment=amendment, party=party, by=by, at=act.at, content_sha256=digest)
    engine.note(amendment, "add_signature", by=by, organisation=organisation, party=str(party), sha256=digest)
    if amendment.signatures.count() == len(Party):
        _take_effect(amendment, by=by, organisation=organisation)
    return amendment


def _take_effect(amendment: Amendment, **who: Any) -> None:
    engine.perform(amendment.sign, **who)
    contract = amendment.contract
    given = {"amount": amendment.amount, "term_end": amendment.term_end}
    facts: dict[str, Any] = {name: str(value) for name, value in given.items()}
    facts["supplement"] = amendment.number
    with engine.consequence():
        engine.perform(contract.amend, given=given, **who, **facts)
        amendment.contract = contract
        hooks.amended(amendment, **who)
    jobs.enqueue("amendment.signed", amendment_id=amendment.pk)
    jobs.enqueue("project.changed", project_id=contract.project.pk)


def _named(row: InstalmentChange) -> str:
    targets = "、".join(f"{target_name(name)} {value}" for name, value in row.targets.items())
    return f"“{row.name}”{f'（{targets}）' if targets else ''}"


def sides(amendment: Amendment) -> tuple[str, str, str]:
    """Which clauses a supplement moves, how they stood and how they stand; in Chinese, as notices are."""
    clauses, was, becomes = [], [], []
    if amendment.amount != amendment.amount_was:
        clauses.append("合同价款")
        was.append(f"合同价款 {yuan(amendment.amount_was)} 元")
        becomes.append(f"合同价款 {yuan(amendment.amount)} 元（{in_words(amendment.amount)}）")
    if amendment.term_end != amendment.term_end_was:
        clauses.append("履行期限")
        was.append(f"履行期限至 {amendment.term_end_was}")
        becomes.append(f"履行期限至 {amendment.term_end}")
    rows = list(amendment.rows.all())
    if rows:
        clauses.append("资金支付进度")
    for row in rows:
        was.append(f"{_named(row)}{f'{row.due_was}，{yuan(row.amount_was)} 元' if row.amount_was else '（无）'}")
        becomes.append(f"{_named(row)}{row.due}，{yuan(row.amount)} 元")
    return "、".join(clauses), "；".join(was), "；".join([*becomes, amendment.service])


def notice_fields(amendment: Amendment, at: Any) -> dict[str, str]:
    """What the notice of a changed contract says of this supplement (公告格式)."""
    clause, was, becomes = sides(amendment)
    return changes.notice_fields(amendment.contract, at) | {
        "amount": str(amendment.amount),
        "supplement_number": amendment.number,
        "clause": clause,
        "was": was,
        "is": becomes,
        "reason": amendment.reason,
        "signed_on": str(timezone.localdate(amendment.signed_at)) if amendment.signed_at else "",
    }


@transaction.atomic
def publish(amendment: Amendment, *, by: Any, organisation: Organisation, **more: Any) -> Amendment:
    """The supplement's notice, linked to the contract's own, within 2 working days (T8)."""
    engine.perform(amendment.publish, by=by, organisation=organisation, **more)
    original = changes.contract_notice(amendment.contract)
    fields = notice_fields(amendment, act_time())
    notices.publish(amendment.project, NoticeKind.CONTRACT_CHANGE, fields, by=by, corrects=original)
    jobs.enqueue("project.changed", project_id=amendment.project.pk)
    return amendment
