from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.awards.enums import DrawPurpose, SeatRole
from procurement.awards.models.panel import Panel
from procurement.projects.models import Project

KEPT_AS_DRAWN = """
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'the record of a draw is never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.drawn_at IS NOT NULL OR OLD.dropped_at IS NOT NULL
       OR (NEW.panel_id, NEW.purpose, NEW.domain, NEW.region, NEW.experts, NEW.representatives, NEW.commitment,
           NEW.sealed_seed, NEW.committed_at, NEW.committed_by_id)
          IS DISTINCT FROM
          (OLD.panel_id, OLD.purpose, OLD.domain, OLD.region, OLD.experts, OLD.representatives, OLD.commitment,
           OLD.sealed_seed, OLD.committed_at, OLD.committed_by_id)
       OR (OLD.fixed_at IS NOT NULL AND (NEW.fixed_at, NEW.candidates, NEW.excluded)
           IS DISTINCT FROM (OLD.fixed_at, OLD.candidates, OLD.excluded)) THEN
        RAISE EXCEPTION 'what a draw has fixed stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.seed <> '' AND encode(sha256(decode(NEW.seed, 'hex')), 'hex') <> NEW.commitment THEN
        RAISE EXCEPTION 'this is not the seed that was promised' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
"""


class Draw(models.Model):
    """The record of one draw, in the order in which it is written: promise, candidates, seed and result."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="draws")
    purpose = models.CharField(max_length=12, choices=DrawPurpose.choices, default=DrawPurpose.FIRST)
    domain = models.CharField(_("field of work"), max_length=20)
    region = models.CharField(_("region"), max_length=6, blank=True)
    experts = models.PositiveSmallIntegerField(_("experts"))
    representatives = models.JSONField(default=list)
    commitment = models.CharField(_("SHA-256 of the seed"), max_length=64)
    sealed_seed = models.BinaryField()
    committed_at = models.DateTimeField()
    committed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    candidates = models.JSONField(default=list)
    excluded = models.JSONField(default=list)
    fixed_at = models.DateTimeField(null=True)
    seed = models.CharField(max_length=64, blank=True)
    drawn = models.JSONField(default=list)
    passed_over = models.JSONField(default=list)
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    dropped_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["panel", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel"],
                condition=Q(drawn_at__isnull=True, dropped_at__isnull=True),
                name="draw_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(drawn_at__isnull=True) & Q(drawn_by__isnull=True) & Q(seed=""))
                | (Q(drawn_at__isnull=False, drawn_by__isnull=False, fixed_at__isnull=False) & ~Q(seed="")),
                name="draw_seed_with_result",
            ),
            models.CheckConstraint(
                condition=Q(fixed_at__isnull=True) | Q(fixed_at__gte=models.F("committed_at")),
                name="draw_promised_first",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="kept_as_drawn",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=KEPT_AS_DRAWN,
            )
        ]

    def __str__(self) -> str:
        return f"{self.panel.call.number} {self.commitment[:12]}"

    @property
    def project(self) -> Project:
        return self.panel.project


class Vacancy(models.Model):
    """A seat given up before the scoring: by whom, why, and in whose favour the conflict lay. Never changed."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="vacancies")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=SeatRole.choices)
    position = models.PositiveSmallIntegerField()
    reference = models.CharField(max_length=20, blank=True)
    conflict_with = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["panel", "pk"]
        triggers = [pgtrigger.Protect(name="untouched", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.reference or self.position}"
