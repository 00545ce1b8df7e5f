from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.projects.enums import Domain


class Kind(models.TextChoices):
    """What can be found."""

    CALL = "call", _("Calls")
    NOTICE = "notice", _("Notices")
    THREAD = "thread", _("Projects")
    NEED = "need", _("Needs")
    ARTICLE = "article", _("Articles")
    ORGANISATION = "organisation", _("Organisations")


class Standing(models.TextChoices):
    """How things of every kind stand, in four words; ``OPEN`` lasts until ``SearchEntry.until``."""

    OPEN = "open", _("open for bids")
    CURRENT = "current", _("under way")
    DONE = "done", _("completed")
    ENDED = "ended", _("ended early or declined")


class Mark(models.TextChoices):
    REHEARSAL = "rehearsal", _("rehearsal")
    IMPORTED = "imported", _("brought in")


class SearchEntry(models.Model):
    """One public thing that can be found. Made from its subject, and made anew whenever that changes."""

    kind = models.CharField(max_length=12, choices=Kind.choices)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=400)
    domain = models.CharField(max_length=10, choices=Domain.choices, blank=True)
    region = models.CharField(max_length=6, blank=True)
    buyer = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=Standing.choices, blank=True)
    mark = models.CharField(max_length=10, choices=Mark.choices, blank=True)
    at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    folded_title = models.TextField()  # as ``text.fold`` leaves it: what a phrase is held against
    folded = models.TextField()  # title and body
    tokens = SearchVectorField()  # pairs of Chinese characters, words, numbers, pinyin: ``text.tokens``

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="found_once")]
        indexes = [
            GinIndex(fields=["tokens"], name="search_tokens"),
            models.Index(fields=["-at", "-id"], name="search_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.title}"
