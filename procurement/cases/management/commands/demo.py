from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from procurement.cases import demo


class Command(BaseCommand):
    help = "Fills the site with threads at every stage and with demo logins; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HUIQUN_ENV == "production":
            raise CommandError("The demo's logins are known to everybody: it does not run in production.")
        demo.fill(self.stdout.write)
