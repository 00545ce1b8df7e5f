from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.awards.models.panel import Seat
from procurement.bids.models import Bid
from procurement.calls.models import Criterion
from procurement.projects.models import Project


class ScoreSheet(models.Model):
    """One member's scores for one bid."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="sheets")
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="sheets")
    saved_at = models.DateTimeField()
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "bid"], name="sheet_once")]

    def __str__(self) -> str:
        return f"{self.seat} · {self.bid}"


class Score(models.Model):
    """Points of one member for one judged criterion."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="scores")
    points = models.DecimalField(max_digits=6, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="score_once"),
            models.CheckConstraint(condition=Q(points__gte=0), name="score_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.code} {self.points}"


class LowPriceRequest(models.Model):
    """A bidder is asked to explain an abnormally low price, with the time it has for it (B4)."""

    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, related_name="low_price_request")
    triggered = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    question = models.TextField(_("what is asked"), blank=True)
    due_at = models.DateTimeField(_("to be explained by"))
    explanation = models.TextField(_("explanation"), blank=True)
    evidence = models.TextField(_("evidence"), blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=models.F("asked_at")), name="low_price_leaves_time"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, explanation="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(explanation="")),
                name="low_price_answer_has_author",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__lte=models.F("due_at")),
                name="low_price_answered_in_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.bid)

    @property
    def project(self) -> Project:
        return self.bid.project
