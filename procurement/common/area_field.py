"""A field for a place: its name or its code is typed, its code is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from procurement.common import areas


class AreaInput(forms.TextInput):
    """A line to type into; with scripts, names are offered while one types (``areas.js``)."""

    class Media:
        js = (forms.Script("huiqun/areas.js", defer=True),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-areas": "", "autocomplete": "off", "maxlength": "60"} | (attrs or {}))


class AreaField(forms.CharField):
    """Gives the code. ``part``: a province or city may stand for all in it, and its code is cut to 2 or 4 digits."""

    widget = AreaInput

    def __init__(self, *, part: bool = False, **more: Any) -> None:
        more.setdefault("label", gettext_lazy("Area"))
        more.setdefault("help_text", gettext_lazy("Its name, such as 杭州市西湖区, or its six-digit code."))
        super().__init__(**more | {"max_length": 60})
        self.part = part

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and areas.CODE.fullmatch(value) and areas.name(areas.path(value)[-1]):
            return areas.label(value)
        return value

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        if not self.part and text.isdigit() and len(text) != 6:
            raise ValidationError(areas.unknown(text, []))
        found = areas.find(text)
        if len(found) != 1:
            raise ValidationError(areas.unknown(text, found))
        return areas.path(found[0])[-1] if self.part else found[0]


@require_safe
@cache_control(public=True, max_age=3600)
def offers(request: HttpRequest) -> JsonResponse:
    """What fits the words typed so far: ``{"areas": [{"code", "name"}]}``; the page works without asking."""
    found = areas.offers(request.GET.get("q", "")[:60])
    return JsonResponse({"areas": [{"code": code, "name": areas.label(code)} for code in found]})
