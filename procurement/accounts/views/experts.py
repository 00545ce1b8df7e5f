"""The expert pool: experts keep their own data, administrators see everybody's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procurement.accounts.actions import experts as actions
from procurement.accounts.enums import ExpertField, Role
from procurement.accounts.forms.experts import EmploymentForm, EndForm, InterestForm, ProfileForm
from procurement.accounts.models import Employment, ExpertProfile, Interest, User
from procurement.accounts.permissions import is_administrator, is_regulator
from procurement.accounts.views.seats import private
from workflows.clock import database_now

A_PAGE = 50


def _is_expert(user: Any) -> bool:
    return user.memberships.filter(active=True, roles__contains=[Role.EVALUATOR]).exists()


def _pool() -> QuerySet[User]:
    experts = User.objects.filter(memberships__active=True, memberships__roles__contains=[Role.EVALUATOR])
    return experts.select_related("expert_profile").distinct().order_by("display_name", "username")


@private
@require_safe
def experts(request: HttpRequest) -> HttpResponse:
    """The pool, for administrators and regulators; an expert is led to the own page."""
    if not (is_administrator(request.user) or is_regulator(request.user)):
        if _is_expert(request.user):
            return redirect("expert_mine")
        raise PermissionDenied(_("The expert pool is kept by the platform's administrators."))
    field = request.GET.get("field", "")
    field = field if field in ExpertField.values else ""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    pool = _pool()
    if field:
        pool = pool.filter(Q(expert_profile__fields__contains=[field]) | Q(expert_profile__fields=[]))
    if words:
        pool = pool.filter(Q(display_name__icontains=words) | Q(expert_profile__title__icontains=words))
    labels = dict(ExpertField.choices)
    page = Paginator(pool.prefetch_related("employments__organisation"), A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, [labels[code] for code in _profile(one).fields if code in labels], _now_at(one)) for one in page]
    context = {"page": page, "rows": rows, "field": field, "fields": ExpertField.choices, "q": words}
    return render(request, "accounts/experts.html", context)


def _profile(user: User) -> ExpertProfile:
    """The expert's own data, empty where nothing was said yet."""
    return getattr(user, "expert_profile", None) or ExpertProfile(user=user)


def _now_at(user: User) -> list[str]:
    return [one.named for one in user.employments.all() if one.ended is None]


@private
@require_safe
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """One expert's declarations, for administrators and regulators."""
    if not (is_administrator(request.user) or is_regulator(request.user)):
        raise PermissionDenied(_("The expert pool is kept by the platform's administrators."))
    user = _pool().filter(pk=pk).first()
    if user is None:
        raise Http404
    return render(request, "accounts/expert.html", _about(user))


def _about(user: User) -> dict[str, Any]:
    profile = _profile(user)
    labels = dict(ExpertField.choices)
    return {
        "expert": user,
        "profile": profile,
        "fields": [labels[code] for code in profile.fields if code in labels],
        "employments": user.employments.select_related("organisation"),
        "interests": user.interests.select_related("organisation"),
    }


@private
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """An expert's own page; ``what`` says which of its forms was sent."""
    _experts_only(request)
    user = get_object_or_404(User.objects.select_related("expert_profile"), pk=request.user.pk)
    what = request.POST.get("what", "") if request.method == "POST" else None
    if what not in (None, "profile", "employment", "interest"):
        raise Http404
    profile = ProfileForm(request.POST if what == "profile" else None, instance=_profile(user))
    employment = EmploymentForm(
        request.POST if what == "employment" else None, instance=Employment(expert=user), prefix="job"
    )
    interest = InterestForm(
        request.POST if what == "interest" else None,
        instance=Interest(expert=user, declared_at=database_now()),
        prefix="tie",
    )
    sent: Any = {"profile": profile, "employment": employment, "interest": interest}.get(what or "")
    if sent is not None and sent.is_valid():
        if sent is interest:
            actions.declare(interest.save(commit=False), by=user)
        else:
            sent.save()
        messages.success(request, _("Saved."))
        return redirect("expert_mine")
    context = _about(user) | {"profile_form": profile, "employment": employment, "interest": interest, "end": EndForm()}
    return render(request, "accounts/expert_mine.html", context, status=200 if sent is None else 400)


def _experts_only(request: HttpRequest) -> None:
    if not _is_expert(request.user):
        raise PermissionDenied(_("Only experts of the pool have this page."))


@private
@require_POST
def end_employment(request: HttpRequest, pk: int) -> HttpResponse:
    """The expert left an employer."""
    _experts_only(request)
    found = Employment.objects.filter(pk=pk, expert_id=request.user.pk).first()
    if found is None:
        raise Http404
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the day it ended."))
    elif actions.end(found, form.cleaned_data["ended"]):
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("It ends before it begins, or its end was written before."))
    return redirect("expert_mine")


@private
@require_POST
def withdraw_interest(request: HttpRequest, pk: int) -> HttpResponse:
    """A declared tie no longer holds."""
    _experts_only(request)
    found = Interest.objects.filter(pk=pk, expert_id=request.user.pk).first()
    if found is None:
        raise Http404
    if actions.withdraw(found):
        messages.success(request, _("It no longer holds from now on; the record stays."))
    return redirect("expert_mine")
