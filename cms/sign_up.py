"""Signing up for an event: a short form, places counted under a lock, an entry that its owner can take back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procurement.accounts import consents
from procurement.accounts.forms.fields import MobileField
from procurement.accounts.throttle import too_many
from workflows.clock import database_now

if TYPE_CHECKING:
    from cms.models import EventPage

NOTICE = "event"
AN_HOUR = 30  # sign-ups from one address: a station enters its residents one after another
MOST_TOGETHER = 50


class SignUpForm(forms.Form):
    """What is needed to keep a place, and no more."""

    name = forms.CharField(label=gettext_lazy("your name"), max_length=60)
    mobile = MobileField(label=gettext_lazy("mobile"))
    organisation = forms.CharField(label=gettext_lazy("organisation"), max_length=200, required=False)
    people = forms.IntegerField(label=gettext_lazy("how many come"), min_value=1, max_value=MOST_TOGETHER, initial=1)
    remark = forms.CharField(label=gettext_lazy("anything we should know"), max_length=300, required=False)
    consent = forms.BooleanField(
        label=gettext_lazy("I have read the notice and agree"),
        error_messages={"required": gettext_lazy("Without your agreement we may not keep your name and number.")},
    )


def serve(page: EventPage, request: HttpRequest) -> HttpResponse:
    """The page of an event; a post signs up. The form stands on a page of its own, so that this one can be kept."""
    from procurement.common import page_cache

    if request.method == "POST":
        return _take(page, request)
    if "sign-up" in request.GET:
        return _form(page, request, SignUpForm())
    page_cache.show(request, f"page:{page.pk}", *page.subjects())
    return TemplateResponse(request, page.template, page.get_context(request))


def _form(page: EventPage, request: HttpRequest, form: SignUpForm, status: int = 200) -> HttpResponse:
    now = database_now()
    context = {
        "page": page,
        "form": form,
        "notice": consents.current(NOTICE),
        "takes_sign_ups": page.takes_sign_ups(now),
        "left": page.left(),
        "now": now,
    }
    response = render(request, "cms/sign_up.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _take(page: EventPage, request: HttpRequest) -> HttpResponse:
    if too_many(request, "sign-up", AN_HOUR):
        form = SignUpForm(request.POST)
        form.add_error(None, _("Too many sign-ups from here. Please try again in an hour."))
        return _form(page, request, form, 429)
    form = SignUpForm(request.POST)
    if not form.is_valid():
        return _form(page, request, form, 422)
    entry = keep(page, form)
    return HttpResponseRedirect(reverse("sign_up", args=[entry.token])) if entry else _form(page, request, form, 422)


@transaction.atomic
def keep(page: EventPage, form: SignUpForm) -> Any:
    """Takes the places, or adds to ``form`` why not and returns nothing. Two at once are counted one by one."""
    from cms.models import EventPage, SignUp

    locked = EventPage.objects.select_for_update(of=("self",)).get(pk=page.pk)
    given = form.cleaned_data
    left = locked.left()
    if not locked.takes_sign_ups(database_now()):
        form.add_error(None, _("Sign-up is not open now."))
    elif SignUp.objects.filter(event=locked, mobile=given["mobile"]).exists():
        form.add_error("mobile", _("Somebody has signed up with this number. Withdraw that entry to change it."))
    elif left is not None and given["people"] > left:
        form.add_error(
            "people", ngettext("Only %(left)d place is left.", "Only %(left)d places are left.", left) % {"left": left}
        )
    if form.errors:
        return None
    entry = SignUp(
        event=locked,
        at=database_now(),
        **{name: given[name] for name in ("name", "mobile", "organisation", "people", "remark")},
    )
    digest = hashlib.sha256(entry.token.encode()).hexdigest()[:40]
    entry.consent = consents.record(NOTICE, subject=f"event:{digest}")
    entry.save()
    return entry


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, token: str) -> HttpResponse:
    """One's own entry by its secret address; a post withdraws it, and it is gone (I3, I4)."""
    from cms.models import SignUp

    entry = get_object_or_404(SignUp.objects.select_related("event"), token=token)
    if request.method == "POST":
        event = entry.event
        entry.delete()
        return render(request, "cms/sign_up_gone.html", {"event": event})
    return render(request, "cms/sign_up_own.html", {"entry": entry, "event": entry.event})
