from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models.actors import Organisation, User
from procurement.common.models import PrivateFile


class Mandate(models.Model):
    """A buyer's written mandate for a procurement agency to run its calls (条例 art 13)."""

    agency = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mandates", verbose_name=_("agency")
    )
    buyer = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mandates_given", verbose_name=_("buyer")
    )
    number = models.CharField(_("number of the agreement"), max_length=60)
    scope = models.CharField(_("what it covers"), max_length=300, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    file = models.ForeignKey(
        PrivateFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-valid_until", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["buyer", "number"], name="mandate_number_once_a_buyer"),
            models.CheckConstraint(condition=Q(valid_until__gte=models.F("valid_from")), name="mandate_in_order"),
            models.CheckConstraint(condition=~Q(agency=models.F("buyer")), name="mandate_between_two"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="mandate_ended_has_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.agency}"
