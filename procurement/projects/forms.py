"""What is typed on the catalogue's and the budget's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.models import Organisation
from procurement.accounts.workspace.forms import YuanField
from procurement.common.spreadsheets import MEDIA_TYPE
from procurement.projects.enums import FundSource
from procurement.projects.ledger import KEYS
from procurement.projects.models import BudgetLine, CatalogueItem
from procurement.projects.sheets import YEARS


class LineForm(forms.ModelForm):
    """One line of a buyer; what it is known by may be there once."""

    def __init__(self, *args: Any, buyer: Organisation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.buyer = buyer

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        model = self._meta.model
        known = {name: cleaned.get(name) for name in KEYS[model]}
        if all(value is not None for value in known.values()):
            same = model._default_manager.filter(organisation=self.buyer, **known).exclude(pk=self.instance.pk)
            if twin := same.first():
                words = _("It is there already.") if twin.active else _("It is there already, out of use.")
                self.add_error("name", words)
        return cleaned


class CatalogueForm(LineForm):
    """One item of the guidance catalogue."""

    class Meta:
        model = CatalogueItem
        fields = ("name", "code")
        help_texts = {"code": gettext_lazy("As in the published catalogue, where it has codes.")}


class BudgetForm(LineForm):
    """One budget line."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=YEARS[0], max_value=YEARS[1])
    fund_source = forms.ChoiceField(label=gettext_lazy("Source of funds"), choices=FundSource.choices)
    amount = YuanField(label=gettext_lazy("Amount"))

    class Meta:
        model = BudgetLine
        fields = ("year", "name", "fund_source", "amount")


class ListForm(forms.Form):
    """A filled-in list."""

    file = forms.FileField(
        label=gettext_lazy("Filled-in table (XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": f".xlsx,{MEDIA_TYPE}"}),
    )
