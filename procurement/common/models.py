from __future__ import annotations

import uuid

from django.db import connection, models
from django.db.models import Q


class Sequence(models.Model):
    """A counter per prefix, for numbers that people read: no gaps, no doubles."""

    prefix = models.CharField(max_length=60, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last}"


class PrivateFile(models.Model):
    """A file of the vault (vault.py): here is what is known about it, its encrypted pieces lie in the storage."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)  # of the ciphertext as stored
    wrapped_key = models.BinaryField()  # empty while only a sealed envelope holds the key
    owner = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    complete = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(complete=False) | ~Q(sha256=""), name="private_file_complete_has_hash")
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.size})"


def next_number(prefix: str) -> int:
    """The next number of ``prefix``, from 1. Waits for a transaction that is taking one."""
    table = Sequence._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (prefix, last) VALUES (%s, 1)"  # noqa: S608 - the table's own name
            f" ON CONFLICT (prefix) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [prefix],
        )
        return cursor.fetchone()[0]
