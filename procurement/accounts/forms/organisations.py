"""An organisation's own data, its papers, mandates; and what administrators enter and decide."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.enums import (
    GRADES,
    QualificationKind,
)
from procurement.accounts.models import Organisation, Qualification
from procurement.common import uploads, vault
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
    """What an organisation's managers keep themselves; the name only until it is verified."""

    class Meta:
        model = Organisation
        fields = ("name", "address", "contact", "small_enterprise")

    def __init__(self, *args: Any, may_rename: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if not may_rename:
            del self.fields["name"]


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
