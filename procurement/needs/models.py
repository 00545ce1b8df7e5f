from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement.accounts.models import Organisation
from procurement.needs import guards, permissions
from procurement.needs.enums import NeedState
from workflows.machine import Act, StateField, transition
from workflows.models import Machine


class Need(Machine):
    """What residents of one place say they lack, collected by their station."""

    number = models.CharField(max_length=40, unique=True)
    title = models.CharField(_("in one line"), max_length=200)
    text = models.TextField(_("in the residents' words"))
    station = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="needs")
    addressed_to = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="needs_received")
    raised_on = models.DateField(_("raised on"))
    supporters = models.PositiveIntegerField(_("residents who share it"), default=1)
    state = StateField(choices=NeedState.choices, default=NeedState.DRAFT)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decline_reason = models.TextField(blank=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    imported = models.BooleanField(_("brought in"), default=False)

    class Meta(Machine.Meta):
        ordering = ["-raised_on", "-pk"]
        indexes = [
            models.Index(fields=["-submitted_at", "-id"], name="needs_newest"),
            models.Index(fields=["-raised_on", "-id"], name="needs_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="need_submitted_has_author",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="declined") | ~models.Q(decline_reason=""),
                name="need_declined_has_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="merged") | models.Q(merged_into__isnull=False),
                name="need_merged_into",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def brought_in(self) -> bool:
        return self.imported

    @transition(source="draft", target="submitted", permission=permissions.station_officer, label=_("Submit"))
    def submit(self, act: Act) -> None:
        self.submitted_at, self.submitted_by = act.at, act.by

    @transition(source="submitted", target="screened", permission=permissions.addressed_drafter, label=_("Take up"))
    def screen(self, act: Act) -> None:
        pass

    @transition(source="screened", target="adopted", permission=None, automatic=True, label=_("Adopt"))
    def adopt(self, act: Act) -> None:
        pass

    @transition(
        source=["submitted", "screened"],
        target="merged",
        guards=[guards.merges_into_another],
        permission=permissions.addressed_drafter,
        label=_("Merge"),
    )
    def merge(self, act: Act) -> None:
        self.merged_into_id = act.facts["into"]

    @transition(
        source=["submitted", "screened"],
        target="declined",
        guards=[guards.has_published_reason],
        permission=permissions.addressed_approver,
        label=_("Decline"),
    )
    def decline(self, act: Act) -> None:
        self.decline_reason = act.reason

    @transition(
        source="adopted", target="answered", permission=None, automatic=True, label=pgettext_lazy("a need", "Answer")
    )
    def answer(self, act: Act) -> None:
        pass

    @transition(source="adopted", target="screened", permission=None, automatic=True, label=_("Free again"))
    def release(self, act: Act) -> None:
        """The project that had adopted it failed or was terminated; the need is still there."""

    @transition(
        source="answered",
        target="confirmed",
        permission=permissions.station_officer,
        label=_("Confirm as met"),
    )
    def confirm(self, act: Act) -> None:
        pass

    @transition(
        source="answered",
        target="disputed",
        guards=[guards.has_published_reason],
        permission=permissions.station_officer,
        label=_("Say it was not met"),
    )
    def dispute(self, act: Act) -> None:
        pass
