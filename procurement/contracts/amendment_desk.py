"""Supplements at the desk: the buyer drafts, the supplier agrees, both sign, an approver publishes (C4, T8)."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed
from procurement.contracts import amending, desk, guards, hooks
from procurement.contracts.enums import IN_FORCE, OPEN
from procurement.contracts.models import Amendment, AmendmentSignature, Contract
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.reasons import Reason


def _without_open(actor: Actor) -> QuerySet[Contract]:
    waiting = Amendment.objects.filter(contract=OuterRef("pk"), state__in=OPEN)
    return desk.as_buyer(actor).filter(~Exists(waiting))


def _of_ours(actor: Actor, **more: Any) -> QuerySet[Amendment]:
    found = Amendment.objects.filter(contract__in=desk.ours(actor).values("pk"), **more)
    way = "contract__award"
    return found.select_related(f"{way}__lot__call__project__buyer", f"{way}__bid__supplier")


def _to_suppliers(actor: Actor) -> QuerySet[Amendment]:
    return _of_ours(actor, contract__award__bid__supplier=actor.organisation)


def _to_buyers(actor: Actor) -> QuerySet[Amendment]:
    return _of_ours(actor, contract__award__lot__call__project__buyer=actor.organisation)


def _unsigned_by_us(actor: Actor) -> QuerySet[Amendment]:
    signatures = AmendmentSignature.objects.filter(amendment=OuterRef("pk"))
    return _of_ours(actor).exclude(desk.signed_by_us(actor, signatures, "contract__"))


def facts(amendment: Amendment) -> list[tuple[Any, Any]]:
    clause, was, becomes = amending.sides(amendment)
    return [
        (_("Supplement"), amendment.number),
        (_("Buyer"), amendment.buyer.name),
        (_("Supplier"), amendment.supplier.name),
        (_("Clause changed"), clause),
        (_("How it read"), was.replace("；", "\n")),
        (_("How it reads now"), becomes.replace("；", "\n")),
        (_("Reason"), amendment.reason),
    ]


def _line(row: hooks.Payment, stays: str) -> str:
    """One payment; what is settled says that it stays."""
    return " · ".join([row.name, str(row.due), f"{row.amount:,.2f}", *([stays] if row.settled else [])])


def _contract_facts(contract: Contract) -> list[tuple[Any, Any]]:
    rows = hooks.payments(contract)
    before = contract.amendments.filter(state__in=IN_FORCE)
    return [
        (_("Contract"), contract.number),
        (_("Supplier"), contract.supplier.name),
        (_("Amount"), f"{contract.amount:,.2f}"),
        (_("Signed first"), f"{contract.first_amount:,.2f}"),
        (_("Supplements"), "\n".join(f"{one.number} · {one.amount_was:,.2f} → {one.amount:,.2f}" for one in before)),
        (_("Term"), f"{contract.term_start} – {contract.term_end}"),
        (_("Payments"), "\n".join(_line(row, gettext("stays")) for row in rows)),
    ]


def _fields(contract: Contract, actor: Actor) -> forms.Fields:
    fields: forms.Fields = {
        "amount": forms.YuanField(label=_("Contract amount from now on"), initial=f"{contract.amount:.2f}"),
        "term_end": forms.day(_("Service ends"), initial=contract.term_end),
    }
    for row in hooks.payments(contract):
        if not row.settled:
            named = {"name": row.name}
            fields |= {
                f"amount_{row.instalment}": forms.YuanField(
                    label=gettext("“%(name)s”: amount") % named, initial=f"{row.amount:.2f}"
                ),
                f"due_{row.instalment}": forms.day(gettext("“%(name)s”: due") % named, initial=row.due),
            }
    return fields | {
        "new_name": forms.line(_("A further step: name"), 100, required=False),
        "new_amount": forms.YuanField(label=_("A further step: amount"), required=False),
        "new_due": forms.day(_("A further step: due"), required=False),
        "new_targets": forms.text(
            _("What is to be reached"),
            2000,
            2,
            required=False,
            help_text=_("One a line: name = number, such as sessions = 40"),
        ),
        "service": forms.text(_("What changes in the service"), 4000, 3, help_text=_("It is published.")),
        "reason": forms.reason(),
    }


def _further(given: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [given["new_name"], given["new_amount"], given["new_due"]]
    if not any(parts):
        return []
    if not all(parts):
        message = gettext("A further step needs a name, an amount and a date.")
        raise TransitionBlocked([Reason(message, code="new_step")])
    targets = desk.targets(given["new_targets"])
    return [{"name": parts[0], "amount": parts[1], "due": parts[2], "targets": targets}]


def _draft(contract: Contract, actor: Actor, given: dict[str, Any]) -> str:
    rows: list[dict[str, Any]] = [
        {
            "instalment": row.instalment,
            "amount": given[f"amount_{row.instalment}"],
            "due": given[f"due_{row.instalment}"],
        }
        for row in hooks.payments(contract)
        if f"amount_{row.instalment}" in given
    ]
    kept = {name: given[name] for name in ("amount", "term_end", "service", "reason")}
    found = amending.draft(contract, **kept, rows=rows + _further(given), **actor.as_organisation)
    return gettext("The supplement is drafted as %(number)s; the supplier reads and agrees.") % {"number": found.number}


def _before_signing(amendment: Amendment, actor: Actor) -> list[Reason]:
    """Each party signs by itself, so no transition tells what stands in the way."""
    act = Act(by=actor.user, at=actor.at, organisation=actor.organisation)
    return [reason for guard in guards.OF_AMENDMENTS for reason in guard(amendment, act)]


deed(
    "amendment.draft",
    _("Draft a supplement"),
    [Role.DRAFTER, Role.APPROVER],
    mine=_without_open,
    waits=Q(state__in=["signed", "published"]),
    facts=_contract_facts,
    fields=_fields,
    do=_draft,
    optional=True,
    help=_(
        "Moves amount, payments and term. All supplements together add at most a tenth of the original amount (C4);"
        " what has been handed in, accepted or paid stays."
    ),
)
deed(
    "amendment.agree",
    _("Agree to a supplement"),
    [Role.SUPPLIER, Role.SIGNATORY],
    mine=_to_suppliers,
    waits=Q(state="drafted"),
    move="agree",
    facts=facts,
    do=lambda amendment, actor, given: amending.agree(amendment, **actor.as_organisation),
)
deed(
    "amendment.sign",
    _("Sign a supplement"),
    [Role.SIGNATORY],
    mine=_unsigned_by_us,
    waits=Q(state="agreed"),
    facts=facts,
    reasons=_before_signing,
    do=lambda amendment, actor, given: amending.sign(amendment, **actor.as_organisation),
    hurts=True,
)
deed(
    "amendment.publish",
    _("Publish a supplement"),
    [Role.APPROVER],
    mine=_to_buyers,
    waits=Q(state="signed"),
    move="publish",
    facts=facts,
    preview=lambda amendment, actor: notices.preview(
        amendment.project, NoticeKind.CONTRACT_CHANGE, amending.notice_fields(amendment, actor.at), at=actor.at
    ),
    do=lambda amendment, actor, given: amending.publish(amendment, **actor.as_organisation, **given),
)
deed(
    "amendment.drop",
    _("Give a supplement up"),
    [Role.DRAFTER, Role.APPROVER, Role.SUPPLIER, Role.SIGNATORY],
    mine=_of_ours,
    waits=Q(state__in=["drafted", "agreed"]),
    move="drop",
    facts=facts,
    fields=lambda amendment, actor: {"reason": forms.reason()},
    do=lambda amendment, actor, given: amending.drop(amendment, **actor.as_organisation, **given),
    hurts=True,
    optional=True,
)
