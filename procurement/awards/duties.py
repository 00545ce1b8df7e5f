"""What somebody owes by a day (RULES §5, *late*): it stops no act, but those who owe it and the supervisors see it.

Each stage registers what it knows of (``source``). A duty is computed from the rows, so it is gone when it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import MandateAct, OrganisationKind, Role
from procurement.accounts.models import Organisation
from procurement.accounts.workspace.desk import Actor, threads_of
from procurement.awards.enums import AwardState, ChallengeKind, ChallengeState, PanelState
from procurement.awards.guards.challenge import CLOCKS
from procurement.awards.models import Award, Challenge, Panel
from procurement.projects.models import Project
from procurement.rules import rulebook, workdays
from procurement.rules.models import RuleVersion
from workflows.models import TransitionLog


@dataclass(frozen=True)
class Duty:
    """Something owed by ``due``. ``organisation``: who owes it; none stands for the supervisors."""

    rule: str
    article: str
    what: str | Promise
    due: date
    project: Project
    subject: Any
    organisation: Organisation | None
    roles: tuple[str, ...]
    address: str = ""
    part: str = ""  # of a rule that asks for several things of one subject

    @property
    def name(self) -> str:
        """The rule, and which of the things it asks for: T8, T8.filed."""
        return f"{self.rule}.{self.part}" if self.part else self.rule

    @property
    def key(self) -> str:
        """The same for the same duty, whenever it is asked for."""
        return f"{self.name}:{self.subject._meta.label_lower}:{self.subject.pk}:{getattr(self.organisation, 'pk', 0)}"

    @property
    def provisional(self) -> bool:
        """Whether the official calendar of that year is still to come (D1)."""
        return workdays.is_provisional(self.due)

    def days_left(self, today: date) -> int:
        return (self.due - today).days

    def is_overdue(self, today: date) -> bool:
        return self.due < today


# what of a buyer's duties a mandate can leave to an agency
BY_MANDATE = {
    "T1": MandateAct.PANEL,
    "T3": MandateAct.NOTICES,
    "T4": MandateAct.REPLIES,
    "T5": MandateAct.REPLIES,
}

Source = Callable[[datetime, Q], Iterable[Duty]]
_sources: list[Source] = []
_of_ended: list[Source] = []


def source(function: Source) -> Source:
    """Registers ``def owed(at, projects) -> Iterable[Duty]``; ``projects`` filters the threads that are asked about."""
    if function not in _sources:
        _sources.append(function)
    return function


def source_of_ended(function: Source) -> Source:
    """The same for threads that have ended: what is still owed then (T11)."""
    if function not in _of_ended:
        _of_ended.append(function)
    return function


def of_threads(at: datetime, projects: Q) -> list[Duty]:
    """Every open duty of the threads that ``projects`` (a filter of ``Project``) selects, the most urgent first.

    A thread that was brought in owes only what falls due after it was. The number of queries does not grow with the
    threads.
    """
    ended = Q(state__in=["closed", "failed", "terminated"])
    living = Q(pk__in=Project.objects.filter(~ended & projects).values("pk"))
    past = Q(pk__in=Project.objects.filter(ended & projects).values("pk"))
    found = [duty for function in _sources for duty in function(at, living)]
    found += [duty for function in _of_ended for duty in function(at, past)]
    since = brought_in_on(duty.project.pk for duty in found if duty.project.imported)
    ours = [duty for duty in found if duty.due >= since.get(duty.project.pk, date.min)]
    return sorted(ours, key=lambda duty: (duty.due, duty.rule, duty.key))


def brought_in_on(projects: Iterable[int]) -> dict[int, date]:
    """The days on which the record of threads began that were brought in from the past."""
    first = TransitionLog.objects.filter(thread__in=set(projects)).order_by()
    rows = first.values("thread").annotate(began=Min("recorded_at")).values_list("thread", "began")
    return {thread: timezone.localdate(began) for thread, began in rows if thread is not None}


def of_thread(project: Project, at: datetime) -> list[Duty]:
    return of_threads(at, Q(pk=project.pk))


def owed_by(actor: Actor) -> list[Duty]:
    """What this person owes for the organisation acted for; supervisors see everybody's duties and their own."""
    if Role.REGULATOR in actor.roles:
        return of_threads(actor.at, Q())
    if actor.organisation is None or not actor.roles:
        return []
    ours = threads_of(actor, *BY_MANDATE.values(), way="") | Q(calls__lots__bids__supplier=actor.organisation)
    found = [duty for duty in of_threads(actor.at, ours) if set(duty.roles) & actor.roles]
    if actor.organisation.kind == OrganisationKind.AGENCY:
        return _left_to(actor, found)
    return [duty for duty in found if duty.organisation is not None and duty.organisation.pk == actor.organisation.pk]


def _left_to(actor: Actor, found: list[Duty]) -> list[Duty]:
    """Of the buyers' duties those that an agency's mandates leave to it: who may do it is told of the day too."""
    covered = {
        act: set(Project.objects.filter(threads_of(actor, act, way="")).values_list("pk", flat=True))
        for act in {BY_MANDATE[duty.rule] for duty in found if duty.rule in BY_MANDATE}
    }
    return [
        duty
        for duty in found
        if duty.rule in BY_MANDATE
        and getattr(duty.organisation, "pk", None) == duty.project.buyer_id
        and duty.project.pk in covered[BY_MANDATE[duty.rule]]
    ]


def rule_of(rule_id: str, project: Project, at: datetime) -> RuleVersion | None:
    return rulebook.find(rule_id, on=at, region=project.buyer.region)


def by_working_days(rule: RuleVersion, since: datetime, key: str = "days") -> date:
    return workdays.add_working_days(timezone.localdate(since), int(rule.values[key]))


@source
def reports(at: datetime, projects: Q) -> Iterator[Duty]:
    """T1: the report goes to the buyer within 2 working days of the last closed sheet."""
    panels = (
        Panel.objects.filter(call__project__in=Project.objects.filter(projects), state=PanelState.SCORING)
        .exclude(seats__sheet_signed_at__isnull=True)
        .annotate(closed_at=Max("seats__sheet_signed_at"))
        .select_related("call__project__buyer")
    )
    for panel in panels:
        rule = rule_of("T1", panel.project, at)
        if rule is not None:
            what = _("The scoring report is signed and goes to the buyer")
            address = reverse("awards:signing", args=[panel.pk])
            due = by_working_days(rule, panel.closed_at)
            buyer = panel.project.buyer
            yield Duty("T1", rule.article, what, due, panel.project, panel, buyer, (Role.OFFICER,), address)


@source
def awards(at: datetime, projects: Q) -> Iterator[Duty]:
    """T2: the buyer confirms within 5 working days; T3: result and award letter within 2."""
    waiting = Award.objects.filter(
        lot__call__project__in=Project.objects.filter(projects), state__in=[AwardState.PROPOSED, AwardState.CONFIRMED]
    ).select_related("lot__call__project__buyer", "bid__supplier")
    for award in waiting:
        proposed = award.state == AwardState.PROPOSED
        rule = rule_of("T2" if proposed else "T3", award.project, at)
        since = award.proposed_at if proposed else award.confirmed_at
        if rule is None or since is None:
            continue
        what = _("The award is confirmed") if proposed else _("The result is published and the award letter sent")
        roles = (Role.APPROVER,) if proposed else (Role.DRAFTER, Role.APPROVER)
        address = reverse("deed", args=["award.confirm" if proposed else "award.publish_notice", award.pk])
        due, buyer = by_working_days(rule, since), award.project.buyer
        yield Duty(rule.rule, rule.article, what, due, award.project, award, buyer, roles, address)


REPLIES = {
    ChallengeKind.QUERY: _("The query is answered"),
    ChallengeKind.CHALLENGE: _("The challenge is replied to"),
    ChallengeKind.COMPLAINT: _("The complaint is decided"),
}


@source
def replies(at: datetime, projects: Q) -> Iterator[Duty]:
    """T4, T5, T6: what was asked or held against a call is replied to."""
    waiting = Challenge.objects.filter(
        call__project__in=Project.objects.filter(projects), state=ChallengeState.FILED
    ).select_related("call__project__buyer")
    for challenge in waiting:
        kind = ChallengeKind(challenge.kind)
        rule = rule_of(CLOCKS[kind], challenge.project, at)
        if rule is None:
            continue
        ours = kind != ChallengeKind.COMPLAINT
        owner = challenge.project.buyer if ours else None
        roles = (Role.OFFICER, Role.APPROVER) if ours else (Role.REGULATOR,)
        address = reverse("awards:challenge", args=[challenge.pk])
        due = challenge.due_on
        yield Duty(rule.rule, rule.article, REPLIES[kind], due, challenge.project, challenge, owner, roles, address)
