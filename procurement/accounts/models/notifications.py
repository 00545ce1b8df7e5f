from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Channel, EventGroup, Rhythm
from procurement.accounts.models.actors import Organisation, User
from workflows.models import Job


class Notification(models.Model):
    """That one person is told of one event, once. The words are made when it is read, in the reader's language."""

    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notifications")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="notifications"
    )
    event = models.CharField(max_length=60)  # its code, as a stage's notifications.py declares it
    group = models.CharField(max_length=20, choices=EventGroup.choices)
    key = models.CharField(max_length=160)  # the event itself: what happened to what
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    parameters = models.JSONField(default=dict)
    path = models.CharField(max_length=200)
    thread_state = models.CharField(max_length=20, blank=True)  # the project's state then, for the strip
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="told_once")]
        indexes = [
            models.Index(fields=["recipient"], name="notification_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["recipient", "-created_at"], name="notification_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.recipient_id}"


class Delivery(models.Model):
    """A notification on its way by one channel outside the site. How far it is, its job says.

    It is claimed, and that is committed, before the channel gets it: so it is sent once at most, whatever is killed.
    """

    notification = models.ForeignKey(Notification, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")  # none: waits for the digest
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)  # handed to the channel; without sent_at: nobody knows whether it went
    sent_at = models.DateTimeField(null=True)
    dropped = models.CharField(max_length=40, blank=True)  # why it is not sent: a code

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["notification", "channel"], name="sent_once_a_channel")]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="delivery_waiting",
                condition=Q(job__isnull=True, sent_at__isnull=True, dropped=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.notification_id} {self.channel}"


class NotificationPreference(models.Model):
    """By which channels, and how often, a person is told of one group of events beside the list on the site."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_preferences")
    group = models.CharField(max_length=20, choices=EventGroup.choices)
    channels = ArrayField(models.CharField(max_length=20, choices=Channel.choices), default=list, blank=True)
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.AT_ONCE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="preference_once_a_group")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.group} {self.rhythm}"


class PersonalSettings(models.Model):
    """The language a person is written to in, and their addresses at channels that know no e-mail."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="personal_settings")
    language = models.CharField(_("language"), max_length=10, blank=True)
    wecom_account = models.CharField(_("WeCom account"), max_length=64, blank=True)
    wecom_robot = models.CharField(_("key of a WeCom group robot"), max_length=100, blank=True)
    openid = models.CharField(_("WeChat number at the official account"), max_length=64, blank=True)
    openid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(openid="", openid_at__isnull=True) | (~Q(openid="") & Q(openid_at__isnull=False)),
                name="openid_has_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class TableExport(models.Model):
    """A table too long to wait for: a job writes the file, its owner fetches it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="table_exports")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="table_exports"
    )
    table = models.CharField(max_length=40)
    form = models.CharField(max_length=4, choices=[("csv", "CSV"), ("xlsx", "XLSX")])
    query = models.TextField(blank=True)
    language = models.CharField(max_length=10)
    total = models.PositiveIntegerField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.ForeignKey("common.PrivateFile", null=True, on_delete=models.SET_NULL, related_name="+")
    ordered_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-ordered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=True) | Q(done_at__isnull=False), name="table_export_done_has_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.table}.{self.form}"
