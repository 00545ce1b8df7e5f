"""A buyer's mandates for agencies: given, read by both sides, revoked with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from procurement.accounts.actions import mandates as acts
from procurement.accounts.enums import MandateAct
from procurement.accounts.forms.organisations import kept
from procurement.accounts.models import Mandate
from procurement.accounts.permissions import manages
from procurement.accounts.views.organisations import form_page, served
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.projects.mandating import MandateForm, grants, mandates_of
from procurement.projects.models import Project


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A buyer gives an agency its mandate."""
    actor = actor_of(request)
    if not grants(actor):
        if actor.organisation is not None and not actor.organisation.is_buyer and _keeps(actor):
            raise Http404
        raise PermissionDenied(_("Mandates are given by an approver or a manager of the buyer."))
    posted = request.POST if request.method == "POST" else None
    form = MandateForm(posted, request.FILES or None, buyer=actor.organisation)
    if form.is_valid() and _grant(form, actor):
        messages.success(request, _("The mandate is kept."))
        return redirect("mandate", form.instance.pk)
    title, button = _("Give an agency a mandate"), _("Keep the mandate")
    back, to = reverse("own_organisation"), _("Organisation")
    return form_page(request, form, title=title, button=button, back=back, back_to=to)


def _keeps(actor: Actor) -> bool:
    return manages(actor.user, actor.organisation, actor.at)


def _grant(form: MandateForm, actor: Actor) -> bool:
    mandate: Mandate = form.save(commit=False)
    try:
        with transaction.atomic():
            if form.cleaned_data.get("paper"):
                mandate.file = kept(form.cleaned_data["paper"], actor.organisation)
            acts.grant(mandate, **actor.as_organisation)
    except IntegrityError:
        form.add_error("number", _("A mandate with this number is there already."))
        return False
    return True


def _mandate(request: HttpRequest, pk: int) -> tuple[Mandate, Actor]:
    """The mandate, for the people of its two sides; nobody else learns that it is there."""
    actor = actor_of(request)
    found = mandates_of(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found, actor


def _reads_file(mandate: Mandate, actor: Actor) -> bool:
    return _keeps(actor) or (mandate.buyer_id == actor.organisation.pk and grants(actor))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """One mandate: what it covers, until when; revoked here by the buyer, with a reason that the agency reads."""
    found, actor = _mandate(request, pk)
    form = None
    if found.buyer_id == actor.organisation.pk and grants(actor) and found.ended_at is None:
        posted = request.POST if request.method == "POST" else None
        form = forms.build({"reason": forms.text(_("Why it is revoked"), 500, 3)}, posted)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(_("Mandates are given by an approver or a manager of the buyer."))
        if form.is_valid():
            acts.revoke(found, reason=form.cleaned_data["reason"], by=request.user)  # type: ignore[arg-type] # logged in
            messages.success(request, _("The mandate is revoked; from now on it opens nothing."))
            return redirect("mandate", pk)
    return render(request, "projects/mandate.html", _context(found, actor, form), status=_status(form))


def _status(form: Form | None) -> int:
    return 400 if form is not None and form.is_bound else 200


def _context(found: Mandate, actor: Actor, form: Form | None) -> dict[str, Any]:
    today, names = timezone.localdate(actor.at), dict(MandateAct.choices)
    return {
        "mandate": found,
        "acts": [names[act] for act in MandateAct.values if act in found.acts],
        "project": Project.objects.filter(number=found.thread).first() if found.thread else None,
        "begins_later": found.valid_from > today,
        "over": found.valid_until < today,
        "reads_file": _reads_file(found, actor),
        "form": form,
    }


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The agreement, for those who gave it and for managers of both sides."""
    found, actor = _mandate(request, pk)
    if not _reads_file(found, actor):
        raise PermissionDenied(_("This is done by a manager of your organisation."))
    return served(found.file)
