from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement.accounts.models import Organisation


class Event(models.TextChoices):
    """What a subscribed system may hear of: only what is public the moment it is sent."""

    NOTICE = "notice.published", _("A notice is published")
    RELEASE = "release.issued", _("An OCDS release is issued")
    EVALUATION = "evaluation.published", _("A verdict is published")


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("waiting")
    DELIVERED = "delivered", pgettext_lazy("sending", "delivered")
    FAILED = "failed", pgettext_lazy("sending", "given up")


class Webhook(models.Model):
    """A system of an organisation that is told of public events by signed HTTP requests.

    The secret is kept wrapped by the office's key and shown once, when it is made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=30, choices=Event.choices))
    wrapped_secret = models.BinaryField()
    failures = models.PositiveSmallIntegerField(default=0)  # deliveries given up in a row
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """``active``, ``paused`` (by hand or after many failures) or ``ended``."""
        if self.ended_at:
            return "ended"
        return "paused" if self.paused_at else "active"


class Delivery(models.Model):
    """One message to one system, with how it went."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    event = models.CharField(max_length=30)
    subject = models.CharField(max_length=160)  # what it is about, such as a notice's number
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    response_status = models.PositiveSmallIntegerField(null=True)
    response = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "pk"]
        constraints = [
            # a job that runs twice makes no second message
            models.UniqueConstraint(fields=["subscription", "event", "subject"], name="delivery_once")
        ]
        indexes = [models.Index(fields=["subscription", "-created_at"], name="deliveries_newest")]

    def __str__(self) -> str:
        return f"{self.event} {self.subject}"
