"""Questions and answers of a call, as its buyer sees them, and the taking of its documents by suppliers."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.workspace.views import actor_of
from procurement.calls import questions as acts
from procurement.calls.models import Call
from procurement.calls.views.rooms import call_of_buyer
from procurement.common.preferences import way_back
from workflows.errors import TransitionBlocked


@login_required
@never_cache
@require_safe
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every question of a call with its asker, for the buyer's staff and nobody else."""
    call, _actor = call_of_buyer(request, pk, Role.DRAFTER, Role.APPROVER, covered=MandateAct.QUESTIONS)
    context = {
        "call": call,
        "project": call.project,
        "questions": call.questions.select_related("supplier"),
        "takings": call.takings.select_related("organisation"),
        "corrections": call.corrections.select_related("notice"),
    }
    return render(request, "calls/questions.html", context)


@login_required
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """A supplier takes the documents: from now on it is told of every answer and correction."""
    actor = actor_of(request)
    call = get_object_or_404(Call.objects.select_related("project__buyer").exclude(state="draft"), pk=pk)
    if Role.SUPPLIER not in actor.roles:
        raise PermissionDenied(_("Documents are taken for a social organisation or another supplier."))
    try:
        acts.take_documents(call, **actor.as_organisation)
        messages.success(request, _("Noted. You will be told of every answer and correction."))
    except TransitionBlocked as refusal:
        messages.error(request, " ".join(str(reason.message) for reason in refusal.reasons))
    return HttpResponseRedirect(way_back(request, request.POST.get("next", "")))
