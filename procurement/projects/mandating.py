"""Mandates at the desk: who gives them, who reads them, the form, the table (采购法 art 20, 条例 art 13)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts import mandates
from procurement.accounts.enums import MandateAct, OrganisationKind, Role
from procurement.accounts.forms.fields import day_field
from procurement.accounts.forms.organisations import PaperField
from procurement.accounts.models import Mandate, Organisation
from procurement.accounts.workspace.desk import Actor, deed
from procurement.projects.models import Project

OVER = ("closed", "terminated")


def grants(actor: Actor) -> bool:
    """Whether this person gives mandates for the buyer acted for."""
    return mandates.grants(actor.user, actor.organisation, actor.roles, actor.at)


def mandates_of(actor: Actor) -> QuerySet[Mandate]:
    """Every mandate that the organisation acted for gave or holds, for its people with any role in it."""
    if actor.organisation is None or not actor.roles:
        return Mandate.objects.none()
    found = Mandate.objects.filter(Q(buyer=actor.organisation) | Q(agency=actor.organisation))
    return found.select_related("agency", "buyer", "file", "granted_by", "ended_by")


class MandateForm(forms.ModelForm):
    """A buyer's mandate for an agency: general, or for one of its projects."""

    acts = forms.MultipleChoiceField(
        label=gettext_lazy("What the agency may do"),
        choices=MandateAct.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Approving, publishing the call, confirming the award and signing stay yours."),
    )
    thread = forms.ChoiceField(label=gettext_lazy("For which project"), required=False)
    valid_from = day_field(gettext_lazy("Valid from"))
    valid_until = day_field(gettext_lazy("Valid until"))
    paper = PaperField(required=False)

    class Meta:
        model = Mandate
        fields = ("agency", "number", "acts", "thread", "scope", "valid_from", "valid_until")

    def __init__(self, *args: Any, buyer: Organisation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.buyer = buyer
        agency: Any = self.fields["agency"]
        agency.queryset = Organisation.objects.filter(kind=OrganisationKind.AGENCY).order_by("name")
        thread: Any = self.fields["thread"]
        living = Project.objects.filter(buyer=buyer).exclude(state__in=OVER).order_by("-pk")
        thread.choices = [
            ("", _("all our projects")),
            *((project.number, f"{project.number} {project.title}") for project in living),
        ]

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if Mandate.objects.filter(buyer=self.buyer, number=number).exists():
            raise ValidationError(_("A mandate with this number is there already."))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", _("It ends before it begins."))
        return cleaned


def _giving(actor: Actor) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk=actor.organisation.pk) if grants(actor) else Organisation.objects.none()


deed(
    "mandate.grant",
    gettext_lazy("Give an agency a mandate"),
    [Role.APPROVER, Role.MANAGER],
    mine=_giving,
    do=lambda buyer, actor, given: None,
    page=lambda buyer: reverse("mandate_add"),
    optional=True,
)
