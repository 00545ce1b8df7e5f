"""Django's PostgreSQL backend, which starts the embedded server when the first connection is asked for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from procurement.common import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """Commands that ask the database nothing start nothing."""

    def get_connection_params(self) -> dict[str, Any]:
        server = embedded.postgres(settings.HUIQUN_VAR, durable=settings.HUIQUN_ENV != "test")
        server.ensure()
        self.settings_dict["HOST"] = server.host
        return super().get_connection_params()
