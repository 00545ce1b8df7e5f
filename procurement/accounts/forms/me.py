"""What people correct of their own data."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.forms.fields import MobileField
from procurement.accounts.models import User


class AboutMeForm(forms.ModelForm):
    """Name, e-mail and mobile; the user name stays, since the record names it."""

    display_name = forms.CharField(label=gettext_lazy("Your name"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    mobile = MobileField()

    class Meta:
        model = User
        fields = ("display_name", "email", "mobile")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email and User.objects.exclude(pk=self.instance.pk).filter(email__iexact=email).exists():
            raise ValidationError(_("Another account has this e-mail address."))
        return email
