"""An organisation's own data, its papers, mandates; and what administrators enter and decide."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.credentials import kind_of, region_of
from procurement.accounts.enums import (
    BUYER_KINDS,
    GRADES,
    SUPPLIER_KINDS,
    Level,
    OrganisationKind,
    QualificationKind,
    Role,
    Staffing,
)
from procurement.accounts.forms.fields import CodeField, MobileField, day_field, region_field
from procurement.accounts.forms.people import RolesField
from procurement.accounts.models import Mandate, Organisation, Qualification
from procurement.accounts.roles import grantable
from procurement.common import credit_codes, uploads, vault
from procurement.common.models import PrivateFile

PAPER_KINDS = ("pdf", "image")
PAPER_BYTES = 10 * 1024 * 1024


class PaperField(forms.FileField):
    """A paper as PDF or picture; its content is looked at before it is kept, encrypted, in the vault."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", gettext_lazy("File (PDF or picture, at most 10 MB)"))
        super().__init__(**more)
        self.widget.attrs["accept"] = uploads.accept(PAPER_KINDS)

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = super().clean(data, initial)
        if found:
            try:
                checked = uploads.check_upload(found, kinds=PAPER_KINDS, max_bytes=PAPER_BYTES)
            except uploads.UploadRefused as refusal:
                raise ValidationError(str(refusal)) from refusal
            found.name, found.content_type = checked.name, checked.media_type
        return found


def kept(upload: Any, organisation: Organisation) -> PrivateFile:
    """The checked upload as a file of the vault."""
    return vault.keep(upload, owner=f"organisation {organisation.pk}")


class ContactForm(forms.ModelForm):
    """What an organisation's managers keep themselves; name and code stay as they were verified."""

    class Meta:
        model = Organisation
        fields = ("address", "contact", "small_enterprise")


class QualificationForm(forms.ModelForm):
    """One paper; what it must hold is asked when it is handed in, so that a draft may be incomplete."""

    paper = PaperField(required=False)

    class Meta:
        model = Qualification
        fields = ("kind", "value", "number", "valid_from", "valid_until")
        field_classes = {"valid_from": forms.DateField, "valid_until": forms.DateField}
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("valid_from", "valid_until")
        }
        help_texts = {
            "value": gettext_lazy("For a grade 3A, 4A or 5A; for an inspection its year and result; the bank's name."),
            "number": gettext_lazy("Of the certificate, or of the account."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", _("It ends before it begins."))
        if cleaned.get("kind") == QualificationKind.GRADE and cleaned.get("value"):
            cleaned["value"] = unicodedata.normalize("NFKC", cleaned["value"]).replace(" ", "").upper()
            if cleaned["value"] not in GRADES:
                self.add_error("value", _("The grade is one of %(grades)s.") % {"grades": ", ".join(GRADES)})
        return cleaned


class MandateForm(forms.ModelForm):
    """A buyer's mandate for an agency."""

    valid_from = day_field(gettext_lazy("Valid from"))
    valid_until = day_field(gettext_lazy("Valid until"))
    paper = PaperField(required=False)

    class Meta:
        model = Mandate
        fields = ("agency", "number", "scope", "valid_from", "valid_until")

    def __init__(self, *args: Any, buyer: Organisation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.buyer = buyer
        agency: Any = self.fields["agency"]
        agency.queryset = Organisation.objects.filter(kind=OrganisationKind.AGENCY).order_by("name")

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


class DecisionForm(forms.Form):
    """An officer's decision with its words."""

    move = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("What was looked at, or why not"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The organisation reads it."),
    )

    def __init__(self, *args: Any, moves: list[tuple[str, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        move: Any = self.fields["move"]
        move.choices = moves


SOCIAL_ORGANISATIONS = SUPPLIER_KINDS[:3]
BROUGHT_IN = (*BUYER_KINDS, OrganisationKind.STATION, OrganisationKind.AGENCY, *SUPPLIER_KINDS)


class BringInForm(forms.ModelForm):
    """An organisation that an administrator brings in, and the person who is invited to manage it."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[(str(kind), kind.label) for kind in BROUGHT_IN])
    code = CodeField(required=False, help_text=gettext_lazy("18 characters; a station has none."))
    region = region_field(required=False)
    staffing = forms.ChoiceField(label=gettext_lazy("Staffing"), choices=Staffing.choices, initial=Staffing.NONE)
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=[("", "—"), *Level.choices], required=False)
    person = forms.CharField(label=gettext_lazy("Who is invited: name"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    mobile = MobileField(required=False)
    roles = RolesField(tuple(Role), initial=[str(Role.MANAGER)])

    class Meta:
        model = Organisation
        fields = ("kind", "name", "code", "code_evidence", "staffing", "level", "region", "address", "contact")
        widgets = {"code_evidence": forms.Textarea(attrs={"rows": 2})}

    def clean_code(self) -> str | None:
        return self.cleaned_data["code"] or None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == OrganisationKind.STATION:
            self._clean_station(cleaned)
        elif "code" in cleaned:
            self._clean_coded(cleaned)
        if "kind" in cleaned and "roles" in cleaned:
            self._clean_roles(cleaned)
        if not (cleaned.get("email") or cleaned.get("mobile") or {"email", "mobile"} & set(self.errors)):
            self.add_error("email", _("Write a mobile number or an e-mail address."))
        return cleaned

    def _clean_station(self, cleaned: dict[str, Any]) -> None:
        cleaned["code"] = None
        region, name = cleaned.get("region"), cleaned.get("name")
        if not region:
            self.add_error("region", _("A station is known by its name and region: write the region."))
        elif Organisation.objects.filter(kind=OrganisationKind.STATION, name=name, region=region).exists():
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
        elif Organisation.objects.filter(code=code).exists():
            self.add_error(
                "code", _("An organisation with this code is here already; invite the person from its page.")
            )
        if not wrong and kind_of(code) in SOCIAL_ORGANISATIONS and kind in BUYER_KINDS:
            self.add_error("kind", _("The code is that of a social organisation, which is no buyer."))
        cleaned["region"] = cleaned.get("region") or region_of(code)

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
