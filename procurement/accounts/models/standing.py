"""What an organisation has shown of itself: that it is who it says, and its qualifications."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts import guards, permissions
from procurement.accounts.enums import QualificationKind, QualificationState, RegistrationState
from procurement.accounts.models.actors import Organisation, User
from procurement.common.models import PrivateFile
from workflows.machine import Act, StateField, transition
from workflows.models import Machine


class Registration(Machine):
    """An organisation's own application to take part. One brought in by the platform has none, and needs none."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="registration")
    applicant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = StateField(choices=RegistrationState.choices, default=RegistrationState.REGISTERED)
    handed_in_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.TextField(_("what was looked at, or why not"), blank=True)

    class Meta(Machine.Meta):
        ordering = ["-handed_in_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="registered")
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision=""),
                name="registration_decided_has_author",
            )
        ]

    def __str__(self) -> str:
        return self.organisation.name

    @transition(
        source="registered",
        target="verified",
        guards=[guards.says_why, guards.certificate_handed_in],
        permission=permissions.administrator,
        label=_("Verify"),
    )
    def verify(self, act: Act) -> None:
        self._decide(act)

    @transition(
        source="registered",
        target="refused",
        guards=[guards.says_why],
        permission=permissions.administrator,
        label=_("Refuse"),
    )
    def refuse(self, act: Act) -> None:
        self._decide(act)

    @transition(
        source="verified",
        target="refused",
        guards=[guards.says_why],
        permission=permissions.administrator,
        label=_("Take the verification back"),
    )
    def revoke(self, act: Act) -> None:
        self._decide(act)

    @transition(source="refused", target="registered", permission=permissions.manager, label=_("Hand in once more"))
    def hand_in_again(self, act: Act) -> None:
        self.handed_in_at = act.at

    def _decide(self, act: Act) -> None:
        self.decided_at, self.decided_by, self.decision = act.at, act.by, act.reason


class Qualification(Machine):
    """One paper of an organisation with its days. A verified one is never edited: a newer one follows it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="qualifications")
    kind = models.CharField(_("kind"), max_length=20, choices=QualificationKind.choices)
    value = models.CharField(_("content"), max_length=100, blank=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True, db_index=True)
    file = models.ForeignKey(
        PrivateFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    state = StateField(choices=QualificationState.choices, default=QualificationState.DRAFT)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.TextField(_("what was looked at, or why not"), blank=True)

    class Meta(Machine.Meta):
        ordering = ["kind", "-valid_until", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=models.F("valid_from")),
                name="qualification_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="qualification_submitted_has_author",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["verified", "returned"])
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision=""),
                name="qualification_decided_has_author",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.get_kind_display()), self.value) if part)

    def lapsed(self, on: date) -> bool:
        return self.valid_until is not None and self.valid_until < on

    @property
    def editable(self) -> bool:
        """Whether its organisation may still change it."""
        return self.state in (QualificationState.DRAFT, QualificationState.RETURNED)

    @property
    def shown_number(self) -> str:
        """The number as lists show it: of a bank account the last four digits."""
        return f"****{self.number[-4:]}" if self.kind == QualificationKind.BANK and self.number else self.number

    @transition(
        source=["draft", "returned"],
        target="submitted",
        guards=[guards.qualification_complete],
        permission=permissions.manager,
        label=_("Hand in"),
    )
    def submit(self, act: Act) -> None:
        self.submitted_at, self.submitted_by = act.at, act.by

    @transition(source="submitted", target="draft", permission=permissions.manager, label=_("Take back"))
    def withdraw(self, act: Act) -> None:
        pass

    @transition(
        source="submitted",
        target="verified",
        guards=[guards.says_why, guards.not_lapsed],
        permission=permissions.administrator,
        label=_("Verify"),
    )
    def verify(self, act: Act) -> None:
        self._decide(act)

    @transition(
        source=["submitted", "verified"],
        target="returned",
        guards=[guards.says_why],
        permission=permissions.administrator,
        label=_("Return"),
    )
    def send_back(self, act: Act) -> None:
        self._decide(act)

    def _decide(self, act: Act) -> None:
        self.decided_at, self.decided_by, self.decision = act.at, act.by, act.reason


class Reminder(models.Model):
    """That an organisation was told, so many days before, that a qualification will lapse: once each."""

    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["qualification", "days"], name="reminded_once")]

    def __str__(self) -> str:
        return f"{self.qualification}: {self.days}"
