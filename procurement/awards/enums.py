from django.db import models
from django.utils.translation import gettext_lazy as _


class PanelState(models.TextChoices):
    FORMING = "forming", _("forming")
    DRAWN = "drawn", _("drawn")
    DECLARED = "declared", _("declared free of conflict")
    SCORING = "scoring", _("scoring")
    SIGNED = "signed", _("signed")


class SeatRole(models.TextChoices):
    EXPERT = "expert", _("expert")
    BUYER = "buyer", _("buyer's representative")


class AwardState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    CONFIRMED = "confirmed", _("confirmed by the buyer")
    NOTICED = "noticed", _("result published")
    FINAL = "final", _("final")


class DrawPurpose(models.TextChoices):
    FIRST = "first", _("the panel")
    REPLACEMENT = "replacement", _("replacements")
