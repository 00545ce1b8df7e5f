from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.awards import guards, permissions
from procurement.awards.enums import AwardState, DrawPurpose, PanelState, SeatRole
from procurement.bids.models import Bid
from procurement.calls.models import Call, Criterion, Lot
from procurement.projects.models import Project, ThreadMachine, money_field
from workflows.machine import Act, StateField, transition


class Panel(ThreadMachine):
    """The committee of one call (评审小组)."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="panel")
    state = StateField(choices=PanelState.choices, default=PanelState.FORMING)
    drawn_at = models.DateTimeField(null=True)
    scoring_at = models.DateTimeField(null=True)
    sign_until = models.DateTimeField(_("to be signed by"), null=True)
    signed_at = models.DateTimeField(null=True)

    class Meta(ThreadMachine.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(state="forming") | Q(drawn_at__isnull=False), name="panel_drawn_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False), name="panel_signed_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call.number} panel"

    @property
    def project(self) -> Project:
        return self.call.project

    @transition(
        source="forming",
        target="drawn",
        guards=[guards.drawn_in_the_open, guards.composition, guards.experts_are_independent],
        permission=permissions.buyer_staff,
        label=_("Draw the panel"),
    )
    def draw(self, act: Act) -> None:
        self.drawn_at = act.at

    @transition(
        source=["drawn", "declared"],
        target="drawn",
        permission=permissions.member_or_officer,
        guards=[guards.has_reason],
        label=_("Give up a seat"),
    )
    def vacate(self, act: Act) -> None:
        pass

    @transition(
        source="drawn",
        target="declared",
        guards=[guards.every_seat_is_taken, guards.all_declared],
        permission=permissions.member,
        label=_("Declare no conflict of interest"),
    )
    def declare(self, act: Act) -> None:
        pass

    @transition(
        source="declared",
        target="scoring",
        guards=[
            guards.bids_are_open,
            guards.qualification_is_done,
            guards.final_offers_are_open,
            guards.prices_within_ceiling,
            guards.enough_valid_bidders,
            guards.low_prices_settled,
        ],
        permission=permissions.buyer_staff,
        label=_("Start scoring"),
    )
    def start_scoring(self, act: Act) -> None:
        self.scoring_at = act.at

    @transition(
        source="scoring",
        target="signed",
        guards=[guards.sheets_complete, guards.all_signed, guards.far_from_the_others],
        permission=permissions.member,
        label=_("Sign the scoring report"),
    )
    def sign(self, act: Act) -> None:
        self.signed_at = act.at

    @transition(
        source="scoring",
        target="signed",
        guards=[guards.sheets_complete, guards.time_to_sign_is_over, guards.all_signed, guards.far_from_the_others],
        permission=permissions.officer,
        label=_("Close the signing"),
    )
    def close(self, act: Act) -> None:
        self.signed_at = act.at


class Seat(models.Model):
    """A member of a panel: declares, scores, signs; may record dissent (条例 art 41)."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(max_length=10, choices=SeatRole.choices)
    position = models.PositiveSmallIntegerField()
    reference = models.CharField(_("reference in the draw"), max_length=20, blank=True)
    declared_at = models.DateTimeField(null=True)
    sheet_signed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    deemed_at = models.DateTimeField(_("deemed to agree"), null=True)
    dissent = models.TextField(_("dissent"), blank=True)

    class Meta:
        ordering = ["panel", "position"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "user"], name="seat_once"),
            models.CheckConstraint(
                condition=Q(deemed_at__isnull=True) | Q(signed_at__isnull=True), name="seat_signed_or_deemed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


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


class Award(ThreadMachine):
    """Who gets a lot, for how much (yuan). The winner is computed from the sheets, never chosen."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="award")
    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, related_name="award")
    amount = money_field()
    state = StateField(choices=AwardState.choices, default=AwardState.PROPOSED)
    proposed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField(null=True)
    notice_ends = models.DateField(null=True)
    challenge_until = models.DateField(null=True)
    final_at = models.DateTimeField(null=True)

    class Meta(ThreadMachine.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="award_confirmed_has_author",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["noticed", "final"])
                | Q(noticed_at__isnull=False, notice_ends__isnull=False, challenge_until__isnull=False),
                name="award_noticed_has_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state="final") | Q(final_at__isnull=False), name="award_final_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot} → {self.bid.supplier}"

    @property
    def project(self) -> Project:
        return self.lot.call.project

    @transition(
        source="proposed",
        target="confirmed",
        guards=[guards.confirmed_in_time],
        permission=permissions.approver,
        label=_("Confirm the award"),
    )
    def confirm(self, act: Act) -> None:
        self.confirmed_at, self.confirmed_by = act.at, act.by

    @transition(
        source="confirmed",
        target="noticed",
        guards=[guards.noticed_in_time],
        permission=permissions.drafter,
        label=_("Publish the result"),
    )
    def publish_notice(self, act: Act) -> None:
        self.noticed_at = act.at
        self.notice_ends, self.challenge_until = act.given["notice_ends"], act.given["challenge_until"]

    @transition(
        source="noticed",
        target="final",
        guards=[guards.challenge_period_over, guards.result_in_the_medium],
        permission=permissions.time_alone,
        label=_("Becomes final"),
    )
    def finalise(self, act: Act) -> None:
        self.final_at = act.at
