from django.db import models
from django.utils.translation import gettext_lazy as _


class ContractState(models.TextChoices):
    DRAFTED = "drafted", _("drafted")
    AGREED = "agreed", _("agreed")
    SIGNED = "signed", _("signed")
    PUBLISHED = "published", _("published")
    SUSPENDED = "suspended", _("suspended")
    COMPLETED = "completed", _("completed")
    TERMINATED = "terminated", _("terminated")


class AmendmentState(models.TextChoices):
    DRAFTED = "drafted", _("drafted")
    AGREED = "agreed", _("agreed")
    SIGNED = "signed", _("signed")
    PUBLISHED = "published", _("published")
    DROPPED = "dropped", _("given up")


OPEN = (AmendmentState.DRAFTED, AmendmentState.AGREED)
IN_FORCE = (AmendmentState.SIGNED, AmendmentState.PUBLISHED)


class Party(models.TextChoices):
    BUYER = "buyer", _("buyer")
    SUPPLIER = "supplier", _("supplier")
