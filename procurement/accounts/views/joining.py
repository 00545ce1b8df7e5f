"""Coming in: the platform's first administrator, an organisation that registers, a person who was invited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from procurement.accounts import consents, throttle
from procurement.accounts.acting import SESSION_KEY
from procurement.accounts.actions import invitations, registrations, setup
from procurement.accounts.forms.joining import (
    AcceptAsForm,
    AcceptForm,
    RegisterAsForm,
    RegisterForm,
    SetupForm,
)
from procurement.accounts.models import Invitation, User
from procurement.accounts.views.seats import role_names

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TAKEN = gettext_lazy("Somebody was faster: this user name or credit code has just been taken.")
PASSWORDS = ("password1", "password2")


def _page(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    status = 400 if form.is_bound else 200
    return render(request, "accounts/joining.html", {"form": form, **context}, status=status)


@sensitive_post_parameters(*PASSWORDS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_administrator(request: HttpRequest) -> HttpResponse:
    """Exists only while the platform has no administrator."""
    if setup.is_set_up():
        raise Http404
    notice = consents.current("registration")
    form = SetupForm(request.POST if request.method == "POST" else None, notice=notice)
    if form.is_valid():
        try:
            user = setup.make_first_administrator(**form.account)
        except setup.AlreadySetUp as late:
            raise Http404 from late
        login(request, user, backend=BACKEND)
        messages.success(request, _("The platform has its administrator. Now bring in the first organisation."))
        return redirect("organisations")
    return _page(
        request,
        form,
        notice=notice,
        title=_("Set up the platform"),
        lede=_("There is no administrator yet. Whoever fills this in becomes the first one; then this page is gone."),
        button=_("Become the administrator"),
    )


@sensitive_post_parameters(*PASSWORDS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """A social organisation, or another supplier, registers itself with its first person."""
    if request.method == "POST" and throttle.too_many(request, "register", throttle.REGISTRATIONS_AN_HOUR):
        return render(request, "accounts/too_many.html", status=429)
    notice = consents.current("registration")
    known = request.user.is_authenticated
    posted = request.POST if request.method == "POST" else None
    form = RegisterAsForm(posted, notice=notice) if known else RegisterForm(posted, notice=notice)
    if form.is_valid():
        try:
            made = _register(request, form)
        except IntegrityError:
            form.add_error(None, str(TAKEN))
        else:
            request.session[SESSION_KEY] = made.organisation_id
            messages.success(
                request, _("Registered. Now hand in the certificate and the other papers; then an officer verifies.")
            )
            return redirect("own_organisation")
    return _page(
        request,
        form,
        notice=notice,
        title=_("Register an organisation"),
        lede=_(
            "For social organisations and other suppliers. Buyers, stations and agencies are invited by the"
            " platform's office; people of an organisation that is here already, by its manager."
        ),
        button=_("Register"),
    )


def _register(request: HttpRequest, form: Any) -> Any:
    if request.user.is_authenticated:
        return registrations.register(form.organisation, user=request.user)
    made = registrations.register(form.organisation, account=form.account)
    login(request, made.applicant, backend=BACKEND)
    return made


@sensitive_post_parameters(*PASSWORDS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accepting an invitation, as a new person or as the one who is logged in."""
    found = invitations.find(token)
    if found is None:
        raise Http404
    if not invitations.usable(found):
        return render(request, "accounts/invitation_gone.html", {"invitation": found}, status=410)
    notice = consents.current("registration")
    form = _accept_form(request, found, notice)
    if form.is_valid():
        try:
            return _accept(request, found, form)
        except invitations.Unusable:
            return render(request, "accounts/invitation_gone.html", {"invitation": found}, status=410)
        except IntegrityError:
            form.add_error(None, str(TAKEN))
    return _page(
        request,
        form,
        notice=notice,
        invitation=found,
        title=_("Invitation to %(organisation)s") % {"organisation": found.organisation},
        lede=_("%(name)s invites you to act for this organisation.") % {"name": found.invited_by},
        roles=role_names(found.roles),
        button=_("Accept the invitation"),
    )


def _accept_form(request: HttpRequest, found: Invitation, notice: Any) -> Any:
    posted = request.POST if request.method == "POST" else None
    if request.user.is_authenticated:
        return AcceptAsForm(posted, notice=notice)
    initial = {"display_name": found.name, "email": found.email, "mobile": found.mobile}
    return AcceptForm(posted, notice=notice, initial=initial)


def _accept(request: HttpRequest, found: Invitation, form: Any) -> HttpResponse:
    if isinstance(request.user, User):
        invitations.accept(found, user=request.user)
    else:
        person = invitations.accept(found, account=form.account)
        login(request, person, backend=BACKEND)
    request.session[SESSION_KEY] = found.organisation_id
    messages.success(request, _("You now act for %(organisation)s.") % {"organisation": found.organisation})
    return redirect("workspace")
