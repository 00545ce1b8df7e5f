"""Who is told: people in the roles of an organisation, their deputies, or one person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, Q

from procurement.accounts.models import Deputy, Membership

Seat = tuple[int, int | None]  # a person, and the organisation they are told for


def staff(organisations: Any, *roles: str, on: date | None = None) -> list[Seat]:
    """Active members of these organisations (keys, rows or a queryset) with one of ``roles``, and deputies today."""
    from django.utils import timezone

    day = on or timezone.localdate()
    held = Membership.objects.filter(
        organisation__in=organisations, active=True, user__is_active=True, roles__overlap=list(map(str, roles))
    ).values_list("user_id", "organisation_id")
    standing_in = Deputy.objects.filter(
        Q(membership__roles__contains=[F("role")]),
        membership__organisation__in=organisations,
        membership__active=True,
        user__is_active=True,
        role__in=list(map(str, roles)),
        starts__lte=day,
        ends__gte=day,
    ).values_list("user_id", "membership__organisation_id")
    return [*held, *standing_in]


def persons(user_ids: Iterable[int]) -> list[Seat]:
    """People told for themselves: panel members, evaluators."""
    return [(pk, None) for pk in user_ids]
