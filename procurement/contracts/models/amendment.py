from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.contracts import guards, permissions
from procurement.contracts.enums import AmendmentState, Party
from procurement.contracts.models.contract import Contract, Instalment
from procurement.projects.models import Project, ThreadMachine, money_field
from workflows.machine import Act, StateField, transition


class Amendment(ThreadMachine):
    """A supplement (补充协议) that moves a contract's amount, payments or term; it counts from its last signature.

    ``…_was``: how it stood when the supplement was drafted. Amounts in yuan.
    """

    way_to_thread = "contract__award__lot__call__project"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="amendments")
    number = models.CharField(max_length=70, unique=True)
    amount_was = money_field()
    amount = money_field(_("amount"))
    term_end_was = models.DateField()
    term_end = models.DateField(_("service ends"))
    service = models.TextField(_("what changes in the service"))
    reason = models.TextField(_("reason"))
    state = StateField(choices=AmendmentState.choices, default=AmendmentState.DRAFTED)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    drop_reason = models.TextField(blank=True)

    class Meta(ThreadMachine.Meta):
        ordering = ["contract", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract"], condition=Q(state__in=["drafted", "agreed"]), name="amendment_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="amendment_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "published"]) | Q(signed_at__isnull=False),
                name="amendment_signed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="amendment_published_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(drop_reason=""), name="amendment_dropped_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def project(self) -> Project:
        return self.contract.project

    @property
    def buyer(self) -> Organisation:
        return self.contract.buyer

    @property
    def supplier(self) -> Organisation:
        return self.contract.supplier

    @transition(
        source="drafted",
        target="agreed",
        guards=guards.OF_AMENDMENTS,
        permission=permissions.supplier,
        label=_("Agree to the supplement"),
    )
    def agree(self, act: Act) -> None:
        self.agreed_at = act.at

    @transition(
        source="agreed",
        target="signed",
        guards=[*guards.OF_AMENDMENTS, guards.both_signed],
        permission=permissions.signatory,
        label=_("Sign the supplement"),
    )
    def sign(self, act: Act) -> None:
        self.signed_at = act.at

    @transition(
        source="signed",
        target="published",
        guards=[guards.contract_is_published, guards.change_published_in_time],
        permission=permissions.approver,
        label=_("Publish the supplement"),
    )
    def publish(self, act: Act) -> None:
        self.published_at = act.at

    @transition(
        source=["drafted", "agreed"],
        target="dropped",
        guards=[guards.has_published_reason],
        permission=permissions.drafter_or_supplier,
        label=_("Give the supplement up"),
    )
    def drop(self, act: Act) -> None:
        self.drop_reason = act.reason


class InstalmentChange(models.Model):
    """One row of the payment table as a supplement has it; without ``instalment`` it is a new one. Yuan."""

    amendment = models.ForeignKey(Amendment, on_delete=models.PROTECT, related_name="rows")
    position = models.PositiveSmallIntegerField()
    instalment = models.ForeignKey(Instalment, null=True, on_delete=models.PROTECT, related_name="changes")
    name = models.CharField(_("name"), max_length=100)
    due_was = models.DateField(null=True)
    due = models.DateField(_("due"))
    amount_was = money_field(null=True)
    amount = money_field(_("amount"))
    targets = models.JSONField(default=dict)

    class Meta:
        ordering = ["amendment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "name"], name="instalment_change_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_change_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class AmendmentSignature(models.Model):
    """One party's signature of a supplement, with the hash of what was signed."""

    amendment = models.ForeignKey(Amendment, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=10, choices=Party.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["amendment", "party"], name="amendment_signature_once")]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.party} · {self.by}"
