"""What every answer says of itself: which scripts run in it, and who may keep it."""

from __future__ import annotations

from typing import Any


def _directives(answer: Any) -> dict[str, str]:
    parts = answer["Content-Security-Policy"].split(";")
    return {name: rest for name, _space, rest in (part.strip().partition(" ") for part in parts)}


def strict(answer: Any, *, styled: bool = False) -> None:
    """No script and, unless ``styled``, no style of the page's own; no guessing of types; no foreign frame."""
    policy = _directives(answer)
    assert answer["X-Content-Type-Options"] == "nosniff"
    for name in ("default-src", "script-src", "style-src"):
        assert "unsafe-eval" not in policy.get(name, "")
        assert "unsafe-inline" not in policy.get(name, "") or (styled and name == "style-src"), policy
    assert "sandbox" in policy or (policy["object-src"] == "'none'" and policy["frame-ancestors"] == "'self'")


def kept_by_nobody(answer: Any) -> bool:
    return "no-store" in answer.get("Cache-Control", "")


def kept_for(answer: Any, who: str) -> bool:
    """Whether caches on the way may keep it: for visitors, or where it is the same for everybody."""
    if who == "visitor" or "html" not in answer.get("Content-Type", ""):
        return True
    return "public" not in answer.get("Cache-Control", "") or "Cookie" in answer.get("Vary", "")
