from __future__ import annotations

from datetime import date
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.awards.models import Award
from procurement.contracts import guards, permissions
from procurement.contracts.enums import ContractState, Party
from procurement.projects.models import Project, ThreadMachine, money_field
from workflows.machine import Act, StateField, transition


class Contract(ThreadMachine):
    """A service contract between a buyer (甲方) and a supplier (乙方), yuan."""

    way_to_thread = "award__lot__call__project"

    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="contract")
    number = models.CharField(max_length=60, unique=True)
    amount = money_field(_("amount"))  # as it stands, supplements counted
    term_start = models.DateField(_("service begins"))
    term_end = models.DateField(_("service ends"))  # likewise
    signed_amount = money_field(null=True)  # what both signed first; kept once a supplement has moved it
    signed_term_end = models.DateField(null=True)
    state = StateField(choices=ContractState.choices, default=ContractState.DRAFTED)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    class Meta(ThreadMachine.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="contract_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "agreed", "terminated"]) | Q(signed_at__isnull=False),
                name="contract_signed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "completed"]) | Q(published_at__isnull=False),
                name="contract_published_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="suspended") | Q(suspended_at__isnull=False), name="contract_suspended_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="terminated") | ~Q(end_reason=""), name="contract_terminated_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def first_amount(self) -> Decimal:
        """What both parties signed first, yuan: supplements are measured by it (C4)."""
        return self.amount if self.signed_amount is None else self.signed_amount

    @property
    def first_term_end(self) -> date:
        return self.signed_term_end or self.term_end

    @property
    def project(self) -> Project:
        return self.award.lot.call.project

    @property
    def buyer(self) -> Organisation:
        return self.project.buyer

    @property
    def supplier(self) -> Organisation:
        return self.award.bid.supplier

    @transition(
        source="drafted",
        target="agreed",
        guards=[
            guards.award_is_noticed,
            guards.clauses_complete,
            guards.same_as_award,
            guards.instalments_complete,
        ],
        permission=permissions.supplier,
        label=_("Agree to the contract"),
    )
    def agree(self, act: Act) -> None:
        self.agreed_at = act.at

    @transition(
        source="agreed",
        target="signed",
        guards=[guards.award_is_noticed, guards.nothing_suspends_signing, guards.both_signed, guards.signed_in_time],
        permission=permissions.signatory,
        label=_("Sign the contract"),
    )
    def sign(self, act: Act) -> None:
        self.signed_at = act.at

    @transition(
        source="signed",
        target="published",
        guards=[guards.published_in_time],
        permission=permissions.drafter,
        label=_("Publish the contract"),
    )
    def publish(self, act: Act) -> None:
        self.published_at = act.at

    @transition(
        source=["signed", "published"],
        target=None,
        permission=None,
        automatic=True,
        label=_("Is amended by a supplement"),
    )
    def amend(self, act: Act) -> None:
        self.signed_amount, self.signed_term_end = self.first_amount, self.first_term_end
        self.amount, self.term_end = act.given["amount"], act.given["term_end"]

    @transition(
        source=["signed", "published"],
        target="suspended",
        permission=None,
        automatic=True,
        label=_("Is suspended"),
    )
    def suspend(self, act: Act) -> None:
        self.suspended_at = act.at

    @transition(
        source="suspended",
        target="published",
        guards=[guards.was_published],
        permission=None,
        automatic=True,
        label=_("Is resumed"),
    )
    def resume(self, act: Act) -> None:
        self.suspended_at = None

    @transition(
        source="suspended",
        target="signed",
        guards=[guards.was_not_published],
        permission=None,
        automatic=True,
        label=_("Is resumed, and to be published"),
    )
    def resume_signed(self, act: Act) -> None:
        self.suspended_at = None

    @transition(
        source=["drafted", "agreed"],
        target="terminated",
        guards=[guards.has_published_reason],
        permission=None,
        automatic=True,
        label=_("Falls with its award"),
    )
    def fall(self, act: Act) -> None:
        self.end_reason = act.reason

    @transition(source="published", target="completed", permission=None, automatic=True, label=_("Complete"))
    def complete(self, act: Act) -> None:
        self.completed_at = act.at

    @transition(
        source=["drafted", "agreed", "signed", "published", "suspended"],
        target="terminated",
        guards=[guards.has_published_reason],
        permission=permissions.approver,
        label=_("Terminate the contract"),
    )
    def terminate(self, act: Act) -> None:
        self.end_reason = act.reason


class Clause(models.Model):
    """One clause, in order; ``key`` says which requirement of C1 it meets."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="clauses")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=20)
    heading = models.CharField(max_length=100)
    text = models.TextField()

    class Meta:
        ordering = ["contract", "position"]
        constraints = [models.UniqueConstraint(fields=["contract", "key"], name="clause_once")]

    def __str__(self) -> str:
        return self.heading


class Instalment(models.Model):
    """One row of the payment table; ``percent`` of the amount, ``amount`` in yuan, targets by name.

    It stays as it was signed: what a supplement moves is moved at its milestone. A supplement's own row names it.
    """

    amendment = models.ForeignKey(
        "contracts.Amendment", null=True, on_delete=models.PROTECT, related_name="added_instalments"
    )
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="instalments")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=100)
    due = models.DateField(_("due"))
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)
    amount = money_field(_("amount"))
    on_signing = models.BooleanField(_("falls due on signing"), default=False)
    targets = models.JSONField(default=dict)

    class Meta:
        ordering = ["contract", "position"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "name"], name="instalment_once"),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="instalment_percent"),
        ]

    def __str__(self) -> str:
        return self.name


class Signature(models.Model):
    """One party's signature, with who, when, and the hash of what was signed."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=10, choices=Party.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "party"], name="signature_once")]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.party} · {self.by}"
