from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import MandateAct
from procurement.accounts.models.actors import Organisation, User
from procurement.common.models import PrivateFile


class Mandate(models.Model):
    """A buyer's written mandate for a procurement agency to run its calls (条例 art 13).

    It stays as it was agreed; the buyer may revoke it. ``thread``: the number of the one project it is for.
    """

    agency = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mandates", verbose_name=_("agency")
    )
    buyer = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mandates_given", verbose_name=_("buyer")
    )
    number = models.CharField(_("number of the agreement"), max_length=60)
    scope = models.CharField(_("what it covers"), max_length=300, blank=True)
    acts = ArrayField(
        models.CharField(max_length=20, choices=MandateAct.choices),
        default=list,
        blank=True,
        verbose_name=_("what the agency may do"),
    )
    thread = models.CharField(_("for one project only: its number"), max_length=40, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    file = models.ForeignKey(
        PrivateFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    end_reason = models.CharField(_("why it was revoked"), max_length=500, blank=True)

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
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(end_reason=""), name="mandate_ended_has_reason"
            ),
        ]
        triggers = [pgtrigger.ReadOnly(name="as_agreed", exclude=["ended_at", "ended_by", "end_reason"])]

    def __str__(self) -> str:
        return f"{self.number} {self.agency}"
