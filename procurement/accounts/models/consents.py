"""What people are told before data is taken from them, and that they agreed (I4, 个人信息保护法 art 13–17)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models.actors import User


class ConsentNotice(models.Model):
    """One version of one notice: who collects what, why, how long, and the reader's rights. Never edited."""

    key = models.CharField(_("what it is for"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=100)
    title_en = models.CharField(_("title, in English"), max_length=100)
    text = models.TextField(_("what it says"))
    text_en = models.TextField(_("what it says, in English"))
    effective_from = models.DateField(_("in force from"))

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="consent_notice_version_once")]
        triggers = [pgtrigger.Protect(name="never_edited", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def _in_english(self) -> bool:
        return (get_language() or "").startswith("en")

    @property
    def heading(self) -> str:
        """The title in the language of the moment."""
        return self.title_en if self._in_english else self.title

    @property
    def words(self) -> str:
        """The text in the language of the moment."""
        return self.text_en if self._in_english else self.text


class Consent(models.Model):
    """One person's agreement to one version, with its time. Of people without an account only a reference is kept."""

    notice = models.ForeignKey(ConsentNotice, on_delete=models.PROTECT, related_name="consents")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="consents")
    subject = models.CharField(_("reference"), max_length=80, blank=True, db_index=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(subject=""), name="consent_of_somebody")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.notice} · {self.user or self.subject}"
