"""What subscriptions send. A mail that went out is noted on its matches, so that a job run twice sends once."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.common.mail import named
from procurement.opendata.subscriptions import actions
from procurement.opendata.subscriptions.models import Cadence, Match, Subscription
from procurement.projects.models import Notice
from workflows import jobs
from workflows.clock import database_now

DIGEST_HOUR = 8  # in the morning, by the clock of the site


@jobs.handler("notice.published")
def notice_published(notice_id: int) -> None:
    actions.match(Notice.objects.select_related("project__buyer").get(pk=notice_id))


@jobs.handler(actions.CONFIRM)
def mail_confirmation(subscription_id: int) -> None:
    subscription = Subscription.objects.filter(pk=subscription_id, confirmed_at__isnull=True).first()
    if subscription is None:
        return
    with translation.override(subscription.language or settings.LANGUAGE_CODE):
        context = {
            "site_name": settings.SITE_NAME,
            "link": actions.link("subscribe_confirm", actions.CONFIRM, subscription),
            "days": actions.CONFIRM_WITHIN.days,
        }
        title = _("Please confirm your subscription")
        EmailMessage(
            subject=f"[{settings.SITE_NAME}] {title}",
            body=render_to_string("emails/subscription_confirm.txt", context),
            to=[subscription.email],
        ).send()


def _send(subscription: Subscription, matches: list[Match]) -> None:
    leave = actions.link("subscribe_leave", actions.LEAVE, subscription)
    with translation.override(subscription.language or settings.LANGUAGE_CODE):
        title = (
            matches[0].notice.title
            if len(matches) == 1
            else ngettext("%(n)d new notice", "%(n)d new notices", len(matches)) % {"n": len(matches)}
        )
        context = {
            "site_name": settings.SITE_NAME,
            "base": settings.HUIQUN_BASE_URL,
            "notices": [match.notice for match in matches],
            "leave": leave,
        }
        EmailMessage(
            subject=f"[{settings.SITE_NAME}] {' '.join(title.split())}",
            body=render_to_string("emails/subscription_news.txt", context),
            to=[subscription.email],
            # RFC 8058: mail programs show a button that leaves with one click
            headers={
                **named(f"news-{matches[0].pk}-{len(matches)}"),
                "List-Unsubscribe": f"<{leave}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        ).send()
    Match.objects.filter(pk__in=[match.pk for match in matches]).update(sent_at=database_now())


def _unsent(subscription_id: int) -> list[Match]:
    """Locked, so that two runners do not send the same; those of somebody who left are gone."""
    rows = Match.objects.select_for_update(of=("self",)).filter(subscription=subscription_id, sent_at__isnull=True)
    return list(rows.select_related("notice__project__buyer").order_by("matched_at", "pk"))


@jobs.handler(actions.NEWS)
def mail_news(match_id: int) -> None:
    match = Match.objects.filter(pk=match_id, sent_at__isnull=True).select_related("subscription").first()
    if match is None:
        return
    wanted = [row for row in _unsent(match.subscription_id) if row.pk == match_id]
    if wanted:
        _send(match.subscription, wanted)


@jobs.handler(actions.DIGEST)
def mail_digest(subscription_id: int) -> None:
    subscription = Subscription.objects.filter(pk=subscription_id).first()
    wanted = _unsent(subscription_id)
    if subscription is not None and wanted:
        _send(subscription, wanted)


def digest() -> int:
    """Orders the daily mails that are due: from eight in the morning on, one a day. Returns how many."""
    now = timezone.localtime(database_now())
    if now.hour < DIGEST_HOUR:
        return 0
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = Match.objects.filter(subscription=OuterRef("pk"), sent_at__isnull=True)
    sent = Match.objects.filter(subscription=OuterRef("pk"), sent_at__gte=today)
    due = Subscription.objects.filter(
        Exists(waiting), ~Exists(sent), cadence=Cadence.DAILY, user__isnull=True, confirmed_at__isnull=False
    )
    for subscription in due:
        jobs.enqueue(actions.DIGEST, subscription_id=subscription.pk)
    return len(due)


def forget() -> int:
    """Deletes addresses whose owners did not confirm in time."""
    late = Subscription.objects.filter(
        confirmed_at__isnull=True, created_at__lt=database_now() - actions.CONFIRM_WITHIN - timedelta(hours=1)
    )
    return late.delete()[0]


@shared_task(ignore_result=True)
def tend_subscriptions() -> None:
    digest()
    forget()
