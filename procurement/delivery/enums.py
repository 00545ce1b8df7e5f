from django.db import models
from django.utils.translation import gettext_lazy as _


class MilestoneState(models.TextChoices):
    PLANNED = "planned", _("planned")
    DELIVERED = "delivered", _("delivered")
    RETURNED = "returned", _("returned")
    SCORED = "scored", _("scored")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    INVOICED = "invoiced", _("invoiced")
    PAID = "paid", _("paid")


DONE = (MilestoneState.ACCEPTED, MilestoneState.INVOICED, MilestoneState.PAID)
