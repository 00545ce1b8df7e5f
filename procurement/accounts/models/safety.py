"""What the security and the audit administrators do (等保 2.0: 三员分立), each on record for good."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models.actors import Organisation, User
from workflows.models import Job


class SafetyRecord(models.Model):
    """One act of a security administrator on somebody's login: never changed."""

    class Act(models.TextChoices):
        UNLOCKED = "unlocked", _("lock taken off")
        SECOND_FACTOR = "second_factor", _("second factor taken off")
        SIGNED_OUT = "signed_out", _("signed out everywhere")

    act = models.CharField(_("act"), max_length=20, choices=Act.choices)
    person = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="safety_records", verbose_name=_("whose login")
    )
    login = models.CharField(_("login name"), max_length=255)  # as it was typed: a lock may be on a name of nobody
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="safety_record_has_reason")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.login} {self.act}"


class LogCheck(models.Model):
    """One reading of the whole log by a job, as ``verify_log`` reads it; ordered by an audit administrator."""

    ordered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True)
    subjects = models.PositiveIntegerField(_("records read"), default=0)
    rows = models.PositiveIntegerField(_("rows of the log read"), default=0)
    faults: Any = models.JSONField(_("faults"), default=list)  # sentences, at most as many as a page shows
    fault_count = models.PositiveIntegerField(_("number of faults"), default=0)

    class Meta:
        ordering = ["-ordered_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.ordered_at:%Y-%m-%d %H:%M}"
