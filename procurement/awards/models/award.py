from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.awards import guards, permissions
from procurement.awards.enums import AwardState
from procurement.bids.models import Bid
from procurement.calls.models import Lot
from procurement.projects.models import Project, ThreadMachine, money_field
from workflows.machine import Act, StateField, transition


class Award(ThreadMachine):
    """Who gets a lot, for how much (yuan). The winner is computed from the sheets, never chosen."""

    way_to_thread = "lot__call__project"

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="awards")
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="awards")
    amount = money_field()
    state = StateField(choices=AwardState.choices, default=AwardState.PROPOSED)
    proposed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField(null=True)
    notice_ends = models.DateField(null=True)
    challenge_until = models.DateField(null=True)
    final_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.TextField(blank=True)
    # the award that fell to a challenge, whose place the next candidate takes (T12)
    succeeds = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="successor")

    class Meta(ThreadMachine.Meta):
        constraints = [
            models.UniqueConstraint(fields=["lot"], condition=~Q(state="revoked"), name="award_one_stands"),
            models.CheckConstraint(
                condition=~Q(state="revoked") | (Q(revoked_at__isnull=False) & ~Q(revoke_reason="")),
                name="award_revoked_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="award_confirmed_has_author",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["noticed", "challenged", "upheld", "dismissed", "final"])
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
        guards=[guards.not_brought_down, guards.confirmed_in_time],
        permission=permissions.approver,
        label=_("Confirm the award"),
    )
    def confirm(self, act: Act) -> None:
        self.confirmed_at, self.confirmed_by = act.at, act.by

    @transition(
        source="confirmed",
        target="noticed",
        guards=[guards.not_brought_down, guards.noticed_in_time],
        permission=permissions.announcer,
        label=_("Publish the result"),
    )
    def publish_notice(self, act: Act) -> None:
        self.noticed_at = act.at
        self.notice_ends, self.challenge_until = act.given["notice_ends"], act.given["challenge_until"]

    @transition(
        source=["noticed", "dismissed", "final"],
        target="challenged",
        permission=None,
        automatic=True,
        label=_("Is challenged"),
    )
    def challenge(self, act: Act) -> None:
        pass

    @transition(
        source="challenged",
        target="dismissed",
        permission=None,
        automatic=True,
        label=_("Stands after a challenge"),
    )
    def dismiss(self, act: Act) -> None:
        pass

    @transition(
        source="challenged",
        target="upheld",
        permission=None,
        automatic=True,
        label=_("Falls to a challenge"),
    )
    def uphold(self, act: Act) -> None:
        pass

    @transition(
        source="upheld",
        target="revoked",
        guards=[guards.has_published_reason],
        permission=permissions.approver,
        label=_("Revoke the award"),
    )
    def revoke(self, act: Act) -> None:
        self.revoked_at, self.revoke_reason = act.at, act.reason

    @transition(
        source=["noticed", "dismissed"],
        target="final",
        guards=[
            guards.challenge_period_over,
            guards.result_in_the_medium,
            guards.nothing_pending,
            guards.complaint_period_over,
        ],
        permission=permissions.time_alone,
        label=_("Becomes final"),
    )
    def finalise(self, act: Act) -> None:
        self.final_at = act.at


class FormerResult(models.Model):
    """The ranking and the sheets behind an award that was revoked, as they were. Never changed."""

    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="former_result")
    ranking = models.JSONField()  # [{"bid", "supplier", "price", "points", "total", "rank"}], best first
    sheets = models.JSONField()  # [{"seat", "bid", "criterion", "points"}]; a seat is its place, not its name
    opinions = models.JSONField()  # [{"seat", "signed_at", "dissent"}]
    kept_at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="untouched", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.award)
