"""Pages of the security administrator (locks, logins) and of the audit administrator (checks of the log)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from procurement.accounts import checking, safety
from procurement.accounts.enums import Role
from procurement.accounts.models import LogCheck, Membership, User
from procurement.accounts.views.organisations import form_page
from procurement.accounts.views.seats import View, private, role_names
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from workflows.errors import TransitionBlocked

SHOWN = 50  # records and memberships of one login


def _only(role: Role, words: Callable[[], str]) -> Callable[[View], View]:
    """The page gets ``actor``, who holds ``role``; each of the three administrators sees the own pages alone."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if role not in actor.roles:
                raise PermissionDenied(words())
            return view(request, actor, *args, **more)

        return private(guarded)

    return decorate


security_only = _only(Role.SECURITY_ADMIN, lambda: _("This is done by a security administrator."))
audit_only = _only(Role.AUDIT_ADMIN, lambda: _("This is done by an audit administrator."))


@security_only
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """One locked login: how often, from where, until when; unlocked with a reason."""
    lock = next((one for one in safety.locks(actor.at) if one.pk == pk), None)
    if lock is None:
        raise Http404
    told = _("%(failures)d failures from %(address)s; locked until %(until)s.") % {
        "failures": lock.failures,
        "address": lock.address or "—",
        "until": forms.said(lock.until),
    }
    posted = request.POST if request.method == "POST" else None
    form = forms.build({"reason": forms.text(_("Why"), 500, 3, help_text=told)}, posted)
    if form.is_valid():
        try:
            safety.unlock(lock, reason=form.cleaned_data["reason"], **actor.as_organisation)
        except TransitionBlocked as refusal:
            for reason in refusal.reasons:
                form.add_error(None, str(reason))
            return form_page(request, form, **_unlocking(lock), status=409)
        messages.success(request, _("The lock is off."))
        return redirect("table", "locks")
    return form_page(request, form, **_unlocking(lock))


def _unlocking(lock: safety.Lock) -> dict[str, Any]:
    return {
        "title": _("Unlock %(login)s") % {"login": lock.login},
        "button": _("Unlock"),
        "back": reverse("table", args=["locks"]),
        "back_to": _("Locked logins"),
    }


ACTS = {"second_factor": safety.take_off_second_factor, "sign_out": safety.sign_out}


@security_only
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """One login: its second factor, its sessions, its roles, what was done to it; the two things that can be done."""
    person = get_object_or_404(User, pk=pk)
    if request.method != "POST":
        return _login(request, actor, person)
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        return _login(request, actor, person, status=400)
    try:
        act(person, reason=request.POST.get("reason", "")[:500], **actor.as_organisation)
    except TransitionBlocked as refusal:
        return _login(request, actor, person, status=409, refused=refusal.reasons)
    messages.success(request, _("Done; it is on record, and the person is told."))
    return redirect("login_state", pk)


def _login(request: HttpRequest, actor: Actor, person: User, status: int = 200, refused: Any = None) -> HttpResponse:
    held = (
        Membership.objects.filter(user=person).select_related("organisation").order_by("-active", "organisation__name")
    )
    context = {
        "person": person,
        "factors": safety.second_factors(person),
        "sessions": sum(1 for _key in safety.sessions_of(person, actor.at)),
        "memberships": [(one, role_names(one.roles)) for one in held[:SHOWN]],
        "deputies": person.deputy_for.select_related("membership__organisation", "membership__user")[:SHOWN],
        "records": person.safety_records.select_related("by")[:SHOWN],
        "own": person.pk == actor.user.pk,
        "refused": refused,
        "reason": request.POST.get("reason", "")[:500],
    }
    return render(request, "accounts/login_state.html", context, status=status)


@audit_only
@require_http_methods(["GET", "HEAD", "POST"])
def order_check(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Orders a check of the whole log."""
    if request.method != "POST":
        return render(request, "accounts/log_check_order.html", {"last": LogCheck.objects.first()})
    try:
        made = checking.order(by=actor.user)
    except TransitionBlocked as refusal:
        messages.error(request, " ".join(str(reason) for reason in refusal.reasons))
        return redirect("table", "log_checks")
    return redirect("log_check", made.pk)


@audit_only
@require_safe
def check(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """How far a check is, and what it found."""
    found = get_object_or_404(LogCheck.objects.select_related("job", "ordered_by"), pk=pk)
    context = {
        "check": found,
        "read": checking.read_so_far(found),
        "failed": checking.failed(found),
        "more": found.fault_count - len(found.faults),
    }
    return render(request, "accounts/log_check.html", context)
