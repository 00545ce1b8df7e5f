"""What a security administrator sees and does about logins: locks, second factors, sessions (等保 2.0, RULES §10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation, SafetyRecord, User
from workflows import jobs
from workflows.clock import database_now
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

DONE = "safety.done"


@dataclass(frozen=True)
class Lock:
    """A login name that too many failures have locked, from one address, until a time."""

    pk: int
    login: str
    address: str
    failures: int
    since: datetime
    until: datetime


def locks(at: datetime) -> list[Lock]:
    """What is locked at ``at``, the newest first: counted as the login counts, over every browser of an address."""
    found = (
        AccessAttempt.objects.filter(attempt_time__gt=at - settings.AXES_COOLOFF_TIME)
        .order_by()
        .values("username", "ip_address")
        .annotate(pk=Max("pk"), failures=Sum("failures_since_start"), since=Max("attempt_time"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by("-since")
    )
    return [
        Lock(
            row["pk"], row["username"] or "", row["ip_address"] or "", row["failures"], row["since"],
            row["since"] + settings.AXES_COOLOFF_TIME,
        )
        for row in found
    ]  # fmt: skip


def sessions_of(user: User, at: datetime) -> Iterator[str]:
    """Keys of the sessions this person is logged in with. Every living one is looked into: they last half an hour."""
    for session in Session.objects.filter(expire_date__gt=at).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            yield session.session_key


def second_factors(user: User) -> list[str]:
    return list(Authenticator.objects.filter(user=user).order_by("type").values_list("type", flat=True))


def _refuse(act: str, *reasons: Reason) -> None:
    if reasons:
        raise TransitionBlocked(list(reasons), act=f"safety.{act}")


def _judged(act: str, person: User | None, reason: str, by: User) -> None:
    found = []
    if not reason.strip():
        found.append(Reason(_("Say why; it stays on record."), code="reason"))
    if person is not None and person.pk == by.pk:
        found.append(Reason(_("Your own login is looked after by another security administrator."), code="own"))
    _refuse(act, *found)


def _record(act: str, login: str, person: User | None, reason: str, by: User, organisation: Any) -> SafetyRecord:
    made = SafetyRecord.objects.create(
        act=act, login=login, person=person, reason=reason.strip(), by=by, organisation=organisation, at=database_now()
    )
    if person is not None:
        jobs.enqueue(DONE, record_id=made.pk)
    return made


@transaction.atomic
def unlock(lock: Lock, *, reason: str, by: User, organisation: Organisation | None) -> SafetyRecord:
    """Takes a lock off before its quarter of an hour is over. Raises ``TransitionBlocked``."""
    person = User.objects.filter(username__iexact=lock.login).first()
    person = person or User.objects.filter(email__iexact=lock.login).first()
    _judged("unlock", person, reason, by)
    reset(username=lock.login, ip=lock.address or None)
    return _record(SafetyRecord.Act.UNLOCKED, lock.login, person, reason, by, organisation)


@transaction.atomic
def take_off_second_factor(person: User, *, reason: str, by: User, organisation: Organisation | None) -> SafetyRecord:
    """For somebody who lost the device: the next login asks to set up a new one. Ends the sessions as well."""
    _judged("second_factor", person, reason, by)
    found = Authenticator.objects.select_for_update().filter(user=person)
    if not found:
        _refuse("second_factor", Reason(_("There is no second factor to take off."), code="none"))
    found.delete()
    _end_sessions(person)
    return _record(SafetyRecord.Act.SECOND_FACTOR, person.username, person, reason, by, organisation)


@transaction.atomic
def sign_out(person: User, *, reason: str, by: User, organisation: Organisation | None) -> SafetyRecord:
    """Ends every session of this person, on every device."""
    _judged("sign_out", person, reason, by)
    _end_sessions(person)
    return _record(SafetyRecord.Act.SIGNED_OUT, person.username, person, reason, by, organisation)


def _end_sessions(person: User) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in sessions_of(person, database_now()):
        store(key).delete()  # from the cache too
