from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NeedState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    SCREENED = "screened", _("screened")
    ADOPTED = "adopted", _("adopted")
    MERGED = "merged", _("merged")
    DECLINED = "declined", _("declined")
    ANSWERED = "answered", pgettext_lazy("a need", "answered")
    CONFIRMED = "confirmed", _("confirmed as met")
    DISPUTED = "disputed", _("said not to be met")
