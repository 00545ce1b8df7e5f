"""The expert pool: who can be drawn for panels and asked to score (条例 art 39)."""

from __future__ import annotations

import secrets

from django.db.models import QuerySet

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation, User


def experts(*parties: Organisation) -> QuerySet[User]:
    """Active evaluators who belong to none of ``parties`` (P13)."""
    pool = User.objects.filter(is_active=True, memberships__active=True, memberships__roles__contains=[Role.EVALUATOR])
    return pool.exclude(memberships__organisation__in=parties).distinct().order_by("pk")


def draw(count: int, *parties: Organisation) -> list[User]:
    """``count`` of the pool at random, fewer where the pool is smaller."""
    pool = list(experts(*parties))
    return secrets.SystemRandom().sample(pool, min(count, len(pool)))
