from __future__ import annotations

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import BUYER_KINDS, Level, OrganisationKind, Role, Staffing


class User(AbstractUser):  # type: ignore[django-manager-missing] # the page model comes later, in cms
    """A person. Acts for an organisation by membership; a person may belong to several."""

    display_name = models.CharField(_("name"), max_length=60, blank=True)
    mobile = models.CharField(_("mobile"), max_length=11, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name or super().get_full_name()


class Organisation(models.Model):
    """A buyer, a supplier or a station; one row per unified social credit code."""

    name = models.CharField(_("name"), max_length=200, db_index=True)
    code = models.CharField(_("unified social credit code"), max_length=18, null=True, blank=True, unique=True)
    code_evidence = models.TextField(
        _("evidence for a code that fails its check"),
        blank=True,
        help_text=_("A few early codes fail the check digits; say where this one was seen."),
    )
    kind = models.CharField(_("kind"), max_length=30, choices=OrganisationKind.choices)
    staffing = models.CharField(_("staffing"), max_length=20, choices=Staffing.choices, default=Staffing.NONE)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, blank=True)
    region = models.CharField(_("region"), max_length=6, blank=True, db_index=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    contact = models.CharField(_("contact"), max_length=100, blank=True)
    small_enterprise = models.BooleanField(_("small enterprise or welfare employer"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # a station has no credit code of its own; its name is unique within its region
            models.UniqueConstraint(
                fields=["name", "region"], condition=models.Q(kind="station"), name="station_once_a_region"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="station") | models.Q(code__isnull=False),
                name="organisation_has_a_code",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_buyer(self) -> bool:
        return self.kind in BUYER_KINDS

    @property
    def is_station(self) -> bool:
        return self.kind == OrganisationKind.STATION


class Membership(models.Model):
    """What a person may do for an organisation."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"


class Deputy(models.Model):
    """Stands in for one role of a colleague, from one day to another, so that a holiday stops nothing."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="deputies")
    role = models.CharField(max_length=20, choices=Role.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputy_for")
    starts = models.DateField()
    ends = models.DateField()
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ends__gte=models.F("starts")), name="deputy_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.membership}"


class StaffRecord(models.Model):
    """What was done with an organisation's people, by whom and when: for the audit, never changed."""

    class Act(models.TextChoices):
        JOINED = "joined", _("joined")
        ROLES = "roles", _("roles changed")
        LEFT = "left", _("left")
        BACK = "back", _("came back")
        DEPUTY = "deputy", _("deputy named")
        DEPUTY_ENDED = "deputy_ended", _("deputy ended")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="staff_records")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20, choices=Act.choices)
    facts = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} {self.act}"


class OrganisationRecord(models.Model):
    """What was changed in an organisation's data, by whom, when and why: for the audit, never changed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="records")
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.organisation} {self.at:%Y-%m-%d}"
