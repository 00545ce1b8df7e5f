from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from procurement.opendata.models import Event, Webhook
from procurement.opendata.webhooks.addresses import AddressRefused, target


class WebhookForm(forms.ModelForm[Webhook]):
    """A new receiver: what it is called, where it listens, what it wants to hear of."""

    # text, so that what is wrong with an address is said in our own words
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("An address of yours that takes POST requests; on a public site it begins with https://."),
    )
    events = forms.MultipleChoiceField(
        label=_("What it hears of"), choices=Event.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Webhook
        fields = ["name", "url", "events"]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            target(url)
        except AddressRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return url
