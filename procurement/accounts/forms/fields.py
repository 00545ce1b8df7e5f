"""Fields that several of these forms have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.credentials import clean_code, clean_mobile
from procurement.accounts.models import ConsentNotice, User
from procurement.common.credit_codes import MOBILE


class MobileField(forms.CharField):
    """Eleven digits, as people type them: with spaces or hyphens, full-width, after +86."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", gettext_lazy("Mobile"))
        more.setdefault("max_length", 20)
        super().__init__(**more)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}

    def clean(self, value: Any) -> str:
        text = clean_mobile(str(super().clean(value) or ""))
        if text and not MOBILE.fullmatch(text):
            raise ValidationError(_("A mobile number has 11 digits and begins with 1."))
        return text


class CodeField(forms.CharField):
    """A unified social credit code, as people type it; checked by whoever uses it."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", gettext_lazy("Unified social credit code"))
        more.setdefault("max_length", 40)
        super().__init__(**more)
        self.widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}

    def clean(self, value: Any) -> str:
        return clean_code(super().clean(value) or "")


def day_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class AccountForm(forms.Form):
    """A new account: who, and a password by the house's rules (RULES §10)."""

    display_name = forms.CharField(label=gettext_lazy("Your name"), max_length=60)
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=60,
        validators=[UnicodeUsernameValidator()],
        help_text=gettext_lazy("What you log in with: letters, digits, . + - _"),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    mobile = MobileField()
    password1 = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "At least 10 characters, with three of: lower-case letters, upper-case letters, digits, other characters."
        ),
    )
    password2 = forms.CharField(
        label=gettext_lazy("Password once more"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if "@" in username:  # an address here could be taken for somebody else's e-mail at the login
            raise ValidationError(_("The user name holds no @; the e-mail address has a field of its own."))
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("This user name is taken."))
        return username

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exists():
            raise ValidationError(
                _("An account with this e-mail address exists; log in with it and open this page again.")
            )
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        if first:
            who = User(**{name: cleaned.get(name) or "" for name in ("username", "email", "display_name")})
            try:
                password_validation.validate_password(first, who)
            except ValidationError as wrong:
                self.add_error("password1", wrong)
        return cleaned

    @property
    def account(self) -> dict[str, Any]:
        """What ``create_user`` takes."""
        kept = {name: self.cleaned_data[name] for name in ("username", "email", "display_name", "mobile")}
        return kept | {"password": self.cleaned_data["password1"]}


class ConsentField(forms.BooleanField):
    """The tick under a notice; its label names the version."""

    def __init__(self, notice: ConsentNotice) -> None:
        super().__init__(
            label=_("I have read “%(title)s” (version %(version)d) and agree.")
            % {"title": notice.heading, "version": notice.version}
        )
