"""What the parties do up to the signatures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed
from procurement.awards import challenges
from procurement.awards.desk import award_facts, our_awards
from procurement.awards.models import Award
from procurement.contracts import actions, changes, filing
from procurement.contracts.enums import Party
from procurement.contracts.models import Contract
from procurement.projects import notices
from procurement.projects.enums import FundSource, NoticeKind
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

INSTALMENTS = range(1, 5)


def ours(actor: Actor) -> QuerySet[Contract]:
    """Contracts of which the actor's organisation is a party."""
    mine = Q(award__lot__call__project__buyer=actor.organisation) | Q(award__bid__supplier=actor.organisation)
    found = Contract.objects.filter(mine) if actor.organisation else Contract.objects.none()
    return found.select_related("award__lot__call__project__buyer", "award__bid__supplier")


def as_supplier(actor: Actor) -> QuerySet[Contract]:
    return ours(actor).filter(award__bid__supplier=actor.organisation)


def as_buyer(actor: Actor) -> QuerySet[Contract]:
    return ours(actor).filter(award__lot__call__project__buyer=actor.organisation)


def signed_by_us(actor: Actor, signatures: QuerySet[Any], way: str = "") -> Q:
    """What the actor's party has signed: whoever signed for the other side may well be a member here too.

    ``signatures``: those of a row, by ``OuterRef``; ``way`` leads from the row to its contract.
    """
    sides = {Party.SUPPLIER: f"{way}award__bid__supplier", Party.BUYER: f"{way}award__lot__call__project__buyer"}
    by_supplier, by_buyer = (
        Q(Exists(signatures.filter(party=party)), **{side: actor.organisation}) for party, side in sides.items()
    )
    return by_supplier | by_buyer


def still_open(contract: Contract) -> list[Reason]:
    """Until it is signed: what can still happen to the result. Signing before that is over is lawful (T5, T10)."""
    return challenges.still_open(contract.award, act_time()) if contract.signed_at is None else []


def facts(contract: Contract) -> list[tuple[Any, Any]]:
    rows = contract.instalments.filter(amendment=None)
    return [
        (_("Buyer"), contract.buyer.name),
        (_("Supplier"), contract.supplier.name),
        (_("Amount"), f"{contract.amount:,.2f}"),
        (_("Term"), f"{contract.term_start} – {contract.term_end}"),
        (_("Still open"), "\n".join(map(str, still_open(contract)))),
        (_("Payments"), "\n".join(f"{row.name} · {row.due} · {row.amount:,.2f}" for row in rows)),
        *((clause.heading, clause.text) for clause in contract.clauses.all()),
    ]


def _draft_fields(award: Award, actor: Actor) -> forms.Fields:
    fields: forms.Fields = {}
    project = award.project
    usual = {
        1: (gettext("Signing"), 30, project.term_start),
        2: (gettext("Half term"), 40, None),
        3: (gettext("End"), 30, project.term_end),
    }
    for number in INSTALMENTS:
        name, percent, due = usual.get(number, ("", None, None))
        first = number == 1
        fields |= {
            f"name_{number}": forms.line(
                gettext("Instalment %(number)d") % {"number": number}, 100, required=first, initial=name
            ),
            f"percent_{number}": forms.points(_("Percent"), required=first, initial=percent),
            f"due_{number}": forms.day(_("Due"), required=first, initial=due),
        }
        if first:
            fields["on_signing"] = django_forms.BooleanField(
                label=_("The first is paid on signing"), required=False, initial=True
            )
        else:
            fields[f"targets_{number}"] = forms.text(
                _("What is to be reached"),
                2000,
                3,
                required=False,
                help_text=_("One a line: name = number, such as sessions = 40"),
            )
    return fields


def targets(text: str) -> dict[str, str]:
    """Reads ``name = number`` lines. Raises ``TransitionBlocked`` naming the line."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _sign, value = line.replace("＝", "=").partition("=")
        value = value.strip()
        if not name.strip() or not value.replace(".", "", 1).isdecimal() or len(value) > 9:
            raise TransitionBlocked(
                [Reason(gettext("“%(line)s”: write name = number.") % {"line": line}, code="targets")]
            )
        found[name.strip()[:60]] = value
    return found


def _draft(award: Award, actor: Actor, given: dict[str, Any]) -> str:
    rows = []
    for number in INSTALMENTS:
        name = given[f"name_{number}"]
        if not name:
            continue
        if given[f"percent_{number}"] is None or given[f"due_{number}"] is None:
            raise TransitionBlocked(
                [Reason(gettext("“%(name)s” needs a percent and a date.") % {"name": name}, code="row")]
            )
        rows.append(
            {
                "name": name,
                "due": given[f"due_{number}"],
                "percent": given[f"percent_{number}"],
                "on_signing": number == 1 and given["on_signing"],
                "targets": targets(given.get(f"targets_{number}", "")),
            }
        )
    total = sum((row["percent"] for row in rows), Decimal(0))
    if total != 100:
        raise TransitionBlocked(
            [Reason(gettext("The percents sum to %(total)s, not to 100.") % {"total": total}, code="percents")]
        )
    contract = actions.draft_contract(award, rows, **actor.as_organisation)
    return gettext("The contract is drafted as %(number)s; the supplier reads and agrees.") % {
        "number": contract.number
    }


deed(
    "contract.draft",
    _("Draft the contract"),
    [Role.DRAFTER, Role.APPROVER],
    mine=our_awards,
    waits=Q(state__in=["noticed", "challenged", "dismissed", "final"], contract__isnull=True),
    facts=award_facts,
    fields=_draft_fields,
    do=_draft,
)
deed(
    "contract.agree",
    _("Agree to the contract"),
    [Role.SUPPLIER, Role.SIGNATORY],
    mine=as_supplier,
    waits=Q(state="drafted"),
    move="agree",
    facts=facts,
    do=lambda contract, actor, given: actions.agree(contract, **actor.as_organisation),
)


def _to_file(actor: Actor) -> QuerySet[Contract]:
    """Contracts of fiscal money whose copy nobody has filed (W1, 采购法 art 47)."""
    waiting = as_buyer(actor).filter(signed_at__isnull=False, copy_filed__isnull=True)
    return waiting.filter(award__lot__call__project__fund_source=FundSource.FISCAL).exclude(state="terminated")


def _change_fields(contract: Contract, actor: Actor) -> forms.Fields:
    clauses = [(clause.key, clause.heading) for clause in changes.changeable(contract)]
    return {
        "supplement_number": forms.line(_("Supplement: number"), 60),
        "signed_on": forms.day(_("Signed by both parties on")),
        "clause": django_forms.ChoiceField(label=_("Clause changed"), choices=clauses),
        "becomes": forms.text(_("How it reads now"), rows=5),
        "reason": forms.reason(),
    }


deed(
    "contract.publish_change",
    _("Publish a change of the contract"),
    [Role.APPROVER],
    mine=as_buyer,
    waits=Q(state="published"),
    facts=facts,
    fields=_change_fields,
    preview=lambda contract, actor: notices.preview(
        contract.project,
        NoticeKind.CONTRACT_CHANGE,
        changes.notice_fields(contract, actor.at),
        at=actor.at,
        asked=["supplement_number", "clause", "was", "is", "reason", "signed_on"],
    ),
    do=lambda contract, actor, given: changes.publish_change(contract, **given, **actor.as_organisation),
    hurts=True,
    optional=True,
    help=_(
        "Within two working days of the supplement's signature. Amount, payments and term are moved by a supplement."
    ),
)
deed(
    "contract.file_copy",
    _("Record that a copy of the contract was filed"),
    [Role.DRAFTER, Role.APPROVER],
    mine=_to_file,
    facts=facts,
    fields=lambda contract, actor: {
        "office": forms.line(_("Filed with")),
        "filed_on": forms.day(_("Filed on")),
        "reference": forms.line(_("Number of the filing"), 100, required=False),
    },
    do=lambda contract, actor, given: filing.file_copy(contract, **given, **actor.as_organisation),
    help=_("A copy goes to the supervising office within 7 working days of signing (T8)."),
)

from procurement.contracts import amendment_desk  # noqa: E402, F401 - registers what is done with supplements
