from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from textwrap import shorten

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.calls import guards, permissions
from procurement.calls.enums import (
    PRICES_READ_OUT,
    WITH_FINAL_OFFERS,
    CallState,
    CriterionKind,
    Method,
    QuestionState,
    SmePolicy,
)
from procurement.projects.models import Notice, Project, ThreadMachine, money_field
from workflows.clock import act_time
from workflows.machine import Act, StateField, transition


class Call(ThreadMachine):
    """A buyer's call for bids. "Closed" is not stored: it is published and past its deadline."""

    way_to_thread = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="calls")
    number = models.CharField(max_length=50, unique=True)
    method = models.CharField(_("method"), max_length=20, choices=Method.choices)
    ceiling = money_field(_("ceiling"))
    requirements = models.TextField(_("what is wanted"), blank=True)
    qualifications = models.TextField(_("who may bid"), blank=True)
    deadline = models.DateTimeField(_("deadline"))
    documents_until = models.DateTimeField(_("documents until"), null=True, blank=True)
    approval_number = models.CharField(_("approval of the method: number"), max_length=100, blank=True)
    approval_date = models.DateField(_("approval of the method: date"), null=True, blank=True)
    urgent_reason = models.TextField(_("why it is urgent"), blank=True)
    sme_policy = models.CharField(
        _("small firms"), max_length=20, choices=SmePolicy.choices, blank=True, default=SmePolicy.NOT_ASKED
    )
    low_price_rates = models.JSONField(_("abnormally low price: rates"), default=dict, blank=True)
    prices_read_out = models.BooleanField(_("prices are read out"), default=False)
    consortium_allowed = models.BooleanField(_("consortia may bid"), default=False)
    obtaining = models.TextField(_("how documents are obtained"), blank=True)
    contact = models.CharField(_("contact for questions"), max_length=200, blank=True)
    questions_until = models.DateTimeField(_("questions until"), null=True, blank=True)
    planned_on = models.DateField(_("planned day of publication"), null=True, blank=True)
    version = models.PositiveIntegerField(default=0)  # of the draft: a stale page does not overwrite a newer one
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField(null=True)
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    state = StateField(choices=CallState.choices, default=CallState.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    public_key = models.BinaryField(null=True)
    opened_at = models.DateTimeField(null=True)
    final_offers_until = models.DateTimeField(null=True)
    final_opened_at = models.DateTimeField(null=True)
    opens_from = models.DateTimeField(_("opening postponed to"), null=True)
    final_opens_from = models.DateTimeField(_("opening of the final offers postponed to"), null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    class Meta(ThreadMachine.Meta):
        ordering = ["-published_at", "-pk"]
        # the orders of the public list, and its links, which are in small letters
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="calls_newest", condition=Q(published_at__isnull=False)),
            models.Index(fields=["deadline", "-id"], name="calls_by_deadline", condition=Q(published_at__isnull=False)),
            models.Index(fields=["-ceiling", "-id"], name="calls_by_ceiling", condition=Q(published_at__isnull=False)),
            models.Index(Upper("number"), name="calls_by_number_in_capitals"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ceiling__gte=0), name="call_ceiling_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"])
                | Q(published_at__isnull=False, published_by__isnull=False, public_key__isnull=False),
                name="call_published_has_author",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=models.F("drafted_by")),
                name="call_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(handed_in_at__isnull=True, handed_in_by__isnull=True)
                | Q(handed_in_at__isnull=False, handed_in_by__isnull=False),
                name="call_handed_in_has_author",
            ),
            models.CheckConstraint(
                condition=Q(saved_at__isnull=True, saved_by__isnull=True)
                | Q(saved_at__isnull=False, saved_by__isnull=False),
                name="call_saved_has_author",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["opened", "concluded"]) | Q(opened_at__gte=models.F("deadline")),
                name="call_not_opened_early",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True)
                | Q(opens_from__isnull=True)
                | Q(opened_at__gte=models.F("opens_from")),
                name="call_not_opened_before_postponed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "cancelled"]) | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="call_ended_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.project.title}"

    @property
    def has_final_offers(self) -> bool:
        return self.method in WITH_FINAL_OFFERS

    @property
    def reads_prices_out(self) -> bool:
        """Whether the opening reads the prices out (P9)."""
        return self.method in PRICES_READ_OUT or (self.method == Method.OWN_RULE and self.prices_read_out)

    @property
    def opening_time(self) -> datetime:
        """From when on the envelopes may be opened: the deadline, or the later time it was postponed to."""
        return max(self.deadline, self.opens_from or self.deadline)

    @property
    def final_opening_time(self) -> datetime | None:
        """The same of the final offers; none while they are not invited."""
        if self.final_offers_until is None:
            return None
        return max(self.final_offers_until, self.final_opens_from or self.final_offers_until)

    def is_open(self, now: datetime | None = None) -> bool:
        """Takes bids now; the deadline itself is in time."""
        return self.state == CallState.PUBLISHED and (now or act_time()) <= self.deadline

    @transition(
        source="draft",
        target="published",
        guards=[
            guards.project_may_tender,
            guards.handed_in,
            guards.drafter_is_not_approver,
            guards.has_criteria,
            guards.method_fits_threshold,
            guards.ceiling_within_budget,
            guards.budget_is_left,
            guards.intent_long_enough_ago,
            guards.time_to_bid,
            guards.notice_shown_long_enough,
            guards.documents_obtainable_long_enough,
            guards.room_for_the_medium,
            guards.single_source_made_public,
            guards.price_weight,
            guards.criteria_are_quantified,
            guards.low_price_rates_in_range,
            guards.small_firms_considered,
            guards.restrictive_wording,
            guards.not_split,
        ],
        permission=permissions.approver,
        label=_("Publish the call"),
    )
    def publish(self, act: Act) -> None:
        self.published_at, self.published_by = act.at, act.by
        self.public_key = act.given["public_key"]

    @transition(
        source="published",
        target="published",
        guards=[
            guards.still_takes_bids,
            guards.correction_has_content,
            guards.deadline_never_earlier,
            guards.deadline_moves_with_content,
            guards.corrected_has_criteria,
            guards.corrected_price_weight,
            guards.corrected_criteria_are_quantified,
            guards.corrected_ceiling_within_budget,
            guards.corrected_wording,
            guards.corrected_periods,
        ],
        permission=permissions.approver,
        label=_("Correct the call"),
    )
    def correct(self, act: Act) -> None:
        for name, value in act.given["fields"].items():
            setattr(self, name, value)

    @transition(
        source="published",
        target="opened",
        permission=None,
        automatic=True,
        label=_("Open the bids"),
        guards=[guards.opening_time_come, guards.periods_kept_in_the_medium],
    )
    def open(self, act: Act) -> None:
        self.opened_at = act.at

    @transition(
        source="published",
        target="published",
        guards=[guards.has_published_reason, guards.postponed_to_later],
        permission=permissions.officer,
        label=_("Postpone the opening"),
    )
    def postpone_opening(self, act: Act) -> None:
        self.opens_from = act.facts["until"]

    @transition(
        source="opened",
        target="opened",
        guards=[guards.has_published_reason, guards.final_offers_wait, guards.final_opening_postponed_to_later],
        permission=permissions.officer,
        label=_("Postpone the opening of the final offers"),
    )
    def postpone_final_opening(self, act: Act) -> None:
        self.final_opens_from = act.facts["until"]

    @transition(source="opened", target="concluded", permission=None, automatic=True, label=_("Conclude"))
    def conclude(self, act: Act) -> None:
        self.ended_at = act.at

    @transition(source="concluded", target="opened", permission=None, automatic=True, label=_("Take up again"))
    def reopen(self, act: Act) -> None:
        self.ended_at = None

    @transition(
        source=["published", "opened"],
        target="failed",
        guards=[guards.has_published_reason, guards.deadline_passed],
        permission=permissions.approver,
        label=_("Declare the call failed"),
    )
    def fail(self, act: Act) -> None:
        self.ended_at, self.end_reason = act.at, act.reason

    @transition(
        source=["draft", "published", "opened"],
        target="cancelled",
        guards=[guards.has_published_reason],
        permission=permissions.approver,
        label=_("Cancel the call"),
    )
    def cancel(self, act: Act) -> None:
        self.ended_at, self.end_reason = act.at, act.reason


class Question(ThreadMachine):
    """A supplier's question before the clarification limit; the answer goes to all, the asker's name to nobody."""

    way_to_thread = "call__project"

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="questions")
    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField(_("question"))
    state = StateField(choices=QuestionState.choices, default=QuestionState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(ThreadMachine.Meta):
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked") | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="question_answered_has_author",
            ),
        ]

    def __str__(self) -> str:
        return shorten(self.text, 60, placeholder="…")

    @property
    def project(self) -> Project:
        return self.call.project

    @transition(
        source="asked",
        target="answered",
        guards=[guards.has_answer, guards.answered_in_time],
        permission=permissions.asked,
        label=_("Answer the question"),
    )
    def reply(self, act: Act) -> None:
        self.answer, self.answered_at, self.answered_by = act.given["answer"], act.at, act.by


class Taking(models.Model):
    """An organisation has taken the documents of a call: it hears of every answer and correction (P11)."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="takings")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="takings")
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["taken_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["call", "organisation"], name="documents_taken_once")]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.call}"


class Correction(models.Model):
    """What a published call said, what it says now, and since when (P11). Never edited."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="corrections")
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="correction")
    changes = models.JSONField()  # [{"name", "label", "was", "is"}], in the statutory Chinese words
    of_content = models.BooleanField(_("touches the content"))
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["published_at", "pk"]
        triggers = [pgtrigger.Protect(name="never_edited", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.notice)


class CallKey(models.Model):
    """The private half of a call's key, wrapped by the office's key-encryption key."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="key")
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return f"key of {self.call_id}"


class Lot(models.Model):
    """A part that is bid for, scored and awarded alone. A call without lots has one, with an empty code."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="lots")
    code = models.CharField(_("code"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    ceiling = money_field(_("ceiling"))
    failed_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="lot_code_once"),
            models.CheckConstraint(condition=Q(ceiling__gte=0), name="lot_ceiling_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.call.number} {self.code}".strip()

    @property
    def project(self) -> Project:
        return self.call.project

    @property
    def title(self) -> str:
        return f"{self.call.project.title}（{self.name or self.code}）" if self.code else self.call.project.title


class Criterion(models.Model):
    """One factor of the score, with the rule for earning its points (S3)."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=CriterionKind.choices)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2)
    rule = models.TextField(_("rule for earning the points"), blank=True)

    class Meta:
        ordering = ["call", "position"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="criterion_code_once"),
            models.CheckConstraint(
                condition=Q(weight__gt=Decimal(0), weight__lte=Decimal(100)), name="criterion_weight"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
