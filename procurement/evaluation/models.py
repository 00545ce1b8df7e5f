from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.contracts.models import Contract
from procurement.evaluation import guards, permissions
from procurement.evaluation.enums import EvaluationState, Grade, Item, Part
from procurement.projects.models import Project, ThreadMachine
from workflows.machine import Act, StateField, transition


class Evaluation(ThreadMachine):
    """The bottom-up verdict on one contract: five parts, a total of 100, a grade."""

    way_to_thread = "contract__award__lot__call__project"

    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, related_name="evaluation")
    state = StateField(choices=EvaluationState.choices, default=EvaluationState.OPEN)
    weights = models.JSONField(_("weights"))
    buyer_score = models.DecimalField(_("buyer's score"), max_digits=6, decimal_places=3, null=True)
    parts = models.JSONField(default=dict)
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    grade = models.CharField(max_length=2, choices=Grade.choices, blank=True)
    collecting_since = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    statement = models.TextField(_("supplier's statement"), blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta(ThreadMachine.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "collecting"])
                | (Q(total__isnull=False, computed_at__isnull=False) & ~Q(grade="")),
                name="evaluation_computed_has_total",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="evaluation_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(total__gte=0, total__lte=100),
                name="evaluation_total_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} evaluation"

    @property
    def project(self) -> Project:
        return self.contract.project

    @property
    def weight_of(self) -> dict[str, Decimal]:
        return {str(part): Decimal(str(self.weights.get(part, 0))) for part in Part}

    @transition(
        source="open",
        target="collecting",
        guards=[guards.contract_is_completed, guards.weights_are_lawful],
        permission=permissions.drafter,
        label=_("Start the survey"),
    )
    def start_collecting(self, act: Act) -> None:
        self.collecting_since = act.at

    @transition(
        source="collecting",
        target="computed",
        guards=[guards.parts_are_there, guards.sample_is_large_enough],
        permission=permissions.drafter,
        label=_("End the survey and compute"),
    )
    def compute(self, act: Act) -> None:
        self.computed_at = act.at
        self.parts = act.given["parts"]
        self.total, self.grade = act.given["total"], act.given["grade"]

    @transition(
        source="computed",
        target="reported",
        permission=permissions.drafter,
        label=_("Hand the report to the supplier"),
    )
    def report(self, act: Act) -> None:
        self.reported_at = act.at

    @transition(
        source="reported",
        target=None,
        guards=[guards.has_statement],
        permission=permissions.supplier,
        label=_("Reply to the report"),
    )
    def reply(self, act: Act) -> None:
        self.replied_at, self.statement = act.at, act.given["statement"]

    @transition(
        source="reported",
        target="published",
        guards=[guards.supplier_was_heard],
        permission=permissions.approver,
        label=_("Publish the verdict"),
    )
    def publish(self, act: Act) -> None:
        self.published_at = act.at


class Survey(models.Model):
    """Whom the service reached, and who of them answered."""

    evaluation = models.OneToOneField(Evaluation, on_delete=models.PROTECT, related_name="survey")
    population = models.PositiveIntegerField(_("people served"))
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"survey of {self.evaluation_id}"


class Code(models.Model):
    """A one-time code handed out at a session's check-in (E6). Only its hash is kept; nothing ties it to an answer."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="codes")
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    used = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.sha256[:8]


class AnswerSheet(models.Model):
    """One person's answers; ``eligible`` as they said themselves (E6)."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="sheets")
    eligible = models.BooleanField(default=True)
    opinion = models.TextField(blank=True)
    answered_on = models.DateField()

    def __str__(self) -> str:
        return f"answer {self.pk}"


class Answer(models.Model):
    """A level from 5 (best) to 1; what was skipped is not there."""

    sheet = models.ForeignKey(AnswerSheet, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=12, choices=Item.choices)
    level = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "item"], name="answer_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="answer_level"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.level}"


class StationRating(models.Model):
    """What the station that lives with the service says, 0–100."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="station_ratings")
    station = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ratings")
    score = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    comment = models.TextField(blank=True)
    rated_at = models.DateTimeField(null=True)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "station"], name="station_rates_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100), name="rating_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.score}"
