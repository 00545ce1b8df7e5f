from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.awards import guards, permissions
from procurement.awards.enums import PanelState, SeatRole
from procurement.calls.models import Call
from procurement.projects.models import Project, ThreadMachine
from workflows.machine import Act, StateField, transition


class Panel(ThreadMachine):
    """The committee of one call (评审小组)."""

    way_to_thread = "call__project"

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

    @transition(
        source="signed",
        target="declared",
        permission=None,
        automatic=True,
        label=_("Is to score again"),
    )
    def reopen(self, act: Act) -> None:
        self.scoring_at = self.signed_at = self.sign_until = None


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
