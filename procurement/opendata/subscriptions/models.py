from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import Organisation
from procurement.projects.enums import Domain
from procurement.projects.models import Notice


class Cadence(models.TextChoices):
    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day, together")


class Subscription(models.Model):
    """Somebody wants to hear of new notices. Of people without a login only an address is kept, until they leave."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what the signed links of its mails name
    email = models.EmailField(_("e-mail address"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="subscriptions"
    )
    domain = models.CharField(_("for whom"), max_length=10, choices=Domain.choices, blank=True)
    region = models.CharField(_("area"), max_length=6, blank=True)
    buyer = models.ForeignKey(
        Organisation, verbose_name=_("buyer"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    words = models.CharField(_("words"), max_length=100, blank=True)
    cadence = models.CharField(_("how often"), max_length=10, choices=Cadence.choices, default=Cadence.AT_ONCE)
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, email="") | (Q(user__isnull=True) & ~Q(email="")),
                name="subscription_of_an_address_or_a_login",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class Match(models.Model):
    """A notice that fits a subscription: once, whatever runs twice."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="matches")
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+")
    matched_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-matched_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["subscription", "notice"], name="matched_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.subscription_id}"
