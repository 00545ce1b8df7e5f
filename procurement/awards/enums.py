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
    CHALLENGED = "challenged", _("challenged")
    UPHELD = "upheld", _("challenge upheld")
    DISMISSED = "dismissed", _("challenged, and stands")
    FINAL = "final", _("final")
    REVOKED = "revoked", _("revoked")


# a buyer has confirmed it, and nothing since has shaken it
CONFIRMED = (
    AwardState.CONFIRMED,
    AwardState.NOTICED,
    AwardState.CHALLENGED,
    AwardState.DISMISSED,
    AwardState.FINAL,
)
PUBLISHED = CONFIRMED[1:]
BINDING = (AwardState.NOTICED, AwardState.DISMISSED, AwardState.FINAL)  # a contract may be made of it


class DrawPurpose(models.TextChoices):
    FIRST = "first", _("the panel")
    REPLACEMENT = "replacement", _("replacements")


class ChallengeKind(models.TextChoices):
    """From a plain question to a case before the supervisors (条例 art 52–55, 令94)."""

    QUERY = "query", _("query")
    CHALLENGE = "challenge", _("challenge")
    COMPLAINT = "complaint", _("complaint")


class ChallengeAbout(models.TextChoices):
    DOCUMENTS = "documents", _("the call's documents")
    PROCESS = "process", _("the procedure")
    RESULT = "result", _("the result")


class ChallengeState(models.TextChoices):
    FILED = "filed", _("waiting for a reply")
    ANSWERED = "answered", _("answered")
    UPHELD = "upheld", _("upheld")
    DISMISSED = "dismissed", _("dismissed")
    WITHDRAWN = "withdrawn", _("withdrawn")
