from django.db import models
from django.utils.translation import gettext_lazy as _


class BidState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    WITHDRAWN = "withdrawn", _("withdrawn")
    OPENED = "opened", _("opened")
    QUALIFIED = "qualified", _("qualified")
    REJECTED = "rejected", _("rejected")
    FINAL_OFFERED = "final_offered", _("final offer sealed")
    SCORED = "scored", _("scored")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class Round(models.TextChoices):
    FIRST = "first", _("first offer")
    FINAL = "final", _("final offer")


SEALED_STATES = (BidState.DRAFT, BidState.SUBMITTED, BidState.WITHDRAWN)
STILL_IN = (BidState.QUALIFIED, BidState.FINAL_OFFERED, BidState.SCORED, BidState.WON, BidState.LOST)
EVER_OPENED = (BidState.OPENED, BidState.REJECTED, *STILL_IN)
