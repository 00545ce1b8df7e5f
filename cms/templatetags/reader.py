"""What a public page tells one reader alone; the rest of it is kept for all (``common/bodies.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from procurement.accounts import acting
from procurement.calls.models import Taking

register = template.Library()


@register.simple_tag(takes_context=True)
def documents_taken(context: Mapping[str, Any], call: int) -> bool:
    """Whether the organisation this person acts for has taken the documents of the call with this key already."""
    organisation = acting.organisation_of(context["request"])
    return organisation is not None and Taking.objects.filter(call=call, organisation=organisation).exists()
