"""What experts say of themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.enums import ExpertField
from procurement.accounts.forms.fields import CodeField, day_field
from procurement.accounts.models import Employment, ExpertProfile, Interest, Organisation
from procurement.common import credit_codes
from procurement.common.area_field import AreaField


class ProfileForm(forms.ModelForm):
    """Fields of work, region, title, and whether one can be drawn."""

    fields_of_work = forms.MultipleChoiceField(
        label=gettext_lazy("Fields of work"),
        choices=ExpertField.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("None ticked: every field."),
    )
    region = AreaField(
        part=True,
        required=False,
        label=gettext_lazy("Region"),
        help_text=gettext_lazy("A province, city or county by name or code; empty for the whole country."),
    )

    class Meta:
        model = ExpertProfile
        fields = ("title", "region", "available")

    field_order = ["fields_of_work", "title", "region", "available"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial["fields_of_work"] = self.instance.fields

    def save(self, commit: bool = True) -> ExpertProfile:
        self.instance.fields = self.cleaned_data["fields_of_work"]
        return super().save(commit)


class NamingForm(forms.ModelForm):
    """Names an organisation by name and, where known, code; ties it to the platform's row where there is one."""

    name = forms.CharField(label=gettext_lazy("Organisation's name"), max_length=200)
    code = CodeField(required=False, help_text=gettext_lazy("Where you know it: names are written in many ways."))

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code and (wrong := credit_codes.problem(code)) and not Organisation.objects.filter(code=code).exists():
            raise ValidationError(wrong)
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        code, name = cleaned.get("code"), (cleaned.get("name") or "").strip()
        known = Organisation.objects.filter(code=code).first() if code else None
        self.instance.organisation = known or Organisation.objects.filter(name=name).order_by("pk").first()
        return cleaned


class EmploymentForm(NamingForm):
    """One employer."""

    started = day_field(gettext_lazy("From"))
    ended = day_field(gettext_lazy("Until"), required=False, help_text=gettext_lazy("Empty while it lasts."))

    class Meta:
        model = Employment
        fields = ("name", "code", "position", "started", "ended")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        begins, ends = cleaned.get("started"), cleaned.get("ended")
        if begins and ends and ends < begins:
            self.add_error("ended", _("It ends before it begins."))
        return cleaned


class InterestForm(NamingForm):
    """One tie to an organisation."""

    class Meta:
        model = Interest
        fields = ("name", "code", "relation", "note")


class EndForm(forms.Form):
    """When an employment ended."""

    ended = day_field(gettext_lazy("Until"))
