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


class Likeness(models.TextChoices):
    """What bids of different suppliers may have in common."""

    CONTACT = "contact", _("the same contact")
    ADDRESS = "address", _("the same address")
    MOBILE = "mobile", _("the same mobile number of their people")
    PEOPLE = "people", _("the same person acts for both")
    HEAD = "head", _("the same head")
    CONTROL = "control", _("the same controlling holder")
    CONSORTIUM = "consortium", _("the same organisation in both consortia")
    FILE = "file", _("the same attached file")
    AUTHOR = "author", _("the same author in attached files")
    ANSWER = "answer", _("the same text")
    PRICES = "prices", _("unit prices in one constant ratio")


SEALED_STATES = (BidState.DRAFT, BidState.SUBMITTED, BidState.WITHDRAWN)
STILL_IN = (BidState.QUALIFIED, BidState.FINAL_OFFERED, BidState.SCORED, BidState.WON, BidState.LOST)
EVER_OPENED = (BidState.OPENED, BidState.REJECTED, *STILL_IN)
