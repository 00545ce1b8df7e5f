from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.awards import guards, permissions
from procurement.awards.enums import ChallengeAbout, ChallengeKind, ChallengeState
from procurement.awards.models.award import Award
from procurement.calls.models import Call
from procurement.projects.models import Project, ThreadMachine
from workflows.machine import Act, StateField, transition


class Challenge(ThreadMachine):
    """A query (询问), a challenge (质疑) or a complaint (投诉) of a supplier about one call.

    ``decision`` goes to whoever filed it; ``published`` is what everybody reads of it.
    """

    way_to_thread = "call__project"

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="challenges")
    award = models.ForeignKey(Award, null=True, on_delete=models.PROTECT, related_name="challenges")
    number = models.CharField(max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=ChallengeKind.choices)
    about = models.CharField(_("about"), max_length=10, choices=ChallengeAbout.choices)
    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="challenges")
    against = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="complaints")
    claims = models.TextField(_("what is asked for"))
    facts = models.TextField(_("facts"), blank=True)
    basis = models.TextField(_("legal basis"), blank=True)
    may_change_result = models.BooleanField(_("may change the result"), default=False)
    state = StateField(choices=ChallengeState.choices, default=ChallengeState.FILED)
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("reply due on"))
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.TextField(_("reply"), blank=True)
    published = models.TextField(_("what is published of it"), blank=True)
    changes_result = models.BooleanField(_("changes the result"), default=False)
    complain_until = models.DateField(null=True)

    class Meta(ThreadMachine.Meta):
        ordering = ["filed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="filed", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="filed") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="challenge_decided_has_author",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["filed", "withdrawn"]) | (~Q(decision="") & ~Q(published="")),
                name="challenge_decided_has_words",
            ),
            models.CheckConstraint(
                condition=~Q(about="result") | Q(award__isnull=False) | Q(kind="query"),
                name="challenge_of_result_has_award",
            ),
            models.CheckConstraint(
                condition=Q(kind="complaint", against__isnull=False) | (~Q(kind="complaint") & Q(against__isnull=True)),
                name="challenge_complaint_is_against_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    @property
    def project(self) -> Project:
        return self.call.project

    def _close(self, act: Act) -> None:
        self.decided_at, self.decided_by = act.at, act.by
        self.decision, self.published = act.given.get("decision", ""), act.given.get("published", "")
        self.complain_until = act.given.get("complain_until")

    @transition(
        source="filed",
        target="filed",
        guards=[guards.not_the_drafter, guards.says_why],
        permission=permissions.replies,
        label=_("Say whether it may change the result"),
    )
    def assess(self, act: Act) -> None:
        self.may_change_result = bool(act.facts["may_change_result"])

    @transition(
        source="filed",
        target="answered",
        guards=[guards.is_a_query, guards.not_the_drafter, guards.has_decision, guards.decided_in_time],
        permission=permissions.replies,
        label=_("Answer the query"),
    )
    def answer(self, act: Act) -> None:
        self._close(act)

    @transition(
        source="filed",
        target="upheld",
        guards=[guards.is_a_case, guards.not_the_drafter, guards.has_decision, guards.decided_in_time],
        permission=permissions.replies,
        label=_("Uphold"),
    )
    def uphold(self, act: Act) -> None:
        self._close(act)
        self.changes_result = bool(act.facts.get("changes_result"))

    @transition(
        source="filed",
        target="dismissed",
        guards=[guards.is_a_case, guards.not_the_drafter, guards.has_decision, guards.decided_in_time],
        permission=permissions.replies,
        label=_("Dismiss"),
    )
    def dismiss(self, act: Act) -> None:
        self._close(act)

    @transition(
        source="filed",
        target="withdrawn",
        permission=permissions.challenger,
        label=_("Withdraw"),
    )
    def withdraw(self, act: Act) -> None:
        self._close(act)
