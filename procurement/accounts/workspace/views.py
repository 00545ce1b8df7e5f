"""The workspace: what waits for me, and one page a deed with its rules, its form and its button."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from procurement.accounts import acting
from procurement.accounts.enums import Role
from procurement.accounts.permissions import is_administrator, roles_of
from procurement.accounts.workspace import agenda, duties, forms, tables
from procurement.accounts.workspace.desk import Actor, Deed, find
from workflows.clock import database_now
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def actor_of(request: HttpRequest) -> Actor:
    """The person at the desk, for the organisation chosen in this session."""
    now, organisation = database_now(), acting.organisation_of(request)
    return Actor(request.user, organisation, frozenset(roles_of(request.user, organisation, now)), now)


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What waits for this person, by when, and what they may do besides."""
    actor = actor_of(request)
    labels = dict(Role.choices)
    context = {
        "agenda": agenda.of(actor),
        "owed": duties.for_actor(actor),
        "tables": tables.tables_for(actor),
        "roles": [labels[role] for role in sorted(actor.roles) if role in labels],
        "actor": actor,
        "manages": is_administrator(request.user),
    }
    return render(request, "workspace/index.html", context)


def _subject(found: Deed, actor: Actor, pk: int) -> Any:
    """The row, if it is this actor's at all; ``Http404`` where it is not, as if it did not exist."""
    subject = found.mine(actor).filter(pk=pk).distinct().first()
    if subject is None:
        raise Http404
    return subject


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deed(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One deed on one row: shown with every rule, done on POST, or refused with every reason."""
    found = find(key)
    if found is None:
        raise Http404
    actor = actor_of(request)
    if not found.may_be_done_by(actor):
        raise PermissionDenied(_("This is done by somebody with another role."))
    subject = _subject(found, actor, pk)
    if not found.waiting(actor).filter(pk=pk).exists():
        messages.info(request, _("“%(deed)s” has been done already, or cannot be done yet.") % {"deed": found.label})
        return redirect("workspace")
    if found.page:
        return redirect(found.page(subject))
    form = _form(found, subject, actor, request)
    if request.method == "POST" and form.is_valid():
        return _do(request, found, subject, actor, form)
    return _page(request, found, subject, actor, form, status=400 if form.is_bound else 200)


def _form(found: Deed, subject: Any, actor: Actor, request: HttpRequest) -> Form:
    fields = found.fields(subject, actor) if found.fields else {}
    if request.method != "POST":
        fields |= {
            f"reason_{reason.rule}": forms.text(_("Reason for %(rule)s") % {"rule": reason.rule}, 2000, 2)
            for reason in found.judged(subject, actor)
            if reason.needs_reason and not reason.blocks
        }
    else:
        fields |= {
            name: forms.text(_("Reason for %(rule)s") % {"rule": name.removeprefix("reason_")}, 2000, 2)
            for name in request.POST
            if name.startswith("reason_") and len(name) < 30
        }
    if found.hurts:
        fields["sure"] = forms.sure(_("I am sure: this cannot be undone."))
    return forms.build(fields, request.POST if request.method == "POST" else None)


def _do(request: HttpRequest, found: Deed, subject: Any, actor: Actor, form: Form) -> HttpResponse:
    given = {name: value for name, value in form.cleaned_data.items() if not name.startswith("reason_")}
    given.pop("sure", None)
    reasons = {
        name.removeprefix("reason_"): value for name, value in form.cleaned_data.items() if name.startswith("reason_")
    }
    if reasons:
        given["reasons"] = reasons
    try:
        result = found.do(subject, actor, given)
    except TransitionBlocked as refusal:
        return _page(request, found, found.mine(actor).get(pk=subject.pk), actor, form, refusal.reasons, status=409)
    if isinstance(result, dict):
        return render(request, "workspace/done.html", {"deed": found, "subject": subject, **result})
    done = result if isinstance(result, str) else _("Done: %(deed)s.") % {"deed": found.label}
    messages.success(request, done)
    return redirect("workspace")


def _page(
    request: HttpRequest,
    found: Deed,
    subject: Any,
    actor: Actor,
    form: Form,
    refused: list[Reason] | None = None,
    status: int = 200,
) -> HttpResponse:
    notice = found.preview(subject, actor) if found.preview else None
    reasons = refused or found.judged(subject, actor) + (notice.reasons if notice else [])
    context = {
        "deed": found,
        "subject": subject,
        "project": getattr(subject, "project", None) or (subject if hasattr(subject, "domain") else None),
        "facts": [
            (label, value) for label, value in (found.facts(subject) if found.facts else []) if value not in ("", None)
        ],
        "form": form,
        "reasons": reasons,
        "notice": notice,
        "refused": refused,
        "blocked": any(reason.blocks for reason in reasons) and not refused,
        "actor": actor,
    }
    return render(request, "workspace/deed.html", context, status=status)
