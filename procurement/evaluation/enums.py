from django.db import models
from django.utils.translation import gettext_lazy as _


class EvaluationState(models.TextChoices):
    OPEN = "open", _("open")
    COLLECTING = "collecting", _("collecting answers")
    COMPUTED = "computed", _("computed")
    REPORTED = "reported", _("reported")
    PUBLISHED = "published", _("published")


class Part(models.TextChoices):
    """Whose verdict it is (E1)."""

    RESIDENTS = "residents", _("residents")
    STATION = "station", _("stations")
    EVALUATORS = "evaluators", _("evaluators")
    BUYER = "buyer", _("buyer")
    BUDGET_EXECUTION = "budget_execution", _("budget execution")


class Item(models.TextChoices):
    """What a survey asks (E4)."""

    NEED_FIT = "need_fit", _("Did the service meet the need?")
    CONTENT = "content", _("Was the content good?")
    STAFF = "staff", _("Were the staff kind and patient?")
    PLACE_TIME = "place_time", _("Did place and time suit you?")
    EFFECT = "effect", _("Did it help?")
    OVERALL = "overall", _("All in all, are you satisfied?")


class Grade(models.TextChoices):
    """Stored as the codes the law's four grades stand for (E3)."""

    EXCELLENT = "优", _("excellent")
    GOOD = "良", _("good")
    FAIR = "中", _("fair")
    POOR = "差", _("poor")
