"""Subscribing, confirming, leaving; and for people with a login, their own subscriptions and what they found."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from procurement.accounts import consents, throttle
from procurement.common.templatetags.huiqun import page_at
from procurement.opendata.subscriptions import actions
from procurement.opendata.subscriptions.forms import OwnForm, SubscribeForm
from procurement.opendata.subscriptions.models import Match, Subscription
from procurement.opendata.threads import page_of

TRIES_AN_HOUR, MAILS_AN_HOUR = 20, 3  # from one place; to one address
FEED = "/feeds/calls.rss"


def feed_of(filters: dict[str, Any]) -> str:
    """The address of the feed with the same filters, where the site has feeds."""
    path = page_at(FEED)
    buyer = filters.get("buyer")
    asked = {
        "domain": filters.get("domain"),
        "region": filters.get("region"),
        "buyer": getattr(buyer, "pk", buyer),
        "q": filters.get("words"),
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return (f"{path}?{query}" if query else path) if path else ""


def _written_to_enough(email: str) -> bool:
    """Whether this address has been sent its links for this hour; the address itself is not kept for it."""
    key = f"subscribe-mails:{salted_hmac('huiqun.subscribe', email.casefold()).hexdigest()}"
    if cache.add(key, 1, throttle.HOUR):
        return False
    try:
        return cache.incr(key) > MAILS_AN_HOUR
    except ValueError:  # the hour ended between the two calls
        return False


def _given(request: HttpRequest) -> dict[str, str]:
    """Filters that a list passed on in the address."""
    names = {"domain": "domain", "region": "region", "buyer": "buyer", "q": "words"}
    return {field: request.GET[name].replace("\x00", "")[:100] for name, field in names.items() if name in request.GET}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """By e-mail, without an account. Whoever is logged in is led to their own list."""
    if request.user.is_authenticated:
        return redirect(f"{_own_path()}?{request.GET.urlencode()}" if request.GET else _own_path())
    if request.method == "POST" and throttle.too_many(request, "subscribe", TRIES_AN_HOUR):
        return _ends(request, _("Too many tries"), _("Please try again in an hour."), 429)
    notice = consents.current("subscription")
    posted = request.POST if request.method == "POST" else None
    form = SubscribeForm(posted, initial=_given(request), notice=notice)
    if form.is_valid():
        email = form.cleaned_data["email"]
        if not _written_to_enough(email):
            actions.ask(email, form.filters())
        # the same words whether or not the address is known: nobody learns who subscribes
        return _ends(
            request,
            _("One more click"),
            _("A link was sent to this address. The subscription begins when it is clicked, within three days."),
        )
    context = {"form": form, "notice": notice, "feed": feed_of(_given(request))}
    return render(request, "opendata/subscribe.html", context, status=400 if posted is not None else 200)


def _ends(request: HttpRequest, title: str, words: str, status: int = 200) -> HttpResponse:
    return render(request, "opendata/subscribe_end.html", {"title": title, "words": words}, status=status)


def _own_path() -> str:
    return reverse("own_subscriptions")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the first mail. A button, because mail filters follow links by themselves."""
    subscription = actions.find(actions.CONFIRM, token)
    if subscription is None:
        return _ends(
            request,
            _("This link is no longer valid"),
            _("It works for three days. Please subscribe once more."),
            410,
        )
    if request.method == "POST":
        actions.confirm(subscription)
        words = _("New notices that fit will be sent to you. Every mail carries a link to leave.")
        return _ends(request, _("You are subscribed"), words)
    context = {"subscription": subscription, "title": _("Confirm the subscription"), "button": _("Confirm")}
    return render(request, "opendata/subscribe_click.html", context)


@csrf_exempt  # RFC 8058: the mail program posts this itself; the signed link is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """One click, and the address is gone. Clicking twice says the same."""
    subscription = actions.find(actions.LEAVE, token)
    if request.method == "POST" or subscription is None:
        if subscription is not None:
            actions.leave(subscription)
        return _ends(request, _("You have left"), _("Your address and your filters are deleted."))
    context = {"subscription": subscription, "title": _("Leave the subscription"), "button": _("Unsubscribe")}
    return render(request, "opendata/subscribe_click.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """One's own subscriptions inside the site, a new one, and what they have found."""
    posted = request.POST if request.method == "POST" else None
    form = OwnForm(posted, initial=_given(request))
    if form.is_valid():
        if actions.subscribe(request.user, form.filters()):  # type: ignore[arg-type] # login_required
            messages.success(request, _("Subscribed. New notices that fit will be listed here."))
        else:
            messages.error(request, _("You have this subscription already, or twenty others. Remove one first."))
        return redirect("own_subscriptions")
    rows = list(Subscription.objects.filter(user=request.user.pk).select_related("buyer"))
    for row in rows:
        row.feed = feed_of({"domain": row.domain, "region": row.region, "buyer": row.buyer_id, "words": row.words})  # type: ignore[attr-defined]
    found = Match.objects.filter(subscription__user=request.user.pk).select_related("notice__project__buyer")
    context = {"form": form, "rows": rows, "page": page_of(found, request)}
    return render(request, "opendata/subscriptions.html", context, status=400 if posted is not None else 200)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """404 for a subscription that is not one's own."""
    actions.leave(get_object_or_404(Subscription, pk=pk, user=request.user.pk))
    messages.success(request, _("The subscription is removed, with what it had found."))
    return redirect("own_subscriptions")
