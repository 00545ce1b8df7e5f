"""A person's own data: seen, corrected, and what was agreed to (个人信息保护法 art 44–46)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from procurement.accounts.forms.me import AboutMeForm
from procurement.accounts.models import Consent, User
from procurement.accounts.views.seats import private, role_names


@private
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Whoever is logged in, and nobody else's data."""
    person = get_object_or_404(User, pk=request.user.pk)
    form = AboutMeForm(request.POST if request.method == "POST" else None, instance=person)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("me")
    memberships = person.memberships.filter(active=True).select_related("organisation").order_by("organisation__name")
    context = {
        "form": form,
        "username": request.user.get_username(),
        "memberships_here": [(one, role_names(one.roles)) for one in memberships],
        "consents": Consent.objects.filter(user=person).select_related("notice"),
    }
    return render(request, "accounts/me.html", context, status=400 if form.is_bound else 200)
