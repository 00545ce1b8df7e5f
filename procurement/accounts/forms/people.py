"""Inviting people, their roles, deputies, and a list of them as a file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from procurement.accounts.enums import Role
from procurement.accounts.forms.fields import MobileField, day_field
from procurement.accounts.models import Membership, Organisation, User
from procurement.accounts.roles import grantable, problem
from procurement.common.spreadsheets import MEDIA_TYPE

LONGEST_DEPUTY = timedelta(days=366)


class RolesField(forms.MultipleChoiceField):
    """Some of the roles that can be given here."""

    def __init__(self, roles: tuple[Role, ...], **more: Any) -> None:
        more.setdefault("label", gettext_lazy("Roles"))
        super().__init__(
            choices=[(str(role), role.label) for role in roles], widget=forms.CheckboxSelectMultiple, **more
        )

    def clean(self, value: Any) -> list[str]:
        roles: list[str] = super().clean(value)
        if wrong := problem(roles):
            raise ValidationError(wrong)
        return roles


class InviteForm(forms.Form):
    """One person into one organisation."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    mobile = MobileField(required=False)

    def __init__(self, *args: Any, organisation: Organisation, by_administrator: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.organisation = organisation
        self.fields["roles"] = RolesField(grantable(organisation, by_administrator=by_administrator))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not (self.errors or cleaned.get("email") or cleaned.get("mobile")):
            raise ValidationError(_("Write a mobile number or an e-mail address."))
        if wrong := already_here(self.organisation, [cleaned]):
            self.add_error("email" if wrong[0][1] == "C" else "mobile", wrong[0][2])
        return cleaned


def already_here(organisation: Organisation, people: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """Who of ``people`` is a member: index in the list, column of the file, words."""
    emails = {person["email"].lower() for person in people if person.get("email")}
    mobiles = {person["mobile"] for person in people if person.get("mobile")}
    members = User.objects.filter(memberships__organisation=organisation, memberships__active=True)
    held = members.values_list("email", "mobile")
    taken = {email.lower() for email, _mobile in held if email} & emails
    taken_mobiles = {mobile for _email, mobile in held if mobile} & mobiles
    found = []
    for index, person in enumerate(people):
        if (person.get("email") or "").lower() in taken:
            found.append((index, "C", _("Somebody with this e-mail address is a member already.")))
        elif person.get("mobile") in taken_mobiles:
            found.append((index, "B", _("Somebody with this mobile number is a member already.")))
    return found


class MembershipForm(forms.Form):
    """A member's roles. Those the person at the desk cannot give stay as they are."""

    def __init__(self, *args: Any, membership: Membership, by_administrator: bool, own: bool, **more: Any) -> None:
        offered = grantable(membership.organisation, by_administrator=by_administrator)
        kept = [role for role in membership.roles if role not in offered]
        more["initial"] = {"roles": [role for role in membership.roles if role in offered]}
        super().__init__(*args, **more)
        self.kept, self.own, self.held = kept, own, membership.roles
        self.fields["roles"] = RolesField(offered, required=not kept)

    def clean_roles(self) -> list[str]:
        roles: list[str] = [*self.cleaned_data["roles"], *self.kept]
        if self.own and Role.MANAGER in self.held and Role.MANAGER not in roles:
            raise ValidationError(_("Another manager takes this role from you, so that there is always one."))
        if wrong := problem(roles):
            raise ValidationError(wrong)
        return roles


class DeputyForm(forms.Form):
    """Who stands in for one role of a member, from one day to another."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    deputy = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Deputy"))
    starts = day_field(gettext_lazy("From"))
    ends = day_field(gettext_lazy("Until, that day included"))

    def __init__(self, *args: Any, membership: Membership, by_administrator: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        given = grantable(membership.organisation, by_administrator=by_administrator)
        role: Any = self.fields["role"]
        # whoever cannot give a role cannot pass it to a deputy either
        role.choices = [(str(one), one.label) for one in given if one in membership.roles]
        deputy: Any = self.fields["deputy"]
        colleagues = User.objects.filter(
            is_active=True, memberships__organisation=membership.organisation_id, memberships__active=True
        )
        deputy.queryset = colleagues.exclude(pk=membership.user_id).order_by("display_name", "username")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _("It ends before it begins."))
        elif starts and ends and ends - starts > LONGEST_DEPUTY:
            self.add_error("ends", _("A deputy is named for a year at most."))
        if ends and ends < timezone.localdate():
            self.add_error("ends", _("This day is past."))
        deputy = cleaned.get("deputy")
        if deputy and (wrong := problem([*_held(deputy), cleaned.get("role", "")])):
            self.add_error("deputy", wrong)
        return cleaned


def _held(user: User) -> list[str]:
    return [role for roles in user.memberships.filter(active=True).values_list("roles", flat=True) for role in roles]


class StaffFileForm(forms.Form):
    """A filled-in list."""

    file = forms.FileField(
        label=gettext_lazy("Filled-in list (XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": f".xlsx,{MEDIA_TYPE}"}),
    )
