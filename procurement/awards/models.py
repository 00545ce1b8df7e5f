from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.awards import guards, permissions
from procurement.awards.enums import AwardState, PanelState, SeatRole
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
        guards=[guards.composition, guards.experts_are_independent],
        permission=permissions.buyer_staff,
        label=_("Draw the panel"),
    )
    def draw(self, act: Act) -> None:
        self.drawn_at = act.at

    @transition(
        source="drawn",
        target="declared",
        guards=[guards.all_declared],
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


class Seat(models.Model):
    """A member of a panel: declares, scores, signs; may record dissent (条例 art 41)."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(max_length=10, choices=SeatRole.choices)
    position = models.PositiveSmallIntegerField()
    declared_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    dissent = models.TextField(_("dissent"), blank=True)

    class Meta:
        ordering = ["panel", "position"]
        constraints = [models.UniqueConstraint(fields=["panel", "user"], name="seat_once")]

    def __str__(self) -> str:
        return str(self.user)


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
        guards=[guards.challenge_period_over],
        permission=permissions.time_alone,
        label=_("Becomes final"),
    )
    def finalise(self, act: Act) -> None:
        self.final_at = act.at
