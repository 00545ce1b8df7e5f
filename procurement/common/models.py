from __future__ import annotations

from django.db import connection, models


class Sequence(models.Model):
    """A counter per prefix, for numbers that people read: no gaps, no doubles."""

    prefix = models.CharField(max_length=60, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last}"


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
