from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.contracts.models.contract import Contract


class CopyFiled(models.Model):
    """That a copy of a signed contract was filed with the supervising office (T8, 采购法 art 47); only ever added."""

    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, related_name="copy_filed")
    filed_on = models.DateField(_("filed on"))
    office = models.CharField(_("filed with"), max_length=200)
    reference = models.CharField(_("number of the filing"), max_length=100, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = [pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.contract} {self.filed_on}"
