"""The expert pool: who can be drawn for panels and asked to score (条例 art 39), and who may not (P13)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from procurement.accounts.enums import Role
from procurement.accounts.models import Employment, Interest, Organisation, User
from procurement.common.days import years_before
from procurement.rules import rulebook


def experts(*parties: Organisation) -> QuerySet[User]:
    """Active evaluators who belong to none of ``parties`` (P13)."""
    pool = User.objects.filter(is_active=True, memberships__active=True, memberships__roles__contains=[Role.EVALUATOR])
    return pool.exclude(memberships__organisation__in=parties).distinct().order_by("pk")


def candidates(
    domain: str,
    region: str,
    bidders: Iterable[Organisation],
    at: datetime,
    *,
    buyer: Organisation | None = None,
) -> QuerySet[User]:
    """Who may be drawn for a call of ``domain`` in ``region`` at the time ``at``, by ascending key.

    Left out: members of a bidder or of the buyer, whoever worked for one of them within the years P13 names, whoever
    declared an interest in one of them that was not withdrawn by then, experts of other fields or regions, and those
    who cannot come. An expert who has named no field, or no region, serves every one.
    """
    parties = [*bidders, *([buyer] if buyer else [])]
    here = ["", *(region[:digits] for digits in (2, 4, 6) if len(region) >= digits)]
    found = experts(*parties).filter(
        Q(expert_profile__isnull=True)
        | Q(expert_profile__available=True, expert_profile__region__in=here)
        & (Q(expert_profile__fields=[]) | Q(expert_profile__fields__contains=[domain]))
    )
    rule = rulebook.find("P13", on=at, region=region)
    if rule is None or not parties:
        return found
    since = years_before(timezone.localdate(at), int(rule.values["years"]))
    return found.exclude(pk__in=_employed(parties, since)).exclude(pk__in=_interested(parties, at))


def _names(parties: list[Organisation]) -> Q:
    """Rows that name one of ``parties``: by key, by credit code, or as people write its name."""
    codes = [party.code for party in parties if party.code]
    return Q(organisation__in=parties) | Q(code__in=codes) | Q(name__in=[party.name for party in parties])


def _employed(parties: list[Organisation], since: date) -> QuerySet[Employment, int]:
    lasted = Q(ended__isnull=True) | Q(ended__gte=since)
    return Employment.objects.filter(_names(parties) & lasted).values_list("expert_id", flat=True)


def _interested(parties: list[Organisation], at: datetime) -> QuerySet[Interest, int]:
    holds = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at)
    return Interest.objects.filter(_names(parties) & holds).values_list("expert_id", flat=True)


def draw(count: int, *parties: Organisation) -> list[User]:
    """``count`` of the pool at random, fewer where the pool is smaller."""
    pool = list(experts(*parties))
    return secrets.SystemRandom().sample(pool, min(count, len(pool)))
