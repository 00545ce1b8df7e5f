"""A form as a browser would send it back."""

from __future__ import annotations

from typing import Any


def filled(form: Any) -> dict[str, str]:
    """Name and value of every field that holds something."""
    found = {}
    for field in form:
        value = field.value()
        if value in (None, "", False):
            continue
        text = field.field.widget.format_value(value)
        text = text[0] if isinstance(text, list) else text
        found[field.html_name] = "on" if value is True else str(text)
    return found
