"""The public forms: setting the platform up, registering an organisation, accepting an invitation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.credentials import kind_of, region_of
from procurement.accounts.enums import BUYER_KINDS, SUPPLIER_KINDS
from procurement.accounts.forms.fields import AccountForm, CodeField, ConsentField
from procurement.accounts.models import ConsentNotice, Organisation
from procurement.common import credit_codes


class SetupForm(AccountForm):
    """The first administrator."""

    def __init__(self, *args: Any, notice: ConsentNotice, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["consent"] = ConsentField(notice)


class AcceptForm(AccountForm):
    """A new person who was invited; name, e-mail and mobile are there already."""

    def __init__(self, *args: Any, notice: ConsentNotice, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["consent"] = ConsentField(notice)


class AcceptAsForm(forms.Form):
    """Somebody who is logged in accepts; only the notice is left to agree to."""

    def __init__(self, *args: Any, notice: ConsentNotice, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["consent"] = ConsentField(notice)


class OrganisationPart(forms.Form):
    """The organisation of a registration: the code decides its kind and where it belongs."""

    name = forms.CharField(
        label=gettext_lazy("Organisation's name"), max_length=200, help_text=gettext_lazy("As on the certificate.")
    )
    code = CodeField(help_text=gettext_lazy("18 characters, on the registration certificate; it decides the kind."))
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200)
    contact = forms.CharField(label=gettext_lazy("Contact: name and telephone"), max_length=100)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if wrong := credit_codes.problem(code):
            raise ValidationError(wrong)
        kind = kind_of(code)
        if kind in BUYER_KINDS:
            raise ValidationError(
                _("This is the code of a buyer or public institution: those are invited by the platform's office.")
            )
        if kind not in SUPPLIER_KINDS:
            raise ValidationError(_("Codes that begin with %(prefix)s do not register here.") % {"prefix": code[:2]})
        if Organisation.objects.filter(code=code).exists():
            raise ValidationError(
                _(
                    "An organisation with this code is here already: ask its manager, or the platform's office,"
                    " for an invitation."
                )
            )
        return code

    @property
    def organisation(self) -> Organisation:
        """As it will be saved."""
        code: str = self.cleaned_data["code"]
        return Organisation(
            name=self.cleaned_data["name"],
            code=code,
            kind=str(kind_of(code)),
            region=region_of(code),
            address=self.cleaned_data["address"],
            contact=self.cleaned_data["contact"],
        )


class RegisterAsForm(OrganisationPart):
    """A registration by somebody who has an account."""

    def __init__(self, *args: Any, notice: ConsentNotice, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["consent"] = ConsentField(notice)


class RegisterForm(RegisterAsForm, AccountForm):
    """A registration with its first person."""

    field_order = ["name", "code", "address", "contact", "display_name", "username", "email", "mobile", "password1"]
