from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WechatDraft(models.Model):
    """One piece handed to 微信公众号 as a draft, and what its server said."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("in the drafts")
        FAILED = "failed", pgettext_lazy("sending", "failed")

    kind = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    media_id = models.CharField(max_length=200, blank=True)
    error_code = models.IntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind}#{self.subject_id} {self.state}"
