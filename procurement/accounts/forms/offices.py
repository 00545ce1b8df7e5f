"""What administrators enter of an organisation: bringing one in, and correcting its data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.credentials import kind_of, region_of
from procurement.accounts.enums import BUYER_KINDS, SUPPLIER_KINDS, Level, OrganisationKind, Role, Staffing
from procurement.accounts.forms.fields import CodeField, MobileField
from procurement.accounts.forms.people import RolesField
from procurement.accounts.models import Organisation
from procurement.accounts.roles import grantable
from procurement.common import credit_codes
from procurement.common.area_field import AreaField

SOCIAL_ORGANISATIONS = SUPPLIER_KINDS[:3]
BROUGHT_IN = (*BUYER_KINDS, OrganisationKind.STATION, OrganisationKind.AGENCY, *SUPPLIER_KINDS)


class OrganisationForm(forms.ModelForm):
    """An organisation's data, with the rules on its code (I1)."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[(str(kind), kind.label) for kind in BROUGHT_IN])
    code = CodeField(required=False, help_text=gettext_lazy("18 characters; a station has none."))
    region = AreaField(required=False, label=gettext_lazy("Region"))
    staffing = forms.ChoiceField(label=gettext_lazy("Staffing"), choices=Staffing.choices, initial=Staffing.NONE)
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=[("", "—"), *Level.choices], required=False)

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = (
            "kind",
            "name",
            "code",
            "code_evidence",
            "staffing",
            "level",
            "region",
            "address",
            "contact",
        )
        widgets = {"code_evidence": forms.Textarea(attrs={"rows": 2})}

    def clean_code(self) -> str | None:
        return self.cleaned_data["code"] or None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == OrganisationKind.STATION:
            self._clean_station(cleaned)
        elif "code" in cleaned:
            self._clean_coded(cleaned)
        return cleaned

    def _others(self) -> Any:
        return Organisation.objects.exclude(pk=self.instance.pk)

    def _clean_station(self, cleaned: dict[str, Any]) -> None:
        cleaned["code"] = None
        region, name = cleaned.get("region"), cleaned.get("name")
        if not region:
            self.add_error("region", _("A station is known by its name and region: write the region."))
        elif self._others().filter(kind=OrganisationKind.STATION, name=name, region=region).exists():
            self.add_error("name", _("A station of this name is there already in this region."))

    def _clean_coded(self, cleaned: dict[str, Any]) -> None:
        """A code that fails its check is taken with evidence (I1); one that is here already is not."""
        code = cleaned["code"]
        if not code:
            self.add_error("code", _("Every organisation but a station has a credit code."))
            return
        wrong = credit_codes.problem(code)
        kind = cleaned.get("kind")
        if wrong and (len(code) != credit_codes.LENGTH or not cleaned.get("code_evidence", "").strip()):
            self.add_error("code", wrong)
        elif self._others().filter(code=code).exists():
            self.add_error(
                "code", _("An organisation with this code is here already; invite the person from its page.")
            )
        if not wrong and kind_of(code) in SOCIAL_ORGANISATIONS and kind in BUYER_KINDS:
            self.add_error("kind", _("The code is that of a social organisation, which is no buyer."))
        cleaned["region"] = cleaned.get("region") or region_of(code)


class BringInForm(OrganisationForm):
    """An organisation that an administrator brings in, and the person who is invited to manage it."""

    person = forms.CharField(label=gettext_lazy("Who is invited: name"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    mobile = MobileField(required=False)
    roles = RolesField(tuple(Role), initial=[str(Role.MANAGER)])

    class Meta(OrganisationForm.Meta):
        pass

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "kind" in cleaned and "roles" in cleaned:
            self._clean_roles(cleaned)
        if not (cleaned.get("email") or cleaned.get("mobile") or {"email", "mobile"} & set(self.errors)):
            self.add_error("email", _("Write a mobile number or an e-mail address."))
        return cleaned

    def _clean_roles(self, cleaned: dict[str, Any]) -> None:
        known = grantable(Organisation(kind=cleaned["kind"]), by_administrator=True)
        strange = [str(Role(role).label) for role in cleaned["roles"] if role not in known]
        if strange:
            self.add_error(
                "roles", _("Not given in an organisation of this kind: %(roles)s.") % {"roles": ", ".join(strange)}
            )

    @property
    def first_person(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"name": given["person"], "email": given["email"], "mobile": given["mobile"], "roles": given["roles"]}


class CorrectForm(OrganisationForm):
    """A correction of an organisation's data, with its reason; what it is by nature stays."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is corrected"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Such as a new certificate or an announcement, with its date."),
    )

    class Meta(OrganisationForm.Meta):
        fields = (*OrganisationForm.Meta.fields, "small_enterprise")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own = OrganisationKind(self.instance.kind)
        family = next((kinds for kinds in (BUYER_KINDS, SUPPLIER_KINDS) if own in kinds), (own,))
        kind: Any = self.fields["kind"]
        kind.choices = [(str(one), one.label) for one in family]

    @property
    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
