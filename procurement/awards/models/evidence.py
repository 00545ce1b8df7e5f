from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.awards.models.challenge import Challenge
from procurement.common.models import PrivateFile


class Evidence(models.Model):
    """A file handed in with a challenge, or with the reply to it; encrypted, and only ever added."""

    class Part(models.TextChoices):
        FILING = "filing", _("what was filed")
        REPLY = "reply", _("the reply")

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="evidence")
    part = models.CharField(max_length=10, choices=Part.choices)
    file = models.OneToOneField(PrivateFile, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["challenge", "pk"]
        triggers = [pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.challenge.number} {self.file.name}"
