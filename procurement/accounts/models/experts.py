"""The expert pool's own data: fields of work, employers, and what an expert declares (条例 art 9, 39)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import ExpertField, Relation
from procurement.accounts.models.actors import Organisation, User


class ExpertProfile(models.Model):
    """What an expert works in and where. Empty ``fields`` or ``region``: every field, every region."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="expert_profile")
    fields = ArrayField(
        models.CharField(max_length=10, choices=ExpertField.choices),
        default=list,
        blank=True,
        verbose_name=_("fields of work"),
    )
    region = models.CharField(
        _("region"),
        max_length=6,
        blank=True,
        help_text=_("Leading digits of the region's code, such as 33 or 3301; empty for the whole country."),
    )
    title = models.CharField(_("professional title"), max_length=100, blank=True)
    available = models.BooleanField(_("can be drawn"), default=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.user)


class NamesAnOrganisation(models.Model):
    """A row that names an organisation: one of the platform's, or any other by name and, where known, credit code."""

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("organisation's name"), max_length=200, blank=True)
    code = models.CharField(_("unified social credit code"), max_length=18, blank=True)

    class Meta:
        abstract = True

    @property
    def named(self) -> str:
        return self.organisation.name if self.organisation else self.name


class Employment(NamesAnOrganisation):
    """One employer of an expert, from a day to a day; without an end it lasts."""

    expert = models.ForeignKey(User, on_delete=models.PROTECT, related_name="employments")
    position = models.CharField(_("position"), max_length=100, blank=True)
    started = models.DateField(_("from"))
    ended = models.DateField(_("until"), null=True, blank=True)
    declared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-started", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended__isnull=True) | Q(ended__gte=models.F("started")), name="employment_in_order"
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(name=""), name="employment_names_its_employer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert} · {self.named}"


class Interest(NamesAnOrganisation):
    """A tie to an organisation that keeps an expert off its panels; kept when withdrawn, with the time."""

    expert = models.ForeignKey(User, on_delete=models.PROTECT, related_name="interests")
    relation = models.CharField(_("relation"), max_length=20, choices=Relation.choices)
    note = models.CharField(_("explanation"), max_length=300, blank=True)
    declared_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-declared_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(name=""), name="interest_names_an_organisation"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("declared_at")),
                name="interest_withdrawn_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert} · {self.named}"
