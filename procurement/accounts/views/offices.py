"""The administrators' pages: every organisation, those that wait to be verified, bringing one in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procurement.accounts import guards
from procurement.accounts.actions import invitations, registrations
from procurement.accounts.actions import organisations as data
from procurement.accounts.enums import OrganisationKind, RegistrationState
from procurement.accounts.forms.offices import BringInForm, CorrectForm
from procurement.accounts.forms.organisations import DecisionForm
from procurement.accounts.forms.people import InviteForm
from procurement.accounts.models import Organisation, OrganisationRecord, Registration
from procurement.accounts.permissions import administrator
from procurement.accounts.views.organisations import form_page, in_order
from procurement.accounts.views.people import rows_of, show_links
from procurement.accounts.views.seats import administrators_only
from procurement.accounts.workspace.desk import Actor
from workflows import engine
from workflows.errors import TransitionBlocked
from workflows.machine import Act

A_PAGE = 50
WAITS = Q(registration__state=RegistrationState.REGISTERED) | Q(qualifications__state="submitted")


@administrators_only
@require_safe
def organisations(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every organisation: by words, by kind, and those with something to decide."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    kind = request.GET.get("kind", "")
    kind = kind if kind in OrganisationKind.values else ""
    waiting = request.GET.get("waiting") == "1"
    found = Organisation.objects.select_related("registration").annotate(
        people=Count("memberships", filter=Q(memberships__active=True), distinct=True),
        papers=Count("qualifications", filter=Q(qualifications__state="submitted"), distinct=True),
    )
    if words:
        found = found.filter(Q(name__icontains=words) | Q(code__istartswith=words))
    if kind:
        found = found.filter(kind=kind)
    if waiting:
        found = found.filter(WAITS)
    context = {
        "page": Paginator(found.order_by("name", "pk"), A_PAGE).get_page(request.GET.get("page")),
        "q": words,
        "kind": kind,
        "waiting": waiting,
        "kinds": OrganisationKind.choices,
    }
    return render(request, "accounts/organisations.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A buyer, a station, an agency, or a supplier known from before, with the person who will manage it."""
    form = BringInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                made = registrations.bring_in(form.save(commit=False), by=actor.user, **form.first_person)
        except IntegrityError:
            form.add_error(None, _("Somebody was faster: this organisation is here now."))
        else:
            return show_links(request, [made], reverse("organisation", args=[made.organisation_id]))
    return form_page(
        request,
        form,
        title=_("Bring in an organisation"),
        button=_("Bring in and invite"),
        back=reverse("organisations"),
        back_to=_("Organisations"),
    )


def _organisation(pk: int) -> Organisation:
    found = Organisation.objects.select_related("registration__decided_by", "registration__applicant").filter(pk=pk)
    organisation = found.first()
    if organisation is None:
        raise Http404
    return organisation


def _moves(registration: Registration | None, actor: Actor) -> list[tuple[str, Any]]:
    if registration is None:
        return []
    if not administrator(registration, Act(by=actor.user, at=actor.at, organisation=actor.organisation)):
        return []
    offered = {"registered": ("verify", "refuse"), "verified": ("revoke",)}.get(registration.state, ())
    return [(name, registration.transitions[name].label) for name in offered]


def _show(
    request: HttpRequest, actor: Actor, organisation: Organisation, status: int = 200, **more: Any
) -> HttpResponse:
    registration = getattr(organisation, "registration", None)
    moves = _moves(registration, actor)
    context = {
        "organisation": organisation,
        "registration": registration,
        "form": DecisionForm(moves=moves) if moves else None,
        "reasons": engine.warnings(registration.verify, **actor.as_organisation)
        if registration is not None and registration.state == RegistrationState.REGISTERED
        else [],
        "papers": in_order(organisation.qualifications.select_related("file").exclude(state="draft")),
        "standing": list(guards.may_take_part(organisation, timezone.localdate(actor.at))),
        "today": timezone.localdate(actor.at),
        "records": [(one, differences(one)) for one in organisation.records.select_related("by")[:50]],
        **rows_of(organisation, actor.at),
        **more,
    }
    return render(request, "accounts/office_organisation.html", context, status=status)


@administrators_only
@require_safe
def organisation(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """One organisation with its papers, its people, and what there is to decide."""
    return _show(request, actor, _organisation(pk))


def differences(record: OrganisationRecord) -> list[tuple[Any, str, str]]:
    """Label, old and new of every field that a record changed."""
    of, now = Organisation(**record.before), Organisation(**record.after)
    label: Any = Organisation._meta.get_field
    return [(label(name).verbose_name, _shown(of, name), _shown(now, name)) for name in record.after]


def _shown(organisation: Organisation, name: str) -> str:
    if name == "small_enterprise":
        return _("yes") if organisation.small_enterprise else _("no")
    shown = getattr(organisation, f"get_{name}_display", None)
    return str((shown() if shown else getattr(organisation, name)) or "—")


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Corrects what was entered or registered; the old words stay in the record."""
    found, back = _organisation(pk), reverse("organisation", args=[pk])
    form = CorrectForm(request.POST if request.method == "POST" else None, instance=_organisation(pk))
    if form.is_valid():
        try:
            done = data.change(found, form.given, by=actor.user, reason=form.cleaned_data["reason"])
        except IntegrityError:
            form.add_error(None, _("Somebody was faster: this organisation is here now."))
        else:
            messages.success(request, _("Corrected.") if done else _("Nothing was different."))
            return redirect(back)
    return form_page(
        request, form, title=_("Correct the organisation's data"), button=_("Correct"), back=back, back_to=str(found)
    )


@administrators_only
@require_POST
def decide(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Verifies a registration, refuses it, or takes the verification back; always with words."""
    found = _organisation(pk)
    registration = getattr(found, "registration", None)
    moves = _moves(registration, actor)
    if registration is None or not moves:
        raise PermissionDenied(_("There is nothing to decide here, or it is not yours to decide."))
    form = DecisionForm(request.POST, moves=moves)
    if not form.is_valid():
        return _show(request, actor, found, 400, form=form)
    given = form.cleaned_data
    try:
        registrations.decide(registration, given["move"], reason=given["reason"], **actor.as_organisation)
    except TransitionBlocked as refusal:
        return _show(request, actor, _organisation(pk), 409, form=form, refused=refusal.reasons)
    messages.success(request, _("Decided; the organisation is told."))
    return redirect("organisation", pk=pk)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def invite_into(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Somebody into any organisation, with any role that can be held there."""
    found = _organisation(pk)
    posted = request.POST if request.method == "POST" else None
    form = InviteForm(posted, organisation=found, by_administrator=True)
    back = reverse("organisation", args=[pk])
    if form.is_valid():
        return show_links(request, [invitations.invite(found, by=actor.user, **form.cleaned_data)], back)
    title = _("Invite somebody into %(organisation)s") % {"organisation": found}
    return form_page(request, form, title=title, button=_("Invite"), back=back, back_to=str(found))
