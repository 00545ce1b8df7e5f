"""System checks: what a machine must have beside Python, each with the command that brings it."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register

from procurement.common.setup.machine import NEEDED, install_command, missing_packages


@register(Tags.compatibility)
def system_packages(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Libraries and fonts that PDFs are made with."""
    missing = missing_packages()
    if not missing:
        return []
    kind = Error if NEEDED & set(missing) else Warning
    text = f"For PDFs this machine lacks: {', '.join(missing)}."
    return [
        kind(
            text,
            hint=f"Run: {install_command(missing)}",
            id="huiqun.E001" if kind is Error else "huiqun.W001",
        )
    ]
