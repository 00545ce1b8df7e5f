"""The rulebook as dated rows: what applies is found by id, place and day, never written into code (RULES)."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from workflows.reasons import Reason


class Effect(models.TextChoices):
    BLOCK = "block", _("refuses the act")
    WARN = "warn", _("warns")
    LATE = "late", _("duty with a latest date")
    NOTE = "note", _("information")


class Standing(models.TextChoices):
    """How sure a row is: read in a published text, from memory, or our own."""

    READ = "v", _("read in the published text")
    TO_CHECK = "m", _("to be checked")
    HOUSE = "house", _("house rule")
    PLAIN = "", _("as the article says")


class RuleVersion(models.Model):
    """One version of one rule: from a day on, in a jurisdiction, with its values. Never edited, only followed.

    ``values``: what the rule's guard reads; days, rates, amounts in yuan as text. ``variant``: the procurement
    method, threshold or notice kind the row is for, where a rule differs by it.
    """

    rule = models.CharField(_("rule"), max_length=20)
    variant = models.CharField(_("variant"), max_length=30, blank=True)
    article = models.CharField(_("article"), max_length=120, blank=True)
    text = models.TextField(_("what it says"))
    text_en = models.TextField(_("what it says, in English"), blank=True)
    effect = models.CharField(_("effect"), max_length=10, choices=Effect.choices, default=Effect.BLOCK)
    needs_reason = models.BooleanField(_("needs a written reason"), default=False)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices, blank=True)
    jurisdiction = models.CharField(
        _("jurisdiction"),
        max_length=6,
        blank=True,
        help_text=_("Leading digits of the region's code, such as 33 or 3301; empty for the whole country."),
    )
    effective_from = models.DateField(_("in force from"))
    values = models.JSONField(_("values"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    source = models.CharField(_("where it can be read"), max_length=300, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["rule", "variant", "-effective_from", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "variant", "jurisdiction", "effective_from"], name="rule_version_once_a_day"
            )
        ]
        triggers = [pgtrigger.Protect(name="never_edited", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.name} ({self.effective_from})"

    @property
    def name(self) -> str:
        return f"{self.rule} · {self.variant}" if self.variant else self.rule

    @property
    def words(self) -> str:
        """What the rule says, in the language of the moment."""
        return self.text_en if self.text_en and (get_language() or "").startswith("en") else self.text

    @property
    def to_be_checked(self) -> bool:
        return self.standing == Standing.TO_CHECK

    def reason(self, message: str, effect: str = "", **facts: Any) -> Reason:
        """This rule, unmet, in words; ``effect`` where one clause of it differs from the whole."""
        return Reason(
            message,
            code=self.rule,
            rule=self.rule,
            article=self.article,
            effect=effect or self.effect,
            needs_reason=self.needs_reason,
            facts=facts,
        )


class OfficialDay(models.Model):
    """A day on which the State Council's calendar differs from the week: a holiday, or a make-up workday (D1)."""

    day = models.DateField(_("day"), unique=True)
    working = models.BooleanField(_("working day"))
    name = models.CharField(_("name"), max_length=40, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class OfficialYear(models.Model):
    """A year whose official days an office has entered in full; what is not listed follows the week (D1)."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    source = models.CharField(_("notice of the State Council"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)
