"""Trainings, competitions and meetings with sign-up (RULES §11.6)."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string

from cms.blocks import BodyBlock
from cms.models.base import Page, advice
from cms.models.prose import live_subjects
from procurement.accounts.models import Consent
from procurement.common import page_cache


class EventPage(Page):
    """Something that takes place: who, where, when, and until when one can sign up."""

    class Kind(models.TextChoices):
        TRAINING = "training", _("Training")
        COMPETITION = "competition", _("Venture competition")
        EXCHANGE = "exchange", _("Exchange of experience")
        ACTIVITY = "activity", _("Activity for residents")

    allowed_http_methods = ["GET", "HEAD", "OPTIONS", "POST"]

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.TRAINING)
    introduction = models.TextField(_("in short"), blank=True)
    starts_at = models.DateTimeField(_("begins"), db_index=True)
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200)
    organiser = models.CharField(_("organiser"), max_length=200, blank=True)
    signup_opens = models.DateTimeField(_("sign-up opens"), null=True, blank=True)
    signup_closes = models.DateTimeField(
        _("sign-up closes"), null=True, blank=True, help_text=_("Empty: nobody need sign up.")
    )
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    picture = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    picture_alt = models.CharField(_("what the picture shows"), max_length=200, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "event")

    template = "cms/event_page.html"
    parent_page_types = ["cms.CalendarPage"]
    subpage_types: list[str] = []
    content_panels = [
        advice(
            _(
                "Give the time and the place; the page appears in the calendar by itself. With a closing time one can "
                "sign up; who did is listed under “Sign-ups” in the menu, for you alone, with a table to download."
            )
        ),
        *Page.content_panels,
        "kind",
        "introduction",
        MultiFieldPanel([FieldRowPanel(["starts_at", "ends_at"]), "place", "organiser"], heading=_("When and where")),
        MultiFieldPanel([FieldRowPanel(["signup_opens", "signup_closes"]), "capacity"], heading=_("Sign-up")),
        FieldPanel("picture"),
        "picture_alt",
        "body",
    ]

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            wrong["ends_at"] = _("It cannot end before it begins.")
        if self.signup_opens and not self.signup_closes:
            wrong["signup_closes"] = _("Say until when one can sign up.")
        elif self.signup_opens and self.signup_closes and self.signup_closes <= self.signup_opens:
            wrong["signup_closes"] = _("Sign-up cannot close before it opens.")
        elif self.signup_closes and self.ends_at and self.signup_closes > self.ends_at:
            wrong["signup_closes"] = _("Sign-up cannot close after the event has ended.")
        if self.picture_id and not self.picture_alt.strip():
            wrong["picture_alt"] = _("Say what the picture shows, for people who do not see it.")
        if wrong:
            raise ValidationError(wrong)

    def subjects(self) -> tuple[str, ...]:
        return (f"event:{self.pk}", *live_subjects(self.body))

    def taken(self) -> int:
        """How many places are taken."""
        return self.sign_ups.aggregate(people=Sum("people"))["people"] or 0

    def left(self) -> int | None:
        """How many places are left; none where there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.taken(), 0)

    def takes_sign_ups(self, now: datetime) -> bool:
        """Whether the window is open at ``now``; places are counted apart."""
        if self.signup_closes is None:
            return False
        return (self.signup_opens is None or self.signup_opens <= now) and now <= self.signup_closes

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from cms import sign_up

        return sign_up.serve(self, request)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        page_cache.show(request, until=[self.signup_opens, self.signup_closes])
        return super().get_context(request, *args, **kwargs) | {
            "now": now,
            "takes_sign_ups": self.takes_sign_ups(now),
            "left": self.left() if self.pk else self.capacity,
        }


def _token() -> str:
    return secrets.token_urlsafe(24)


class SignUp(models.Model):
    """One person or organisation that comes to an event. Personal data: for the editors alone, gone when withdrawn."""

    event = models.ForeignKey(EventPage, on_delete=models.PROTECT, related_name="sign_ups", verbose_name=_("event"))
    name = models.CharField(_("your name"), max_length=60)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    mobile = models.CharField(_("mobile"), max_length=11)
    people = models.PositiveSmallIntegerField(_("how many come"), default=1)
    remark = models.CharField(_("anything we should know"), max_length=300, blank=True)
    token = models.CharField(max_length=40, unique=True, default=_token, editable=False)
    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("signed up"))

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "mobile"], name="sign_up_once"),
            models.CheckConstraint(condition=Q(people__gte=1), name="sign_up_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.people}"
