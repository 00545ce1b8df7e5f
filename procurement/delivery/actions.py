"""Acts of delivery: from the last signature to the last payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.contracts.actions import add_signature
from procurement.contracts.models import Contract
from procurement.delivery import permissions
from procurement.delivery.amending import plan
from procurement.delivery.models import Acceptance, Invoice, Milestone, MilestoneScore, Payment
from procurement.projects import notices
from procurement.projects.actions import release_needs
from procurement.projects.enums import NoticeKind
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def _contracts_all_in(project: Any, states: list[str]) -> bool:
    """Whether every lot still alive has a contract in one of ``states``."""
    from procurement.awards.models import Award

    awards = (
        Award.objects.filter(lot__call__project=project, lot__failed_reason="")
        .exclude(lot__call__state__in=["failed", "cancelled"])
        .exclude(state="revoked")
    )
    return not awards.exclude(contract__state__in=states).exists()


@transaction.atomic
def sign_contract(contract: Contract, *, by: Any, organisation: Organisation, **more: Any) -> Contract:
    """A party signs. The last signature signs the contract, plans its milestones, accepts the one that falls
    due on signing, and moves the project: all or nothing."""
    if not add_signature(contract, by=by, organisation=organisation):
        contract.refresh_from_db()
        return contract
    engine.perform(contract.sign, by=by, organisation=organisation, **more)
    for row in contract.instalments.all():
        milestone = plan(row, by=by, organisation=organisation)
        if row.on_signing:
            with engine.consequence():
                engine.perform(milestone.accept_on_signing, by=by, organisation=organisation)
    if _contracts_all_in(contract.project, ["signed", "published", "suspended", "completed"]):
        with engine.consequence():
            engine.perform(contract.project.contract, by=by, organisation=organisation)
    jobs.enqueue("contract.signed", contract_id=contract.pk)
    return contract


def contract_fields(contract: Contract) -> dict[str, str]:
    project, buyer, supplier = contract.project, contract.buyer, contract.supplier
    clauses = {clause.key: clause.text for clause in contract.clauses.all()}
    return {
        "contract_number": contract.number,
        "contract_name": contract.award.lot.title,
        "number": project.number,
        "name": project.title,
        "buyer": buyer.name,
        "buyer_address": buyer.address,
        "buyer_contact": buyer.contact,
        "supplier": supplier.name,
        "supplier_address": supplier.address,
        "supplier_contact": supplier.contact,
        "subject": contract.award.lot.title,
        "quantity": "1 项",
        "unit_price": str(contract.amount),
        "amount": str(contract.amount),
        "term": f"{contract.term_start} – {contract.term_end}",
        "place_manner": clauses.get("place", ""),
        "signed_on": str(timezone.localdate(contract.signed_at)) if contract.signed_at else "",
        "published_on": str(timezone.localdate(act_time())),
        "file": contract.number,
    }


@transaction.atomic
def publish_contract(
    contract: Contract, *, by: Any, organisation: Organisation, fill: str = "", **more: Any
) -> Contract:
    """The contract's notice (T8); when every contract is out, delivery begins."""
    engine.perform(contract.publish, by=by, organisation=organisation, **more)
    notices.publish(contract.project, NoticeKind.CONTRACT, contract_fields(contract), by=by, fill=fill)
    project = contract.project
    if project.state == "contracted" and _contracts_all_in(project, ["published", "suspended", "completed"]):
        with engine.consequence():
            engine.perform(project.deliver, by=by, organisation=organisation)
    jobs.enqueue("contract.published", contract_id=contract.pk)
    return contract


@transaction.atomic
def deliver(milestone: Milestone, actual: Mapping[str, Decimal], *, by: Any, organisation: Organisation) -> Milestone:
    """The supplier hands in what was reached, by deliverable name."""
    facts = {name: str(value) for name, value in actual.items()}
    engine.perform(milestone.deliver, by=by, organisation=organisation, given={"actual": actual}, reached=facts)
    for item in milestone.deliverables.all():
        item.actual = actual[item.name]
        item.save(update_fields=["actual"])
    milestone.scores.update(score=None, scored_at=None)
    jobs.enqueue("milestone.delivered", milestone_id=milestone.pk, step=milestone.log_length)
    return milestone


@transaction.atomic
def send_back(milestone: Milestone, *, by: Any, organisation: Organisation, reason: str) -> Milestone:
    engine.perform(milestone.send_back, by=by, organisation=organisation, reason=reason)
    jobs.enqueue("milestone.returned", milestone_id=milestone.pk, step=milestone.log_length)
    return milestone


@transaction.atomic
def ask_evaluators(milestone: Milestone, evaluators: Sequence[Any], *, by: Any, organisation: Organisation) -> None:
    """Names who scores a milestone; nobody of the supplier's or the buyer's staff."""
    act = engine.act_of(by, organisation)
    if not permissions.buyer_staff(milestone, act):
        raise PermissionDenied(_("Only the buyer's staff names evaluators."))
    parties = {milestone.contract.buyer.pk, milestone.contract.supplier.pk}
    for user in evaluators:
        if user.memberships.filter(organisation__in=parties, active=True).exists():
            raise TransitionBlocked(
                [Reason(_("%(name)s belongs to one of the parties.") % {"name": user}, code="conflict")],
                act="milestone.ask_evaluators",
                subject=milestone,
            )
        MilestoneScore.objects.get_or_create(milestone=milestone, evaluator=user)
    engine.note(milestone, "ask_evaluators", by=by, organisation=organisation, evaluators=[u.pk for u in evaluators])
    jobs.enqueue("milestone.evaluators_asked", milestone_id=milestone.pk)


@transaction.atomic
def score_milestone(milestone: Milestone, score: Decimal, *, by: Any, comment: str = "") -> Milestone:
    """An evaluator's score, 0–100; the last one concludes the scores."""
    row = MilestoneScore.objects.select_for_update().filter(milestone=milestone, evaluator=by).first()
    if row is None:
        raise PermissionDenied(_("You were not asked to score this milestone."))
    if milestone.fresh().state != "delivered":
        raise TransitionBlocked([Reason(_("There is nothing to score now."), code="state")], act="milestone.score")
    if not Decimal(0) <= score <= Decimal(100):
        raise TransitionBlocked([Reason(_("A score lies between 0 and 100."), code="score")], act="milestone.score")
    row.score, row.comment, row.scored_at = score, comment, act_time()
    row.save()
    engine.note(milestone, "score_seat", by=by)
    if not milestone.scores.filter(score__isnull=True).exists():
        engine.perform(milestone.conclude_scores, by=by)
        jobs.enqueue("milestone.scored", milestone_id=milestone.pk, step=milestone.log_length)
    return milestone


def acceptance_fields(acceptance: Acceptance) -> dict[str, str]:
    contract = acceptance.milestone.contract
    return contract_fields(contract) | {
        "date": str(timezone.localdate(acceptance.at)),
        "members": "、".join(acceptance.members),
        "opinion": acceptance.opinion,
    }


def termination_fields(contract: Contract, reason: str = "") -> dict[str, str]:
    """What the notice says that ends a contract early."""
    return {
        "number": contract.number,
        "name": contract.award.lot.title,
        "reason": reason,
        "contacts": notices.contacts(contract.buyer),
    }


@transaction.atomic
def accept(
    milestone: Milestone,
    *,
    by: Any,
    organisation: Organisation,
    service_users: int,
    members: Sequence[str] = (),
    opinion: str = "",
    users_opinion: str = "",
    fill: str = "",
) -> Milestone:
    """Accepts a milestone with service users taking part (A1) and publishes the result.

    ``users_opinion``: what the service users said, kept and published beside the ``opinion`` of all.
    """
    engine.perform(milestone.accept, by=by, organisation=organisation, service_users=service_users)
    people = [*(members or [str(by)]), f"服务对象代表 {service_users} 人"]
    acceptance = Acceptance.objects.create(
        milestone=milestone,
        number=f"{milestone.contract.number}-A{milestone.position + 1}",
        at=act_time(),
        members=people,
        service_users=service_users,
        opinion="\n".join([opinion, f"服务对象意见：{users_opinion}"] if users_opinion else [opinion]),
    )
    fields = acceptance_fields(acceptance) | {"opinion": opinion, "users_opinion": users_opinion}
    notices.publish(milestone.project, NoticeKind.ACCEPTANCE, fields, by=by, fill=fill)
    jobs.enqueue("milestone.accepted", milestone_id=milestone.pk)
    return milestone


def refuse(milestone: Milestone, *, by: Any, organisation: Organisation, reason: str) -> Milestone:
    return engine.perform(milestone.refuse, by=by, organisation=organisation, reason=reason)


@transaction.atomic
def send_invoice(milestone: Milestone, *, by: Any, organisation: Organisation, number: str = "") -> Milestone:
    engine.perform(milestone.invoice, by=by, organisation=organisation, number=number)
    Invoice.objects.create(milestone=milestone, number=number, amount=milestone.amount, at=act_time())
    jobs.enqueue("milestone.invoiced", milestone_id=milestone.pk)
    return milestone


@transaction.atomic
def record_payment(milestone: Milestone, *, by: Any, organisation: Organisation, **more: Any) -> Payment:
    """Records a payment (C5, T9); the last one completes the contract and begins the evaluation."""
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=milestone.contract_id)
    engine.perform(milestone.pay, by=by, organisation=organisation, **more)
    payment = Payment.objects.create(
        contract=contract, milestone=milestone, amount=milestone.amount, paid_at=act_time(), paid_by=by
    )
    engine.note(contract, "pay", by=by, organisation=organisation, amount=str(payment.amount))
    if not contract.milestones.exclude(state="paid").exists() and contract.state == "published":
        with engine.consequence():
            engine.perform(contract.complete, by=by, organisation=organisation)
            project = contract.project
            project.refresh_from_db()
            if project.state == "delivering" and _contracts_all_in(project, ["completed", "terminated"]):
                engine.perform(project.evaluate, by=by, organisation=organisation)
    jobs.enqueue("milestone.paid", milestone_id=milestone.pk)
    jobs.enqueue("project.changed", project_id=contract.project.pk)
    return payment


@transaction.atomic
def terminate_contract(
    contract: Contract, *, by: Any, organisation: Organisation, reason: str, fill: str = ""
) -> Contract:
    """Ends a contract early. With no other contract alive the project is terminated too."""
    engine.perform(contract.terminate, by=by, organisation=organisation, reason=reason)
    project = contract.project
    if _contracts_all_in(project, ["terminated"]):
        engine.perform(project.terminate, by=by, organisation=organisation, reason=reason)
        release_needs(project, by=by, organisation=organisation)
    notices.publish(
        project,
        NoticeKind.TERMINATION,
        termination_fields(contract, reason),
        by=by,
        fill=fill,
    )
    jobs.enqueue("project.changed", project_id=project.pk)
    return contract
