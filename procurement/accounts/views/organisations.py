"""The organisation acted for: its data, its papers, its mandates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procurement.accounts import guards, mandates
from procurement.accounts.actions import organisations as data
from procurement.accounts.actions import qualifications
from procurement.accounts.enums import QualificationKind, RegistrationState
from procurement.accounts.forms.organisations import (
    ContactForm,
    DecisionForm,
    QualificationForm,
    kept,
)
from procurement.accounts.models import Mandate, Organisation, Qualification
from procurement.accounts.permissions import administrator, is_administrator, manages
from procurement.accounts.views.seats import at_desk, managers_only, private
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.common import vault
from procurement.common.models import PrivateFile
from workflows import engine
from workflows.errors import TransitionBlocked
from workflows.machine import Act


@private
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The organisation acted for, as every member sees it."""
    actor = at_desk(request)
    organisation: Organisation = actor.organisation
    context = {
        "organisation": organisation,
        "registration": getattr(organisation, "registration", None),
        "may_manage": manages(request.user, organisation, actor.at),
        "papers": (papers := in_order(organisation.qualifications.select_related("file"))),
        "shows_papers": papers or not (organisation.is_buyer or organisation.is_station),
        "standing": list(guards.may_take_part(organisation, timezone.localdate(actor.at))),
        "mandates": Mandate.objects.filter(buyer=organisation).select_related("agency", "buyer")
        if organisation.is_buyer
        else Mandate.objects.filter(agency=organisation).select_related("agency", "buyer"),
        "reads_mandates": bool(actor.roles),
        "grants": mandates.grants(actor.user, organisation, actor.roles, actor.at),
        "takes_mandates": organisation.is_buyer or organisation.kind == "agency",
        "today": timezone.localdate(actor.at),
    }
    return render(request, "accounts/organisation.html", context)


def in_order(papers: Iterable[Qualification]) -> list[Qualification]:
    """Papers as they are asked for: the certificate first; of a kind the one that lasts longest."""
    kinds = QualificationKind.values
    return sorted(papers, key=lambda paper: kinds.index(paper.kind))


def form_page(request: HttpRequest, form: Any, status: int | None = None, **context: Any) -> HttpResponse:
    """A page with one form: ``title``, ``button``, and the way back (``back``, ``back_to``)."""
    status = status or (400 if form.is_bound else 200)
    return render(request, "accounts/form_page.html", {"form": form, **context}, status=status)


def _back() -> dict[str, Any]:
    return {"back": reverse("own_organisation"), "back_to": _("Organisation")}


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Address and contact, as its managers keep them."""
    organisation = actor.organisation
    registration = getattr(organisation, "registration", None)
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        instance=Organisation.objects.get(pk=organisation.pk),
        may_rename=registration is not None and registration.state != RegistrationState.VERIFIED,
    )
    if form.is_valid():
        data.change(organisation, form.cleaned_data, by=actor.user)
        messages.success(request, _("Saved."))
        return redirect("own_organisation")
    return form_page(request, form, title=_("Address and contact"), button=_("Save"), **_back())


@managers_only
@require_POST
def hand_in_again(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A refused registration, once more."""
    registration = getattr(actor.organisation, "registration", None)
    if registration is None:
        raise Http404
    try:
        engine.perform(registration.hand_in_again, **actor.as_organisation)
        messages.success(request, _("Handed in once more."))
    except TransitionBlocked as refusal:
        messages.error(request, " ".join(str(reason) for reason in refusal.reasons))
    return redirect("own_organisation")


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def add_qualification(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A new paper, kept as a draft."""
    new = Qualification(organisation=actor.organisation)
    form = QualificationForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        instance=new,
        initial=_as_before(request, actor),
    )
    if form.is_valid():
        made = _keep(form, actor)
        messages.success(request, _("Kept as a draft. Look at it once more and hand it in."))
        return redirect("qualification", pk=made.pk)
    return form_page(request, form, title=_("Add a qualification"), button=_("Keep as a draft"), **_back())


def _as_before(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What a renewal takes over from the paper it follows."""
    after = request.GET.get("after", "")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        return {}
    return actor.organisation.qualifications.filter(pk=after).values("kind", "value", "number").first() or {}


@transaction.atomic
def _keep(form: QualificationForm, actor: Actor) -> Qualification:
    paper = form.save(commit=False)
    if form.cleaned_data.get("paper"):
        paper.file = kept(form.cleaned_data["paper"], actor.organisation)
    return qualifications.keep_draft(paper, by=actor.user, organisation=actor.organisation)


def _paper(request: HttpRequest, pk: int) -> tuple[Qualification, Actor, bool]:
    """The paper, who looks at it, and whether as an administrator; 404 for everybody else."""
    found = Qualification.objects.select_related("organisation", "file", "submitted_by", "decided_by").filter(pk=pk)
    paper = found.first()
    if paper is None:
        raise Http404
    actor = actor_of(request)
    member = actor.organisation is not None and actor.organisation.pk == paper.organisation_id and bool(actor.roles)
    if member:
        return paper, actor, False
    if is_administrator(request.user):
        return paper, actor, True
    raise Http404


@private
@require_http_methods(["GET", "HEAD", "POST"])
def qualification(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper: changed and handed in by its organisation's managers, judged by an administrator."""
    paper, actor, as_administrator = _paper(request, pk)
    may_manage = not as_administrator and manages(request.user, actor.organisation, actor.at)
    if request.method != "POST":
        return _show(request, paper, actor, may_manage, as_administrator)
    if as_administrator:
        return _decide(request, paper, actor)
    if not may_manage:
        raise PermissionDenied(_("This is done by a manager of your organisation."))
    if "move" in request.POST:
        return _move(request, paper, actor)
    if not paper.editable:
        messages.error(request, _("It has been handed in and cannot be changed."))
        return redirect("qualification", pk=pk)
    form = QualificationForm(request.POST, request.FILES or None, instance=paper)
    if form.is_valid():
        try:
            _keep(form, actor)
        except TransitionBlocked as refusal:
            return _show(request, paper.fresh(), actor, may_manage, False, refused=refusal.reasons, status=409)
        messages.success(request, _("Saved."))
        return redirect("qualification", pk=pk)
    return _show(request, paper, actor, may_manage, False, form=form, status=400)


def _move(request: HttpRequest, paper: Qualification, actor: Actor) -> HttpResponse:
    name = request.POST["move"]
    if name not in ("submit", "withdraw"):
        raise Http404
    try:
        engine.perform(getattr(paper, name), **actor.as_organisation)
    except TransitionBlocked as refusal:
        return _show(request, paper.fresh(), actor, True, False, refused=refusal.reasons, status=409)
    messages.success(
        request, _("Handed in; an officer looks at it.") if name == "submit" else _("Taken back; it is a draft again.")
    )
    return redirect("qualification", pk=paper.pk)


def _decisions(paper: Qualification, actor: Actor) -> list[tuple[str, Any]]:
    """What an administrator can decide now; nothing on papers of an own organisation."""
    if not administrator(paper, Act(by=actor.user, at=actor.at, organisation=actor.organisation)):
        return []
    offered = {"submitted": ("verify", "send_back"), "verified": ("send_back",)}.get(paper.state, ())
    return [(name, paper.transitions[name].label) for name in offered]


def _decide(request: HttpRequest, paper: Qualification, actor: Actor) -> HttpResponse:
    moves = _decisions(paper, actor)
    if not moves:
        raise PermissionDenied(_("There is nothing to decide here, or it is not yours to decide."))
    form = DecisionForm(request.POST, moves=moves)
    if not form.is_valid():
        return _show(request, paper, actor, False, True, decision=form, status=400)
    given = form.cleaned_data
    try:
        qualifications.decide(paper, given["move"], reason=given["reason"], **actor.as_organisation)
    except TransitionBlocked as refusal:
        return _show(request, paper.fresh(), actor, False, True, refused=refusal.reasons, decision=form, status=409)
    messages.success(request, _("Decided; the organisation is told."))
    return redirect("organisation", pk=paper.organisation_id)


def _show(
    request: HttpRequest,
    paper: Qualification,
    actor: Actor,
    may_manage: bool,
    as_administrator: bool,
    *,
    form: Any = None,
    decision: Any = None,
    refused: Any = None,
    status: int = 200,
) -> HttpResponse:
    moves = _decisions(paper, actor) if as_administrator else []
    if form is None and may_manage and paper.editable:
        form = QualificationForm(instance=paper)
    reasons = engine.blockers(paper.submit, **actor.as_organisation) if may_manage and paper.editable else []
    context = {
        "paper": paper,
        "form": form,
        "decision": decision or (DecisionForm(moves=moves) if moves else None),
        "refused": refused,
        "reasons": reasons,
        "may_manage": may_manage,
        "as_administrator": as_administrator,
        "sees_number": may_manage or as_administrator,
        "today": timezone.localdate(actor.at),
    }
    return render(request, "accounts/qualification.html", context, status=status)


@private
@require_safe
def qualification_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The paper itself."""
    paper, actor, as_administrator = _paper(request, pk)
    if not as_administrator and not manages(request.user, actor.organisation, actor.at):
        raise PermissionDenied(_("This is done by a manager of your organisation."))
    return served(paper.file)


def served(file: PrivateFile | None) -> HttpResponseBase:
    """A file of the vault as a download."""
    if file is None:
        raise Http404
    response = StreamingHttpResponse(vault.open_plain(file), content_type=file.media_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    response["Content-Length"] = str(file.size)
    return response
