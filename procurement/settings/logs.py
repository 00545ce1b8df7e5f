"""What is written down of running: one line an event, to the console; where it goes from there is the machine's."""

from __future__ import annotations

from typing import Any


def config(level: str, *, debug: bool) -> dict[str, Any]:
    """Django's LOGGING. ``level`` is for our own code; others are heard from ``WARNING`` on, printers not at all."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "procurement": {"level": level},
            "workflows": {"level": level},
            "cms": {"level": level},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": ["console"], "level": "INFO" if debug else "WARNING", "propagate": False},
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "ERROR"},
        },
    }
