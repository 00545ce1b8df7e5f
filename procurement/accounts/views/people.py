"""The people of the organisation acted for: invitations, roles, deputies."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procurement.accounts.actions import invitations, staff
from procurement.accounts.forms.people import DeputyForm, InviteForm, MembershipForm
from procurement.accounts.models import Deputy, Invitation, Membership
from procurement.accounts.permissions import is_administrator, manages
from procurement.accounts.roles import grantable
from procurement.accounts.views.organisations import form_page
from procurement.accounts.views.seats import managers_only, private, role_names
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.common.credit_codes import mask_mobile
from workflows.clock import database_now
from workflows.errors import TransitionBlocked


def rows_of(organisation: Any, at: Any) -> dict[str, Any]:
    """An organisation's members with their deputies, and its open invitations, for a table."""
    day = timezone.localdate(at)
    members = organisation.memberships.select_related("user").prefetch_related("deputies__user")
    return {
        "members": [
            {
                "membership": one,
                "roles": role_names(one.roles),
                "mobile": mask_mobile(one.user.mobile) if one.user.mobile else "",
                "deputies": [deputy for deputy in one.deputies.all() if deputy.ends >= day],
            }
            for one in members.order_by("-active", "user__display_name", "user__username")
        ],
        "open_invitations": [
            {
                "invitation": one,
                "roles": role_names(one.roles),
                "mobile": mask_mobile(one.mobile) if one.mobile else "",
                "over": one.expires_at <= at,
            }
            for one in invitations.open_invitations(organisation)
        ],
    }


@managers_only
@require_safe
def people(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everybody of the organisation, and who was invited."""
    context = {"organisation": actor.organisation, **rows_of(actor.organisation, actor.at)}
    return render(request, "accounts/people.html", context)


def show_links(request: HttpRequest, made: list[Invitation], back: str) -> HttpResponse:
    """After inviting: the links of those who get no mail. Shown this once, as the token is not kept."""
    to_pass_on = [one for one in made if not one.email or not settings.EMAIL_HOST]
    context = {
        "count": len(made),
        "links": [(one, invitations.link_of(one)) for one in to_pass_on],
        "mailed": len(made) - len(to_pass_on),
        "back": back,
    }
    return render(request, "accounts/links.html", context)


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One person."""
    form = InviteForm(request.POST if request.method == "POST" else None, organisation=actor.organisation)
    if form.is_valid():
        made = invitations.invite(actor.organisation, by=actor.user, **form.cleaned_data)
        return show_links(request, [made], reverse("people"))
    return form_page(
        request, form, title=_("Invite somebody"), button=_("Invite"), back=reverse("people"), back_to=_("People")
    )


@private
@require_POST
def change_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an invitation back, or sends a new one in its place."""
    found = Invitation.objects.select_related("organisation").filter(pk=pk).first()
    actor, back = _over(request, found)
    assert found is not None  # noqa: S101 - _over has answered 404
    what = request.POST.get("what", "")
    if what not in ("withdraw", "renew"):
        raise Http404
    if what == "renew" and not _may_give(request, found):
        # the new link is shown to whoever renews: it must not carry what that person cannot give
        raise PermissionDenied(_("This invitation holds roles that an administrator gives, and renews."))
    if not invitations.withdraw(found):
        messages.info(request, _("This invitation was accepted or taken back before."))
        return redirect(back)
    if what == "withdraw":
        messages.success(request, _("The invitation is taken back; its link no longer works."))
        return redirect(back)
    again = {name: getattr(found, name) for name in ("name", "email", "mobile", "roles")}
    return show_links(request, [invitations.invite(found.organisation, by=actor.user, **again)], back)


def _may_give(request: HttpRequest, found: Invitation) -> bool:
    given = grantable(found.organisation, by_administrator=is_administrator(request.user))
    return set(found.roles) <= set(given)


def _over(request: HttpRequest, found: Membership | Invitation | None) -> tuple[Actor, str]:
    """Who may change this row: a manager of its organisation, or an administrator; and the page to go back to."""
    if found is None:
        raise Http404
    actor = actor_of(request)
    if actor.organisation is not None and actor.organisation.pk == found.organisation_id and actor.roles:
        if not manages(request.user, actor.organisation, actor.at) and not is_administrator(request.user):
            raise PermissionDenied(_("This is done by a manager of your organisation."))
        return actor, reverse("people")
    if not is_administrator(request.user):
        raise Http404
    return actor, reverse("organisation", args=[found.organisation_id])


def _member(request: HttpRequest, pk: int) -> tuple[Membership, Actor, str]:
    membership = Membership.objects.select_related("user", "organisation").filter(pk=pk).first()
    actor, back = _over(request, membership)
    assert membership is not None  # noqa: S101 - _over has answered 404
    return membership, actor, back


@private
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: roles, leaving, coming back, deputies. One form each; ``what`` says which was sent."""
    membership, actor, back = _member(request, pk)
    what = request.POST.get("what", "")
    if request.method == "POST" and what not in ("roles", "deputy", "leave", "back"):
        raise Http404
    given: dict[str, Any] = {"membership": membership, "by_administrator": is_administrator(request.user)}
    own = membership.user_id == actor.user.pk
    roles = MembershipForm(request.POST if what == "roles" else None, own=own, **given)
    deputy = DeputyForm(request.POST if what == "deputy" else None, **given)
    context = {"roles": roles, "deputy": deputy, "own": own, "back": back}
    try:
        if what == "roles" and roles.is_valid():
            staff.set_roles(membership, roles.cleaned_data["roles"], by=actor.user)
            messages.success(request, _("The roles are changed."))
            return redirect(back)
        if what in ("leave", "back"):
            return _leave_or_back(request, membership, actor, back, what == "back")
    except TransitionBlocked as refusal:
        return _show_member(request, membership, actor, 409, refused=refusal.reasons, **context)
    if what == "deputy" and deputy.is_valid():
        named = deputy.cleaned_data
        staff.name_deputy(membership, named["role"], named["deputy"], named["starts"], named["ends"], by=actor.user)
        messages.success(request, _("The deputy is named."))
        return redirect("member", pk=pk)
    return _show_member(request, membership, actor, 400 if what else 200, **context)


def _show_member(
    request: HttpRequest, membership: Membership, actor: Actor, status: int, **context: Any
) -> HttpResponse:
    lasting = membership.deputies.filter(ends__gte=timezone.localdate(actor.at))
    context |= {
        "membership": membership,
        "held": role_names(membership.roles),
        "deputies": lasting.select_related("user", "named_by"),
    }
    return render(request, "accounts/member.html", context, status=status)


def _leave_or_back(request: HttpRequest, membership: Membership, actor: Actor, back: str, active: bool) -> HttpResponse:
    if membership.user_id == actor.user.pk:
        raise PermissionDenied(_("Nobody lets themselves go, or back in."))
    staff.set_active(membership, active, by=actor.user)
    messages.success(
        request,
        (_("%(name)s is a member again.") if active else _("%(name)s no longer acts for the organisation."))
        % {"name": membership.user},
    )
    return redirect(back)


@private
@require_POST
def end_deputy(request: HttpRequest, pk: int, deputy: int) -> HttpResponse:
    """Ends a deputy's time today."""
    membership, actor, _back = _member(request, pk)
    found = Deputy.objects.select_related("user", "membership__organisation").filter(pk=deputy, membership=membership)
    named = found.first()
    if named is None:
        raise Http404
    staff.end_deputy(named, timezone.localdate(database_now()), by=actor.user)
    messages.success(request, _("Ended."))
    return redirect("member", pk=membership.pk)
