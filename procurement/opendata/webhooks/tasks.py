"""From public events to messages, and each message to its receiver; tried again with growing pauses by the outbox.

Every message is a job of its own. A receiver from which nothing came back has its other messages wait with the one that
failed: it takes one time limit in each pause from a worker, however much waits for it, and delays nobody.
"""

from __future__ import annotations

import http.client
from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from procurement.common.sealing import SealBroken
from procurement.evaluation.models import Evaluation
from procurement.opendata.api import public, shown
from procurement.opendata.models import Delivery, DeliveryState, Event, Release, Webhook
from procurement.opendata.ocds import packages, terms
from procurement.opendata.webhooks import actions, sending
from procurement.opendata.webhooks.addresses import AddressRefused
from procurement.projects.models import Notice
from workflows import jobs
from workflows.clock import database_now
from workflows.models import Job

PAUSED_AFTER = 5  # messages given up in a row
FIRST_PAUSE = timedelta(seconds=15)  # doubled with every try: the eighth and last comes half an hour after the first


def _announce(event: Event, subject: str, data: dict[str, Any]) -> None:
    listening = Webhook.objects.filter(paused_at=None, ended_at=None, events__contains=[str(event)])
    for subscription in listening:
        actions.tell(subscription, str(event), subject, {"event": str(event), "data": data})


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: terms.moment(value) if hasattr(value, "isoformat") else value for name, value in row.items()}


@jobs.handler("notice.published")
def tell_notice(notice_id: int) -> None:
    notice = public.notices().filter(pk=notice_id).first()
    if isinstance(notice, Notice):
        _announce(Event.NOTICE, notice.number, _plain(shown.notice(notice)))


@jobs.handler("release.issued")
def tell_release(release_id: int) -> None:
    release = packages.public_releases().filter(pk=release_id).first()
    if isinstance(release, Release):
        data = {
            "ocid": release.ocid,
            "id": release.release_id,
            "tag": release.tag,
            "sequence": str(release.sequence),
            "record": terms.address(packages.record_path(release.ocid)),
        }
        _announce(Event.RELEASE, release.release_id, data)


@jobs.handler("evaluation.published")
def tell_evaluation(evaluation_id: int) -> None:
    evaluation = public.evaluations().filter(pk=evaluation_id).first()
    if isinstance(evaluation, Evaluation):
        _announce(Event.EVALUATION, evaluation.contract.number, _plain(shown.evaluation(evaluation)))


@jobs.handler(actions.DELIVER)
def deliver(delivery_id: str) -> None:
    """Tries one message once. What fails is written down first, then left to the outbox to try again later."""
    delivery = Delivery.objects.select_related("subscription").get(pk=delivery_id)
    if delivery.state != DeliveryState.PENDING or delivery.subscription.ended_at:
        return
    if delivery.subscription.paused_at and delivery.event != actions.PING:
        Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.FAILED, response="paused")
        return
    try:
        status, words = sending.post(delivery)
    except (AddressRefused, OSError, http.client.HTTPException, SealBroken) as error:
        status, words = None, f"{type(error).__name__}: {error}"
    _note(delivery, status, words)


def _note(delivery: Delivery, status: int | None, words: str) -> None:
    delivery.attempts += 1
    delivery.tried_at, delivery.response_status, delivery.response = database_now(), status, words[:500]
    if status is not None and 200 <= status < 300:
        delivery.state = DeliveryState.DELIVERED
        Webhook.objects.filter(pk=delivery.subscription_id).update(failures=0)
    elif delivery.attempts >= jobs.MAX_ATTEMPTS or delivery.event == actions.PING:
        delivery.state = DeliveryState.FAILED
        _count_failure(delivery.subscription_id)
    else:
        again = jobs.enqueue(actions.DELIVER, delivery_id=str(delivery.pk))
        again.run_after += FIRST_PAUSE * 2 ** (delivery.attempts - 1)
        again.save(update_fields=["run_after"])
        if status is None:
            _let_wait(delivery.subscription_id, again)
    delivery.save()


def _let_wait(subscription_id: Any, until: Job) -> None:
    """The receiver's other messages are not tried before ``until``; what another worker holds just now is its own."""
    waiting = Delivery.objects.filter(subscription=subscription_id, state=DeliveryState.PENDING)
    others = [str(pk) for pk in waiting.values_list("pk", flat=True)]
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=timezone.now())
    Job.objects.filter(
        free,
        kind=actions.DELIVER,
        state=Job.State.PENDING,
        arguments__delivery_id__in=others,
        run_after__lt=until.run_after,
    ).update(run_after=until.run_after)


def _count_failure(subscription_id: Any) -> None:
    """After several messages given up in a row the subscription rests until somebody has looked."""
    rows = Webhook.objects.filter(pk=subscription_id)
    rows.update(failures=F("failures") + 1)
    rows.filter(failures__gte=PAUSED_AFTER, paused_at=None).update(paused_at=database_now())
