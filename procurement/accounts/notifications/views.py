"""The list of what a person was told, their choices, and what an administrator sees of the sending."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procurement.accounts.acting import SESSION_KEY, memberships_of
from procurement.accounts.enums import Channel, EventGroup
from procurement.accounts.models import Delivery, Notification, PersonalSettings
from procurement.accounts.notifications.channels import ChannelError
from procurement.accounts.notifications.events import words
from procurement.accounts.notifications.forms import PreferencesForm
from procurement.accounts.notifications.telling import SEND
from procurement.accounts.views.seats import administrators_only
from procurement.accounts.workspace.desk import Actor
from procurement.common.preferences import THEME_COOKIE, THEMES, keep, way_back
from workflows import jobs
from workflows.models import Job

PER_PAGE = 30


def _person(request: HttpRequest) -> Any:
    """Who is logged in; the pages here let nobody else in."""
    return request.user


def _shown(notification: Notification) -> dict[str, Any]:
    title, text = words(notification.event, notification.parameters)
    return {"row": notification, "title": title, "text": text}


@login_required
@never_cache
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """What this person was told, newest first; ``?unread=1`` only what is not read yet."""
    unread = request.GET.get("unread") == "1"
    rows = _person(request).notifications.select_related("organisation")
    rows = rows.filter(read_at__isnull=True) if unread else rows
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workspace/notifications.html",
        {"page": page, "entries": [_shown(row) for row in page], "unread": unread},
    )


@login_required
@never_cache
@require_safe
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to what a message is about, for the organisation it was told for, and marks it as read."""
    row = get_object_or_404(Notification, pk=pk, recipient=_person(request))
    if row.read_at is None:
        Notification.objects.filter(pk=pk, read_at__isnull=True).update(read_at=timezone.now())
    if row.organisation_id in {membership.organisation_id for membership in memberships_of(request)}:
        request.session[SESSION_KEY] = row.organisation_id
    return redirect(way_back(request, row.path))


@login_required
@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """Marks one message (``pk``), or all of them, as read."""
    rows = Notification.objects.filter(recipient=_person(request), read_at__isnull=True)
    wanted = request.POST.get("pk", "")
    if wanted:
        rows = rows.filter(pk=int(wanted)) if wanted.isdecimal() and len(wanted) < 19 else rows.none()
    rows.update(read_at=timezone.now())
    return redirect(way_back(request, request.POST.get("next", "/workspace/notifications/")))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Channels, rhythm, language, type size."""
    personal = PersonalSettings.objects.filter(user=_person(request)).first()
    theme = request.COOKIES.get(THEME_COOKIE, "")
    initial = {
        "language": translation.get_language(),
        "theme": theme if theme in THEMES else "normal",
        "wecom_account": personal.wecom_account if personal else "",
        "wecom_robot": personal.wecom_robot if personal else "",
    }
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=initial, user=_person(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your settings are kept."))
        response = redirect("preferences")
        keep(response, "language", form.cleaned_data["language"])
        keep(response, "theme", form.cleaned_data["theme"])
        return response
    context = {"form": form, "wechat": Channel.OFFICIAL in form.channels}
    return render(request, "accounts/preferences.html", context, status=400 if form.is_bound else 200)


OPEN = Q(sent_at__isnull=True, dropped="")
CLAIMED = OPEN & Q(claimed_at__isnull=False)
STATES = {
    "waiting": OPEN & Q(claimed_at__isnull=True) & (Q(job__isnull=True) | Q(job__state=Job.State.PENDING)),
    "sending": CLAIMED & Q(job__state=Job.State.PENDING),
    "unknown": CLAIMED & (Q(job__isnull=True) | ~Q(job__state=Job.State.PENDING)),
    "failed": OPEN & Q(claimed_at__isnull=True, job__state=Job.State.FAILED),
    "sent": Q(sent_at__isnull=False),
    "dropped": ~Q(dropped=""),
}


def _state_of(delivery: Delivery) -> str:
    if delivery.sent_at:
        return "sent"
    if delivery.dropped:
        return "dropped"
    runs = delivery.job is not None and delivery.job.state == Job.State.PENDING
    if delivery.claimed_at:
        return "sending" if runs else "unknown"
    return "failed" if delivery.job and delivery.job.state == Job.State.FAILED else "waiting"


def _last_words(job: Job | None) -> str:
    """What the channel last said; of any other failure only its kind, as its words may hold anything."""
    lines = job.last_error.strip().splitlines() if job else []
    if not lines:
        return ""
    kind, _colon, said = lines[-1].partition(": ")
    name = kind.rpartition(".")[2][:60]
    return said[:200] if name == ChannelError.__name__ else name


@administrators_only
@require_safe
def deliveries(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What was sent by which channel, what waits, and what a channel last said of what failed. No message's words."""
    state = request.GET.get("state", "")
    rows = Delivery.objects.select_related("job", "notification__recipient", "notification__organisation")
    rows = rows.filter(STATES[state]) if state in STATES else rows
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    names = {
        "waiting": _("waiting"),
        "sending": _("being sent"),
        "unknown": _("unknown whether it arrived"),
        "failed": pgettext("sending", "failed"),
        "sent": _("sent"),
        "dropped": _("not sent"),
    }
    why = {
        "no_address": _("no address there"),
        "inactive": _("the account is closed"),
        "switched_off": _("the channel is switched off"),
        "unreachable": _("does not follow the account, or takes no messages of it"),
    }
    entries = [
        {
            "row": row,
            # who bids is nobody's business before the opening, an administrator's neither
            "secret": row.notification.group == EventGroup.BIDS,
            "title": words(row.notification.event, row.notification.parameters)[0],
            "state": _state_of(row),
            "state_name": names[_state_of(row)],
            "why": why.get(row.dropped, "") or ("" if row.sent_at else _last_words(row.job)),
        }
        for row in page
    ]
    context = {"page": page, "entries": entries, "state": state if state in STATES else "", "states": names.items()}
    return render(request, "workspace/deliveries.html", context)


@administrators_only
@require_POST
def try_again(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Has a delivery sent once more that failed, or of which nobody knows, with the others of its message."""
    with transaction.atomic():
        row = get_object_or_404(Delivery.objects.select_for_update(of=("self",)).select_related("job"), pk=pk)
        if _state_of(row) in ("failed", "unknown"):
            with_it = Delivery.objects.filter(job=row.job, sent_at__isnull=True, dropped="") if row.job else None
            together = [row.pk] if with_it is None else list(with_it.order_by("pk").values_list("pk", flat=True))
            again = jobs.enqueue(SEND, deliveries=together)
            Delivery.objects.filter(pk__in=together).update(job=again, claimed_at=None)
            messages.success(request, _("It is tried once more."))
        else:
            messages.info(request, _("This one has not failed."))
    return redirect("deliveries")
