"""Taking subscriptions, confirming them, ending them, and finding whom a notice concerns.

Nobody is written to who has not clicked the link sent to that very address; leaving deletes all there is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language

from procurement.accounts import consents
from procurement.accounts.models import User
from procurement.opendata.search import index, text
from procurement.opendata.search.models import Kind, SearchEntry
from procurement.opendata.search.sources import SOURCES
from procurement.opendata.subscriptions.models import Cadence, Match, Subscription
from procurement.projects.models import Notice
from workflows import jobs
from workflows.clock import database_now

CONFIRM_WITHIN = timedelta(days=3)  # house; the consent notice names it
NEWS_FOR = timedelta(days=3)  # an older notice is history that was brought in, not news
AN_ADDRESS = 20  # subscriptions of one address or login
CONFIRM, NEWS, DIGEST, MATCHED, LEAVE = (
    "subscription.confirm",
    "subscription.mail",
    "subscription.digest",
    "subscription.matched",
    "subscription.leave",
)


def token(purpose: str, subscription: Subscription) -> str:
    """What a link holds: the subscription's key, signed for one purpose."""
    return signing.TimestampSigner(salt=purpose).sign(subscription.key.hex)


def find(purpose: str, given: str) -> Subscription | None:
    """The subscription of a link; None for a forged, outdated or used one. A link to leave never runs out."""
    age = CONFIRM_WITHIN if purpose == CONFIRM else None
    try:
        key = signing.TimestampSigner(salt=purpose).unsign(given, max_age=age)
    except signing.BadSignature:
        return None
    return Subscription.objects.select_related("buyer").filter(key=key).first()


def link(name: str, purpose: str, subscription: Subscription) -> str:
    """A link as it is mailed, with the site's address."""
    return settings.HUIQUN_BASE_URL + reverse(name, args=[token(purpose, subscription)])


@transaction.atomic
def ask(email: str, filters: dict[str, Any]) -> None:
    """Takes an address; nothing is sent to it but one link until that is clicked.

    Says nothing of whether the address is known; at most ``AN_ADDRESS`` subscriptions are kept for one.
    """
    same = Subscription.objects.filter(email__iexact=email)
    if same.count() >= AN_ADDRESS or same.filter(confirmed_at__isnull=False, **filters).exists():
        return
    same.filter(confirmed_at__isnull=True, **filters).delete()
    made = Subscription.objects.create(
        email=email, language=get_language() or settings.LANGUAGE_CODE, created_at=database_now(), **filters
    )
    consents.record("subscription", subject=made.key.hex)
    jobs.enqueue(CONFIRM, subscription_id=made.pk)


@transaction.atomic
def confirm(subscription: Subscription) -> None:
    """The link was clicked. Safe to click twice."""
    Subscription.objects.filter(pk=subscription.pk, confirmed_at__isnull=True).update(confirmed_at=database_now())


def subscribe(user: User, filters: dict[str, Any]) -> bool:
    """For somebody with a login, inside the site; False where there are too many or the same is there."""
    own = Subscription.objects.filter(user=user)
    if own.count() >= AN_ADDRESS or own.filter(**filters).exists():
        return False
    now = database_now()
    Subscription.objects.create(user=user, created_at=now, confirmed_at=now, **filters)
    return True


def leave(subscription: Subscription) -> None:
    """Deletes the subscription, its address and its matches."""
    subscription.delete()


def _entry(notice: Notice) -> SearchEntry:
    entry = SOURCES[Kind.NOTICE].entry(notice)
    entry.kind = Kind.NOTICE
    return index.finished(entry)


def concerned(notice: Notice) -> list[Subscription]:
    """Whom a notice concerns: domain, area (its code's beginning), buyer and all words."""
    project = notice.project
    areas = [project.buyer.region[:digits] for digits in (2, 4, 6) if project.buyer.region]
    fitting = Subscription.objects.filter(
        Q(domain="") | Q(domain=project.domain),
        Q(region="") | Q(region__in=[*areas, *(area.ljust(6, "0") for area in areas)]),
        Q(buyer=None) | Q(buyer=project.buyer_id),
        confirmed_at__isnull=False,
    )
    folded = _entry(notice).folded
    return [one for one in fitting if all(term.phrase in folded for term in text.read(one.words).terms)]


@transaction.atomic
def match(notice: Notice) -> list[Match]:
    """Notes a published notice for everyone it concerns, once, and leaves what is to be sent as jobs."""
    if notice.project.rehearsal or notice.published_at < database_now() - NEWS_FOR:
        return []
    now, made = database_now(), []
    for subscription in concerned(notice):
        row, new = Match.objects.get_or_create(subscription=subscription, notice=notice, defaults={"matched_at": now})
        if not new:
            continue
        made.append(row)
        if subscription.user_id is not None:
            jobs.enqueue(MATCHED, subscription_id=subscription.pk, notice_id=notice.pk)
        elif subscription.cadence == Cadence.AT_ONCE:
            jobs.enqueue(NEWS, match_id=row.pk)
    return made
