from __future__ import annotations

from django.db import models

from procurement.accounts.models import Organisation
from procurement.projects.models import Project


class DutyReminder(models.Model):
    """That those who owe something were told of it: once before its day, once when it is overdue."""

    key = models.CharField(max_length=80)  # "T7:awards.award:12"
    rule = models.CharField(max_length=20)
    due_on = models.DateField()
    overdue = models.BooleanField()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="duty_reminders")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="duty_reminders"
    )  # none: the supervisors
    roles = models.JSONField(default=list)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "due_on", "overdue"], name="duty_told_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.due_on}"
