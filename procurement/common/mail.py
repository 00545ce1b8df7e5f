"""What every mail of the site carries beside its words."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


def named(key: str) -> dict[str, str]:
    """Headers by which mail programs know a sending again: one ``key``, sent twice after a crash, is shown once."""
    host = urlsplit(settings.HUIQUN_BASE_URL).hostname or "localhost"
    return {"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"}
