"""How well two colours can be told apart (WCAG 2.1, relative luminance)."""

from __future__ import annotations


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as #rrggbb, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def darker(colour: str, share: float = 0.8) -> str:
    """The same hue with ``share`` of its light, for a button under the pointer."""
    return "#" + "".join(f"{int(int(colour[place : place + 2], 16) * share):02x}" for place in (1, 3, 5))
