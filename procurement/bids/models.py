from __future__ import annotations

import uuid
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.bids import guards, permissions
from procurement.bids.enums import SEALED_STATES, BidState, Likeness, Round
from procurement.calls.models import Call, Lot
from procurement.common.models import PrivateFile
from procurement.projects.models import Project, ThreadMachine, money_field
from workflows.machine import Act, StateField, transition


class Bid(ThreadMachine):
    """One supplier's bid for one lot. Until the opening its content exists only inside its envelope."""

    way_to_thread = "lot__call__project"

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="bids")
    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bids")
    number = models.CharField(_("receipt number"), max_length=60, unique=True)
    state = StateField(choices=BidState.choices, default=BidState.DRAFT)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    first_price = money_field(_("first offer"), null=True)
    price = money_field(_("price"), null=True)
    quantities = models.JSONField(default=dict)
    proposal = models.TextField(blank=True)
    answers = models.JSONField(default=dict, blank=True)  # criterion's code → what is offered there
    price_table = models.JSONField(default=list, blank=True)  # [{"item", "quantity", "unit_price"}], yuan as text
    consortium = models.JSONField(default=list, blank=True)  # [{"name", "code", "share"}]
    declared = models.JSONField(default=dict, blank=True)  # {"head", "controller"}: who leads the bidder, who holds it
    reject_reason = models.TextField(blank=True)
    reject_rule = models.CharField(max_length=10, blank=True)
    low_price_rules = models.JSONField(default=list)
    low_price_explanation = models.TextField(blank=True)
    low_price_accepted = models.BooleanField(null=True)
    points = models.JSONField(default=dict)
    total = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    rank = models.PositiveSmallIntegerField(null=True)

    class Meta(ThreadMachine.Meta):
        ordering = ["lot", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["lot", "supplier"], name="bid_once_a_lot"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="bid_submitted_has_author",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[str(state) for state in SEALED_STATES])
                | Q(price__isnull=True, first_price__isnull=True, opened_at__isnull=True, proposal=""),
                name="bid_sealed_shows_nothing",
            ),
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="bid_price_not_negative"),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reject_reason=""), name="bid_rejected_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["scored", "won", "lost"]) | Q(total__isnull=False, rank__isnull=False),
                name="bid_scored_has_rank",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def project(self) -> Project:
        return self.lot.call.project

    @property
    def call(self) -> Call:
        return self.lot.call

    @transition(
        source=["draft", "withdrawn"],
        target="submitted",
        guards=[guards.call_takes_bids, guards.supplier_may_bid, guards.has_envelope],
        permission=permissions.supplier,
        label=_("Submit the bid"),
    )
    def submit(self, act: Act) -> None:
        self.submitted_at, self.submitted_by, self.withdrawn_at = act.at, act.by, None

    @transition(
        source="submitted",
        target="withdrawn",
        guards=[guards.may_still_withdraw],
        permission=permissions.supplier,
        label=_("Withdraw the bid"),
    )
    def withdraw(self, act: Act) -> None:
        self.withdrawn_at = act.at

    @transition(
        source="submitted",
        target="opened",
        permission=None,
        automatic=True,
        guards=[guards.deadline_passed],
        label=_("Open"),
    )
    def open(self, act: Act) -> None:
        offer = act.given["offer"]
        self.opened_at = act.at
        self.first_price = self.price = offer["price"]
        self.quantities, self.proposal = offer["quantities"], offer["proposal"]
        self.answers, self.price_table = offer.get("answers", {}), offer.get("price_table", [])
        self.consortium, self.declared = offer.get("consortium", []), offer.get("declared", {})

    @transition(
        source="opened",
        target="qualified",
        guards=[guards.price_within_ceiling, guards.confirmed_after_correction],
        permission=permissions.buyer_staff,
        label=_("Let in"),
    )
    def qualify(self, act: Act) -> None:
        pass

    @transition(
        source=["opened", "qualified", "final_offered"],
        target="rejected",
        guards=[guards.has_reject_reason],
        permission=permissions.rejects,
        label=_("Reject"),
    )
    def reject(self, act: Act) -> None:
        self.reject_reason, self.reject_rule = act.reason, str(act.facts.get("rule", ""))

    @transition(
        source="qualified",
        target="final_offered",
        guards=[guards.final_offers_invited, guards.has_envelope],
        permission=permissions.supplier,
        label=_("Seal the final offer"),
    )
    def offer_final(self, act: Act) -> None:
        pass

    @transition(
        source=["qualified", "final_offered"],
        target="scored",
        permission=None,
        automatic=True,
        label=_("Score"),
    )
    def score(self, act: Act) -> None:
        self.points, self.rank = act.facts["points"], act.facts["rank"]
        self.total = Decimal(act.facts["total"])

    @transition(source="scored", target="won", permission=None, automatic=True, label=_("Win"))
    def win(self, act: Act) -> None:
        pass

    @transition(source="scored", target="lost", permission=None, automatic=True, label=_("Lose"))
    def lose(self, act: Act) -> None:
        pass

    @transition(
        source=["scored", "won", "lost"],
        target="qualified",
        permission=None,
        automatic=True,
        label=_("Is to be scored again"),
    )
    def reconsider(self, act: Act) -> None:
        self.points, self.total, self.rank = {}, None, None


class Envelope(models.Model):
    """A sealed offer. What replaced it stays beside it; none is ever changed."""

    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="envelopes")
    round = models.CharField(max_length=5, choices=Round.choices, default=Round.FIRST)
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["bid", "pk"]
        triggers = [pgtrigger.Protect(name="untouched", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.bid_id} {self.round} {self.sha256[:12]}"


class BidDraft(models.Model):
    """An offer being written, encrypted with a key of its own that is wrapped for the supplier (docs/security.md).

    ``version`` counts the saves: whoever saves what another has saved since is told so.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="drafts")
    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="drafts")
    round = models.CharField(max_length=5, choices=Round.choices, default=Round.FIRST)
    wrapped_key = models.BinaryField()
    content = models.BinaryField()
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["lot", "supplier", "round"]
        constraints = [models.UniqueConstraint(fields=["lot", "supplier", "round"], name="draft_once_a_lot_and_round")]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.supplier_id} {self.round} {self.version}"


class Attachment(models.Model):
    """A file of a draft, later of the envelope it was sealed with. Its name is readable only after the opening."""

    file = models.OneToOneField(PrivateFile, on_delete=models.PROTECT, related_name="attachment")
    draft = models.ForeignKey(BidDraft, null=True, on_delete=models.PROTECT, related_name="attachments")
    envelope = models.ForeignKey(Envelope, null=True, on_delete=models.PROTECT, related_name="attachments")
    received = ArrayField(models.PositiveIntegerField(), default=list)  # pieces that have come in
    details = models.BinaryField(default=bytes)  # name, SHA-256 …, encrypted with the file's key
    opened_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    criterion = models.CharField(max_length=20, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    author = models.CharField(max_length=200, blank=True)
    fault = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=True, envelope__isnull=False) | Q(draft__isnull=False, envelope__isnull=True),
                name="attachment_of_draft_or_envelope",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=False) | Q(name="", sha256="", author="", criterion=""),
                name="attachment_sealed_shows_nothing",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.file_id)


class Similarity(models.Model):
    """What bids of different suppliers have in common (串通投标), found after an opening. For people to judge."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="similarities")
    round = models.CharField(max_length=5, choices=Round.choices, default=Round.FIRST)
    bids = models.ManyToManyField(Bid, related_name="similarities")
    what = models.CharField(max_length=20, choices=Likeness.choices)
    detail = models.JSONField(default=dict)
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["call", "pk"]

    def __str__(self) -> str:
        return f"{self.call_id} {self.what}"


class OpeningConfirmation(models.Model):
    """One officer's word, with their own login, that the envelopes of a round may be opened."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="confirmations")
    round = models.CharField(max_length=5, choices=Round.choices)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.officer} {self.at}"
