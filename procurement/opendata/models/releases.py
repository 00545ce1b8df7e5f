from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from procurement.projects.models import Project


class Release(models.Model):
    """One OCDS release of a thread, as it was issued. Never edited, never removed: a correction is a new one.

    ``sequence`` is given under a lock that is held until commit (ocds/issuing.py), so that it grows in the order in
    which the rows become visible: who has read up to one number never misses a row below it.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    sequence = models.PositiveBigIntegerField(unique=True)
    ocid = models.CharField(max_length=80)
    event = models.CharField(max_length=60)  # what it tells of, such as "award-12"
    revision = models.PositiveSmallIntegerField(default=1)
    release_id = models.CharField(max_length=160, unique=True)
    tag = ArrayField(models.CharField(max_length=30))
    date = models.DateTimeField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of what it tells, without who and when
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["project", "event", "revision"], name="release_once")]
        indexes = [models.Index(fields=["ocid", "sequence"], name="releases_by_ocid")]
        triggers = [pgtrigger.Protect(name="as_issued", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.release_id
