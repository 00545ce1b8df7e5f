"""Acts on subscriptions: made with a secret that is shown once, paused, taken up again, ended."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from procurement.accounts.models import Organisation
from procurement.common import sealing
from procurement.opendata.models import Delivery, Webhook
from procurement.opendata.webhooks import sending
from workflows import jobs
from workflows.clock import database_now

DELIVER = "webhook.deliver"
PING = "ping"


def subscribe(*, by: Any, organisation: Organisation, name: str, url: str, events: list[str]) -> tuple[Any, str]:
    """A new subscription and its secret, which is shown now and never again."""
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    found = Webhook(organisation=organisation, name=name, url=url, events=events, created_by=by)
    found.wrapped_secret = sealing.wrap(secret.encode(), sending.purpose(found))
    found.save(force_insert=True)
    return found, secret


@transaction.atomic
def tell(subscription: Webhook, event: str, subject: str, body: dict[str, Any]) -> Delivery | None:
    """Leaves one message for the outbox; the same twice is one."""
    delivery, made = Delivery.objects.get_or_create(
        subscription=subscription, event=event, subject=subject[:160], defaults={"body": body}
    )
    if not made:
        return None
    jobs.enqueue(DELIVER, delivery_id=str(delivery.pk))
    return delivery


def ping(subscription: Webhook) -> Delivery | None:
    """A message that says nothing, to see whether it arrives."""
    subject = f"ping-{secrets.token_hex(6)}"
    return tell(subscription, PING, subject, {"event": PING, "data": {"id": subject}})


def pause(subscription: Webhook) -> None:
    Webhook.objects.filter(pk=subscription.pk, paused_at=None, ended_at=None).update(paused_at=database_now())


def resume(subscription: Webhook) -> None:
    """From now on; what happened in between is read from the feed (docs/open-data.md)."""
    Webhook.objects.filter(pk=subscription.pk, ended_at=None).update(paused_at=None, failures=0)


def end(subscription: Webhook) -> None:
    Webhook.objects.filter(pk=subscription.pk, ended_at=None).update(ended_at=database_now())
