"""The Celery application. It only wakes what the database already holds as rows (workflows.jobs)."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "procurement.settings")


class Application(Celery):
    """Starts the embedded Redis, where that is the broker, before the first connection."""

    def _connection(self, *args: Any, **kwargs: Any) -> Any:
        from django.conf import settings

        from procurement.common import embedded

        if settings.HUIQUN_EMBEDDED_REDIS:
            embedded.redis(settings.HUIQUN_VAR).ensure()
        return super()._connection(*args, **kwargs)


app = Application("procurement")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()
