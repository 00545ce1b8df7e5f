"""What is done from the signature to the last payment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procurement.accounts import pool
from procurement.accounts.enums import Role
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed
from procurement.contracts import guards
from procurement.contracts.desk import as_buyer, ours, signed_by_us
from procurement.contracts.desk import facts as contract_facts
from procurement.contracts.models import Contract, Signature
from procurement.delivery import actions
from procurement.delivery.models import Milestone
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from workflows.machine import Act
from workflows.reasons import Reason


def _unsigned_by_us(actor: Actor) -> QuerySet[Contract]:
    return ours(actor).exclude(signed_by_us(actor, Signature.objects.filter(contract=OuterRef("pk"))))


def _before_signing(contract: Contract, actor: Actor) -> list[Reason]:
    """What suspends the signing (T10), or makes it late (T7): each party signs by itself, so no transition tells."""
    act = Act(by=actor.user, at=actor.at, organisation=actor.organisation)
    asked = (guards.award_is_noticed, guards.nothing_suspends_signing, guards.signed_in_time)
    return [reason for guard in asked for reason in guard(contract, act)]


def _milestones(actor: Actor, **party: Any) -> QuerySet[Milestone]:
    found = Milestone.objects.filter(**party) if actor.organisation else Milestone.objects.none()
    return found.select_related("contract__award__lot__call__project__buyer", "contract__award__bid__supplier")


def as_supplier(actor: Actor) -> QuerySet[Milestone]:
    return _milestones(actor, contract__award__bid__supplier=actor.organisation)


def of_buyer(actor: Actor) -> QuerySet[Milestone]:
    return _milestones(actor, contract__award__lot__call__project__buyer=actor.organisation)


def _asked_to_score(actor: Actor) -> QuerySet[Milestone]:
    found = Milestone.objects.filter(scores__evaluator=actor.user, scores__score__isnull=True)
    return found.select_related("contract__award__lot__call__project__buyer")


def facts(milestone: Milestone) -> list[tuple[Any, Any]]:
    rows = milestone.deliverables.all()
    return [
        (_("Contract"), milestone.contract.number),
        (_("Supplier"), milestone.contract.supplier.name),
        (_("Amount"), f"{milestone.amount:,.2f}"),
        (_("Due"), milestone.due),
        (
            _("Promised and reached"),
            "\n".join(f"{row.name}: {row.target.normalize():f} → {_plain(row.actual)}" for row in rows),
        ),
        (_("Evaluators' score"), milestone.score),
    ]


def _plain(value: Decimal | None) -> str:
    return "…" if value is None else f"{value.normalize():f}"


def _actual_fields(milestone: Milestone, actor: Actor) -> forms.Fields:
    return {
        f"d{row.pk}": forms.points(
            row.name,
            10_000_000,
            help_text=gettext("Promised: %(target)s") % {"target": _plain(row.target)},
            initial=row.actual,
        )
        for row in milestone.deliverables.all()
    }


def _deliver(milestone: Milestone, actor: Actor, given: dict[str, Any]) -> Any:
    actual = {row.name: given[f"d{row.pk}"] for row in milestone.deliverables.all()}
    return actions.deliver(milestone, actual, **actor.as_organisation)


def _evaluator_fields(milestone: Milestone, actor: Actor) -> forms.Fields:
    contract = milestone.contract
    return {
        "evaluators": django_forms.ModelMultipleChoiceField(
            pool.experts(contract.buyer, contract.supplier),
            label=_("Who scores"),
            widget=django_forms.CheckboxSelectMultiple,
        )
    }


def _accept(milestone: Milestone, actor: Actor, given: dict[str, Any]) -> Any:
    members = [line.strip() for line in given["members"].splitlines() if line.strip()]
    return actions.accept(
        milestone,
        **actor.as_organisation,
        service_users=given["service_users"],
        members=members,
        opinion=given["opinion"],
        users_opinion=given["users_opinion"],
    )


def _acceptance_preview(milestone: Milestone, actor: Actor) -> notices.Preview:
    fields = actions.contract_fields(milestone.contract) | {"date": str(timezone.localdate(actor.at))}
    asked = ["members", "users_opinion", "opinion"]
    return notices.preview(milestone.project, NoticeKind.ACCEPTANCE, fields, at=actor.at, asked=asked)


def _termination_preview(contract: Contract, actor: Actor) -> notices.Preview:
    fields = actions.termination_fields(contract)
    return notices.preview(contract.project, NoticeKind.TERMINATION, fields, at=actor.at, asked=["reason"])


deed(
    "contract.sign",
    _("Sign the contract"),
    [Role.SIGNATORY],
    mine=_unsigned_by_us,
    waits=Q(state="agreed"),
    facts=contract_facts,
    reasons=_before_signing,
    do=lambda contract, actor, given: actions.sign_contract(contract, **actor.as_organisation, **given),
    hurts=True,
)
deed(
    "contract.publish",
    _("Publish the contract"),
    [Role.DRAFTER],
    mine=as_buyer,
    waits=Q(state="signed"),
    move="publish",
    facts=contract_facts,
    preview=lambda contract, actor: notices.preview(
        contract.project, NoticeKind.CONTRACT, actions.contract_fields(contract), at=actor.at
    ),
    do=lambda contract, actor, given: actions.publish_contract(contract, **actor.as_organisation, **given),
)
deed(
    "milestone.deliver",
    _("Hand in deliverables"),
    [Role.SUPPLIER],
    mine=as_supplier,
    waits=Q(state__in=["planned", "returned"], on_signing=False),
    move="deliver",
    facts=facts,
    fields=_actual_fields,
    do=_deliver,
    due="due",
)
deed(
    "milestone.ask_evaluators",
    _("Ask evaluators"),
    [Role.DRAFTER],
    mine=of_buyer,
    waits=Q(state="delivered", scores__isnull=True),
    facts=facts,
    fields=_evaluator_fields,
    do=lambda milestone, actor, given: actions.ask_evaluators(
        milestone, list(given["evaluators"]), **actor.as_organisation
    ),
)
deed(
    "milestone.send_back",
    _("Send deliverables back"),
    [Role.DRAFTER, Role.OFFICER],
    mine=of_buyer,
    waits=Q(state="delivered"),
    move="send_back",
    facts=facts,
    fields=lambda milestone, actor: {"reason": forms.text(_("What is missing"), 2000)},
    do=lambda milestone, actor, given: actions.send_back(milestone, **actor.as_organisation, **given),
    optional=True,
)
deed(
    "milestone.score",
    _("Score a milestone"),
    [],
    mine=_asked_to_score,
    waits=Q(state="delivered"),
    facts=facts,
    fields=lambda milestone, actor: {
        "score": forms.points(_("Score")),
        "comment": forms.text(_("Comment"), 4000, required=False),
    },
    do=lambda milestone, actor, given: actions.score_milestone(milestone, by=actor.user, **given),
)
deed(
    "milestone.accept",
    _("Accept a milestone"),
    [Role.APPROVER],
    mine=of_buyer,
    waits=Q(state="scored"),
    move="accept",
    facts=facts,
    fields=lambda milestone, actor: {
        "service_users": forms.number(_("Service users who took part"), 0, 10_000),
        "members": forms.text(_("Who else took part"), 2000, help_text=_("one a line")),
        "users_opinion": forms.text(_("Opinion of the service users"), 2000, 3),
        "opinion": forms.text(_("Opinion"), 4000),
    },
    preview=_acceptance_preview,
    do=_accept,
)
deed(
    "milestone.refuse",
    _("Refuse a milestone"),
    [Role.APPROVER],
    mine=of_buyer,
    waits=Q(state="scored"),
    move="refuse",
    facts=facts,
    fields=lambda milestone, actor: {"reason": forms.reason()},
    do=lambda milestone, actor, given: actions.refuse(milestone, **actor.as_organisation, **given),
    hurts=True,
    optional=True,
)
deed(
    "milestone.invoice",
    _("Send an invoice"),
    [Role.SUPPLIER],
    mine=as_supplier,
    waits=Q(state="accepted"),
    move="invoice",
    facts=facts,
    fields=lambda milestone, actor: {"number": forms.line(_("Invoice number"), 60)},
    do=lambda milestone, actor, given: actions.send_invoice(milestone, **actor.as_organisation, **given),
)
deed(
    "milestone.pay",
    _("Record a payment"),
    [Role.FINANCE],
    mine=of_buyer,
    waits=Q(state="invoiced"),
    move="pay",
    facts=facts,
    do=lambda milestone, actor, given: actions.record_payment(milestone, **actor.as_organisation, **given),
    hurts=True,
)
deed(
    "contract.terminate",
    _("Terminate a contract"),
    [Role.APPROVER],
    mine=as_buyer,
    waits=Q(state__in=["drafted", "agreed", "signed", "published"]),
    move="terminate",
    facts=contract_facts,
    fields=lambda contract, actor: {"reason": forms.reason()},
    preview=_termination_preview,
    do=lambda contract, actor, given: actions.terminate_contract(contract, **actor.as_organisation, **given),
    hurts=True,
    optional=True,
)
