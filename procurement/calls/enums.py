from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    OPEN_TENDER = "open_tender", _("Open tender")
    CONSULTATION = "consultation", _("Competitive consultation")
    NEGOTIATION = "negotiation", _("Competitive negotiation")
    SINGLE_SOURCE = "single_source", _("Single source")
    OWN_RULE = "own_rule", _("Buyer's own rule")
    FRAMEWORK = "framework", _("Framework agreement")


STATUTORY_METHODS = tuple(method for method in Method if method != Method.OWN_RULE)
WITH_FINAL_OFFERS = (Method.CONSULTATION, Method.NEGOTIATION)  # P10
PRICES_READ_OUT = (Method.OPEN_TENDER, Method.FRAMEWORK)  # P9; by own rule, as the call says


class CallState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    OPENED = "opened", _("opened")
    CONCLUDED = "concluded", _("concluded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class QuestionState(models.TextChoices):
    ASKED = "asked", _("asked")
    ANSWERED = "answered", _("answered")


class CriterionKind(models.TextChoices):
    PRICE = "price", _("price")
    JUDGED = "judged", _("judged by the panel")
    QUANTITY = "quantity", _("quantity offered")


class SmePolicy(models.TextChoices):
    """W8: reserved for small firms, or the exception that applies (中小企业办法 art 6)."""

    NOT_ASKED = "", _("not asked for below the threshold")
    RESERVED = "reserved", _("reserved for small and medium enterprises")
    POLICY = "policy", _("(1) policy directs it to social organisations")
    COMPETITION = "competition", _("(3) reserving would leave too little competition")
