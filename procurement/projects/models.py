from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.needs.models import Need
from procurement.projects import guards, permissions, spending
from procurement.projects.enums import (
    DeliveryMode,
    Domain,
    FundSource,
    NegativeItem,
    NoticeKind,
    ProjectState,
)
from workflows.machine import Act, StateField, transition
from workflows.models import Machine


def money_field(label: Any = "", **more: object) -> models.DecimalField:
    """Yuan, to the fen, below 10^13."""
    return models.DecimalField(label, max_digits=15, decimal_places=2, **more)  # type: ignore[arg-type]


class CatalogueItem(models.Model):
    """One line of a buyer's guidance catalogue (指导性目录), 令102 art 11."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="catalogue")
    name = models.CharField(_("name"), max_length=200)
    code = models.CharField(_("code"), max_length=40, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="catalogue_item_once")]

    def __str__(self) -> str:
        return self.name


class BudgetLine(models.Model):
    """Money a buyer has for a year, yuan."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="budget_lines")
    year = models.PositiveSmallIntegerField(_("year"))
    name = models.CharField(_("name"), max_length=200)
    fund_source = models.CharField(_("source of funds"), max_length=20, choices=FundSource.choices)
    amount = money_field(_("amount"))
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year", "name", "fund_source"], name="budget_line_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.name}"

    def hold(self) -> None:
        """Lets nobody else decide on this line until the transaction ends (W5).

        Whoever locks more takes the budget line first, then the call, then the project. Forming a project waits for
        nobody: it only refers to the line.
        """
        BudgetLine.objects.select_for_update(of=("self",), no_key=True).get(pk=self.pk)

    def left(self, *, without: Any = None) -> Decimal:
        """What no project has taken yet, yuan; ``without`` leaves one project (its key) out."""
        return self.amount - spending.taken(self.projects.exclude(pk=without)).get(self.pk, Decimal(0))


class LedgerRecord(models.Model):
    """What was done with a line of the catalogue or the budget, by whom and when: never changed."""

    class Act(models.TextChoices):
        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        RETIRED = "retired", _("retired")
        REINSTATED = "reinstated", _("in use again")

    item = models.ForeignKey(CatalogueItem, null=True, on_delete=models.PROTECT, related_name="records")
    line = models.ForeignKey(BudgetLine, null=True, on_delete=models.PROTECT, related_name="records")
    act = models.CharField(max_length=20, choices=Act.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    from_list = models.BooleanField(_("from a list"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=True, line__isnull=False) | Q(item__isnull=False, line__isnull=True),
                name="ledger_record_of_one",
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.item or self.line} {self.act}"


class Project(Machine):
    """The thread: one service from the residents' need to the residents' verdict."""

    number = models.CharField(max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("what is wanted"), blank=True)
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="projects")
    domain = models.CharField(_("domain"), max_length=10, choices=Domain.choices)
    delivery_mode = models.CharField(_("delivery mode"), max_length=10, choices=DeliveryMode.choices)
    fund_source = models.CharField(_("source of funds"), max_length=20, choices=FundSource.choices)
    budget = money_field(_("budget"))
    catalogue_item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="projects")
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="projects")
    term_start = models.DateField(_("service begins"))
    term_end = models.DateField(_("service ends"))
    beneficiaries = models.PositiveIntegerField(_("people to be served"))
    state = StateField(choices=ProjectState.choices, default=ProjectState.FORMED)
    formed_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    intended_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    ended_early_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)
    case_id = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 - unique where there is one
    imported = models.BooleanField(_("brought in"), default=False)
    rehearsal = models.BooleanField(_("rehearsal"), default=False)
    needs = models.ManyToManyField(Need, through="NeedLink", related_name="projects")

    class Meta(Machine.Meta):
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(budget__gte=0), name="project_budget_not_negative"),
            models.CheckConstraint(condition=Q(term_end__gte=models.F("term_start")), name="project_term_in_order"),
            models.CheckConstraint(
                condition=Q(state__in=["formed", "terminated"])
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="project_approved_has_author",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("drafted_by")),
                name="project_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="project_closed_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "terminated"]) | ~Q(end_reason=""),
                name="project_ended_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def thread_id(self) -> int | None:
        return self.pk

    @property
    def brought_in(self) -> bool:
        return self.imported

    @property
    def fiscal(self) -> bool:
        """Whether the law on government purchase applies, or the buyer's own rules (W1)."""
        return self.fund_source == FundSource.FISCAL

    @transition(
        source="formed",
        target="approved",
        guards=[
            guards.buyer_may_buy,
            guards.negative_list_ticked,
            guards.in_catalogue_and_budget,
            guards.term_length,
            guards.asked_residents,
            guards.drafter_is_not_approver,
        ],
        permission=permissions.approver,
        label=_("Approve"),
    )
    def approve(self, act: Act) -> None:
        self.approved_at, self.approved_by = act.at, act.by

    @transition(
        source="approved",
        target="intended",
        permission=permissions.drafter,
        label=_("Publish the intent"),
    )
    def publish_intent(self, act: Act) -> None:
        self.intended_at = act.at

    @transition(
        source=["approved", "intended", "failed"],
        target="tendering",
        permission=None,
        automatic=True,
        label=_("Call published"),
    )
    def start_tendering(self, act: Act) -> None:
        self.ended_early_at, self.end_reason = None, ""

    @transition(source="tendering", target="opened", permission=None, automatic=True, label=_("Bids opened"))
    def open(self, act: Act) -> None:
        pass

    @transition(source="opened", target="awarded", permission=None, automatic=True, label=_("Awarded"))
    def award(self, act: Act) -> None:
        pass

    @transition(source="awarded", target="opened", permission=None, automatic=True, label=_("Award revoked"))
    def reopen(self, act: Act) -> None:
        pass

    @transition(source="awarded", target="contracted", permission=None, automatic=True, label=_("Contract signed"))
    def contract(self, act: Act) -> None:
        pass

    @transition(source="contracted", target="delivering", permission=None, automatic=True, label=_("Delivery began"))
    def deliver(self, act: Act) -> None:
        pass

    @transition(source="delivering", target="evaluating", permission=None, automatic=True, label=_("Delivered"))
    def evaluate(self, act: Act) -> None:
        pass

    @transition(source="evaluating", target="closed", permission=None, automatic=True, label=_("Closed"))
    def close(self, act: Act) -> None:
        self.closed_at = act.at

    @transition(
        source=["tendering", "opened"],
        target="failed",
        permission=None,
        automatic=True,
        label=_("Call failed"),
    )
    def fail(self, act: Act) -> None:
        self.ended_early_at, self.end_reason = act.at, act.reason

    @transition(
        source=[
            "formed",
            "approved",
            "intended",
            "tendering",
            "opened",
            "awarded",
            "contracted",
            "delivering",
            "failed",
        ],
        target="terminated",
        guards=[guards.has_published_reason],
        permission=permissions.approver,
        label=_("Terminate"),
    )
    def terminate(self, act: Act) -> None:
        self.ended_early_at, self.end_reason = act.at, act.reason


class ThreadMachine(Machine):
    """A machine that belongs to a thread: a subclass says which by ``project``."""

    class Meta(Machine.Meta):
        abstract = True

    @property
    def project(self) -> Project:
        raise AttributeError(f"{type(self).__name__} does not say which thread it belongs to")

    @property
    def thread_id(self) -> int | None:
        return self.project.pk

    @property
    def brought_in(self) -> bool:
        return self.project.imported


class NeedLink(models.Model):
    """Which needs a project answers."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="need_links")
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="links")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "need"], name="need_linked_once")]

    def __str__(self) -> str:
        return f"{self.need} → {self.project}"


class NegativeListTick(models.Model):
    """ "None of these", item by item, with name and time (W4, 令102 art 10)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="ticks")
    item = models.CharField(max_length=20, choices=NegativeItem.choices)
    ticked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "item"], name="negative_item_ticked_once")]

    def __str__(self) -> str:
        return f"{self.project}: {self.item}"


class Notice(models.Model):
    """A statutory notice of a thread. Once published it is never edited: a correction is a new one (N2)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="notices")
    number = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    title = models.CharField(max_length=250)
    fields = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")

    class Meta:
        ordering = ["published_at", "pk"]
        indexes = [models.Index(fields=["-published_at", "-id"], name="notices_newest")]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title

    @property
    def official(self) -> OfficialPublication | None:
        """Where it stands in the designated medium (D4): the latest record, as a wrong one is followed, not edited."""
        return max(self.official_publications.all(), key=lambda one: one.pk, default=None)

    @property
    def official_url(self) -> str:
        return self.official.url if self.official else ""

    @property
    def official_published_at(self) -> datetime | None:
        return self.official.appeared_at if self.official else None


class OfficialPublication(models.Model):
    """That a notice appeared in the designated medium, where and when (D4). A fact beside it; only ever added."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="official_publications")
    url = models.URLField(_("address in the designated medium"), max_length=500)
    appeared_at = models.DateTimeField(_("published there"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["notice", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(appeared_at__lte=models.F("recorded_at")), name="official_publication_has_happened"
            )
        ]
        triggers = [pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.notice.number} · {self.url}"
