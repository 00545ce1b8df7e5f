"""The first administrator: possible once, while the platform has none."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from procurement.accounts import consents
from procurement.accounts.enums import Role
from procurement.accounts.models import Membership, User

LOCK = 0x48_51_53_45  # any number that no other advisory lock of this database uses


class AlreadySetUp(Exception):  # noqa: N818 - says what happened
    """The platform has an administrator."""


def is_set_up() -> bool:
    """Whether there is, or ever was, an administrator: a superuser, or a member with that role."""
    return (
        User.objects.filter(is_superuser=True).exists()
        or Membership.objects.filter(roles__contains=[Role.SYSTEM_ADMIN]).exists()
    )


@transaction.atomic
def make_first_administrator(*, username: str, password: str, **person: Any) -> User:
    """Makes the administrator. Two who try at once wait for one another; the second gets ``AlreadySetUp``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if is_set_up():
        raise AlreadySetUp
    user = User.objects.create_superuser(username, password=password, **person)
    consents.record("registration", user)
    return user
