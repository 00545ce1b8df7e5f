from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts.forms.fields import ConsentField
from procurement.accounts.models import ConsentNotice, Organisation
from procurement.common.area_field import AreaField
from procurement.opendata.subscriptions.models import Cadence
from procurement.projects.enums import Domain


class FilterForm(forms.Form):
    """What somebody wants to hear of; all of it empty means everything."""

    domain = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)
    buyer = forms.ModelChoiceField(
        label=gettext_lazy("Buyer"), required=False, queryset=Organisation.objects.none(), empty_label=None
    )
    region = AreaField(part=True, required=False)
    words = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("All of them must stand in the notice, such as: 青少年 托管."),
    )
    cadence = forms.ChoiceField(label=gettext_lazy("How often"), choices=Cadence.choices, initial=Cadence.AT_ONCE)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["domain"].choices = [("", _("all")), *Domain.choices]  # type: ignore[attr-defined]
        buyers: Any = self.fields["buyer"]
        buyers.queryset = Organisation.objects.filter(projects__approved_at__isnull=False).distinct().order_by("name")
        buyers.empty_label = _("all")

    def filters(self) -> dict[str, Any]:
        names = ("domain", "buyer", "region", "words", "cadence")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class SubscribeForm(FilterForm):
    """For people without a login: an address, and their consent."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    field_order = ["email"]

    def __init__(self, *args: Any, notice: ConsentNotice, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["consent"] = ConsentField(notice)


class OwnForm(FilterForm):
    """For somebody with a login: matches are shown inside the site, so there is no pace to choose."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["cadence"]
