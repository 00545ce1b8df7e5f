"""Fields that several desks use."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.common.money import parse_yuan


class YuanField(forms.CharField):
    """An amount as people type it: 12万, ￥120,000.00, １２００００; yields Decimal yuan."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("max_length", 40)
        more.setdefault("help_text", _("in yuan, such as 120000 or 12万"))
        super().__init__(**more)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_yuan(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


Fields = dict[str, forms.Field]

# how a widget looks; those made of several inputs look after themselves
CLASSES: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "form-check-input",
    forms.Select: "form-select",
    forms.CheckboxSelectMultiple: "",
    forms.RadioSelect: "",
}


def points(label: Any, highest: Decimal | int = 100, **more: Any) -> forms.DecimalField:
    """A score from 0 to ``highest``, with up to two decimals."""
    return forms.DecimalField(label=label, min_value=0, max_value=highest, decimal_places=2, **more)


def number(label: Any, lowest: int = 0, highest: int = 10_000_000, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=lowest, max_value=highest, **more)


def line(label: Any, length: int = 200, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, **more)


def text(label: Any, length: int = 10_000, rows: int = 4, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, widget=forms.Textarea(attrs={"rows": rows}), **more)


def reason() -> forms.CharField:
    return text(_("Reason"), 2000, 3, help_text=_("It is published."))


def day(label: Any, **more: Any) -> forms.DateField:
    # a date picker takes this spelling alone, whatever the language
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more)


class Moment(forms.DateTimeInput):
    """To the minute, and to the second where the time has seconds: showing a form must not change what it holds."""

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%dT%H:%M:%S}" if value.second else f"{value:%Y-%m-%dT%H:%M}"
        return super().format_value(value)


def moment(label: Any, **more: Any) -> forms.DateTimeField:
    widget = Moment(attrs={"type": "datetime-local", "step": "1"})
    return forms.DateTimeField(
        label=label,
        widget=widget,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
        **more,
    )


def said(value: datetime | None) -> str:
    """A moment among the facts of a page: 2026-05-08 09:30, in the time of the site."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def sure(label: Any) -> forms.BooleanField:
    """What must be ticked before something that cannot be undone."""
    return forms.BooleanField(label=label)


def build(fields: dict[str, forms.Field], data: Any = None, files: Any = None) -> forms.Form:
    """A form of these fields."""
    form = forms.Form(data, files)
    for name, found in fields.items():
        form.fields[name] = found
    for found in form.fields.values():
        css = CLASSES.get(type(found.widget), "form-control")
        if css:
            found.widget.attrs.setdefault("class", css)
    return form
