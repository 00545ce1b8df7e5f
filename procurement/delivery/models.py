from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.contracts.models import Contract, Instalment
from procurement.delivery import guards, permissions
from procurement.delivery.enums import MilestoneState
from procurement.projects.models import Project, ThreadMachine, money_field
from workflows.machine import Act, StateField, transition


class Milestone(ThreadMachine):
    """A step of the service that is delivered, scored, accepted and paid (yuan)."""

    way_to_thread = "contract__award__lot__call__project"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="milestones")
    instalment = models.OneToOneField(Instalment, on_delete=models.PROTECT, related_name="milestone")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=100)
    due = models.DateField(_("due"))
    amount = money_field(_("amount"))
    on_signing = models.BooleanField(default=False)
    state = StateField(choices=MilestoneState.choices, default=MilestoneState.PLANNED)
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    returned_reason = models.TextField(blank=True)
    score = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    scored_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    invoiced_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta(ThreadMachine.Meta):
        ordering = ["contract", "position"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "position"], name="milestone_once"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "returned", "refused"])
                | Q(on_signing=True)
                | Q(delivered_at__isnull=False, delivered_by__isnull=False),
                name="milestone_delivered_has_author",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "invoiced", "paid"]) | Q(accepted_at__isnull=False),
                name="milestone_accepted_before_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_at__isnull=False), name="milestone_paid_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.name}"

    @property
    def project(self) -> Project:
        return self.contract.project

    @transition(
        source=["planned", "returned"],
        target="delivered",
        guards=[guards.contract_in_force, guards.actuals_given],
        permission=permissions.supplier,
        label=_("Hand in the deliverables"),
    )
    def deliver(self, act: Act) -> None:
        self.delivered_at, self.delivered_by, self.returned_reason = act.at, act.by, ""

    @transition(
        source=["delivered", "scored"],
        target="returned",
        guards=[guards.has_published_reason],
        permission=permissions.buyer_staff,
        label=_("Return for improvement"),
    )
    def send_back(self, act: Act) -> None:
        self.returned_reason, self.score, self.scored_at = act.reason, None, None

    @transition(
        source="delivered",
        target="scored",
        guards=[guards.all_scored],
        permission=permissions.evaluator,
        label=_("Score"),
    )
    def conclude_scores(self, act: Act) -> None:
        values = [row.score for row in self.scores.all() if row.score is not None]
        self.score = sum(values, Decimal(0)) / len(values)
        self.scored_at = act.at

    @transition(
        source="scored",
        target="accepted",
        guards=[guards.contract_in_force, guards.service_users_heard],
        permission=permissions.approver,
        label=_("Accept"),
    )
    def accept(self, act: Act) -> None:
        self.accepted_at = act.at

    @transition(
        source="scored",
        target="refused",
        guards=[guards.has_published_reason],
        permission=permissions.approver,
        label=_("Refuse"),
    )
    def refuse(self, act: Act) -> None:
        self.returned_reason = act.reason

    @transition(
        source="planned",
        target="accepted",
        permission=None,
        automatic=True,
        label=_("Accepted by the last signature"),
    )
    def accept_on_signing(self, act: Act) -> None:
        self.accepted_at = act.at

    @transition(
        source="accepted",
        target="invoiced",
        guards=[guards.contract_in_force],
        permission=permissions.supplier,
        label=_("Send the invoice"),
    )
    def invoice(self, act: Act) -> None:
        self.invoiced_at = act.at

    @transition(
        source="invoiced",
        target="paid",
        guards=[
            guards.contract_not_suspended,
            guards.accepted_before_paid,
            guards.within_contract,
            guards.finance_is_not_drafter,
            guards.paid_in_time,
        ],
        permission=permissions.finance,
        label=_("Record the payment"),
    )
    def pay(self, act: Act) -> None:
        self.paid_at = act.at


class Deliverable(models.Model):
    """One thing a milestone promises, with what was reached."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="deliverables")
    name = models.CharField(max_length=60)
    target = models.DecimalField(max_digits=12, decimal_places=2)
    actual = models.DecimalField(max_digits=12, decimal_places=2, null=True)

    class Meta:
        ordering = ["milestone", "pk"]
        constraints = [models.UniqueConstraint(fields=["milestone", "name"], name="deliverable_once")]

    def __str__(self) -> str:
        return self.name


class MilestoneScore(models.Model):
    """One evaluator's score of a milestone, 0–100."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="scores")
    evaluator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="milestone_scores")
    score = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    comment = models.TextField(blank=True)
    scored_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["milestone", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["milestone", "evaluator"], name="milestone_score_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100),
                name="milestone_score_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone} · {self.evaluator}"


class Acceptance(models.Model):
    """Who accepted a milestone, service users among them, and what they said (A1)."""

    milestone = models.OneToOneField(Milestone, on_delete=models.PROTECT, related_name="acceptance")
    number = models.CharField(max_length=70, unique=True)
    at = models.DateTimeField()
    members = models.JSONField(default=list)
    service_users = models.PositiveIntegerField()
    opinion = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.number


class Invoice(models.Model):
    milestone = models.OneToOneField(Milestone, on_delete=models.PROTECT, related_name="invoice_row")
    number = models.CharField(max_length=70, blank=True)
    amount = money_field()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """Money that went out, yuan; never changed, never removed."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="payments")
    milestone = models.OneToOneField(Milestone, on_delete=models.PROTECT, related_name="payment")
    amount = money_field()
    paid_at = models.DateTimeField()
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="payment_not_negative")]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.milestone} {self.amount}"
