"""``/workspace/webhooks/``: an organisation's receivers, kept by its managers; administrators see every one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procurement.accounts.permissions import is_administrator, manages
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.opendata.models import Event, Webhook
from procurement.opendata.threads import page_of
from procurement.opendata.webhooks import actions
from procurement.opendata.webhooks.forms import WebhookForm

STATES = {"active": gettext_lazy("active"), "paused": gettext_lazy("paused"), "ended": gettext_lazy("ended")}
MOVES: dict[str, tuple[Callable[[Webhook], Any], Any]] = {
    "ping": (actions.ping, gettext_lazy("A test message is on its way; look at the log in a moment.")),
    "pause": (actions.pause, gettext_lazy("Paused. Nothing is sent until you take it up again.")),
    "resume": (actions.resume, gettext_lazy("Taken up again. What happened meanwhile is in the feed of releases.")),
    "end": (actions.end, gettext_lazy("Ended. Nothing is sent there any more.")),
}
View = Callable[..., HttpResponseBase]


def keepers_only(view: View) -> View:
    """The page gets ``actor``: a manager of the organisation acted for, or an administrator of the platform."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if actor.organisation is None or not (
            manages(request.user, actor.organisation, actor.at) or is_administrator(request.user)
        ):
            raise PermissionDenied(_("This is done by a manager of your organisation."))
        return view(request, actor, *args, **more)

    return login_required(never_cache(guarded))


def _mine(actor: Actor) -> QuerySet[Webhook]:
    rows = Webhook.objects.select_related("organisation")
    return rows if is_administrator(actor.user) else rows.filter(organisation=actor.organisation)


def _labels(subscription: Webhook) -> list[str]:
    return [str(label) for event, label in Event.choices if event in subscription.events]


@keepers_only
@require_safe
def subscriptions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every receiver of the organisation, the newest first."""
    page = page_of(_mine(actor), request)
    for row in page:
        row.labels, row.state_label = _labels(row), STATES[row.state]
    return render(request, "opendata/webhooks.html", {"page": page, "actor": actor})


@keepers_only
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A new receiver; its secret is shown on the answer, and never again."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        found, secret = actions.subscribe(by=actor.user, organisation=actor.organisation, **form.cleaned_data)
        return render(request, "opendata/webhook_made.html", {"webhook": found, "secret": secret})
    context = {
        "form": form,
        "title": _("Add a receiver"),
        "button": _("Add it and show its secret"),
        "back": reverse("webhooks"),
        "back_to": _("Webhooks"),
    }
    return render(request, "accounts/form_page.html", context, status=400 if form.is_bound else 200)


@keepers_only
@require_safe
def subscription(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """One receiver with the log of what was sent to it."""
    found = get_object_or_404(_mine(actor), pk=pk)
    context = {
        "webhook": found,
        "labels": _labels(found),
        "state": STATES[found.state],
        "page": page_of(found.deliveries.all(), request),
    }
    return render(request, "opendata/webhook.html", context)


@keepers_only
@require_POST
def move(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Tests, pauses, takes up again or ends a receiver; to end one, the box has to be ticked."""
    found = get_object_or_404(_mine(actor).filter(ended_at=None), pk=pk)
    name = request.POST.get("move", "")
    if name not in MOVES:
        messages.error(request, _("Choose what to do."))
    elif name == "end" and not request.POST.get("sure"):
        messages.error(request, _("To end it, tick “I am sure”: this cannot be undone."))
    else:
        act, done = MOVES[name]
        act(found)
        messages.success(request, str(done))
    return redirect("webhook", pk=found.pk)
